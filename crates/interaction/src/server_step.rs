//! The steps of server-side tools, seen alike: a call with an id, a result that names it, a signature.

use crate::{
    CodeExecutionCallDelta, McpServerToolCallDelta, QueriesCallDelta, RetrievalCallDelta, SignatureDelta, Step,
    StepDelta, ToolResultDelta, ToolSearchCallDelta, UrlContextCallDelta,
};

/// What a step of a server-side tool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerStep<'a> {
    /// A call with this id.
    Call(&'a str),
    /// The result of the call with this id.
    Result(&'a str),
}

macro_rules! with_calls_and_results {
    ($step:expr, call($call:ident) => $for_call:expr, result($result:ident) => $for_result:expr, other => $other:expr) => {
        match $step {
            Step::CodeExecutionCall($call) => $for_call,
            Step::UrlContextCall($call) => $for_call,
            Step::GoogleSearchCall($call) | Step::GoogleMapsCall($call) => $for_call,
            Step::FileSearchCall($call) | Step::ProcessingCall($call) => $for_call,
            Step::McpServerToolCall($call) => $for_call,
            Step::RetrievalCall($call) => $for_call,
            Step::ToolSearchCall($call) => $for_call,
            Step::CodeExecutionResult($result) => $for_result,
            Step::McpServerToolResult($result) => $for_result,
            Step::UrlContextResult($result)
            | Step::GoogleSearchResult($result)
            | Step::GoogleMapsResult($result)
            | Step::FileSearchResult($result)
            | Step::RetrievalResult($result)
            | Step::ToolSearchResult($result)
            | Step::ProcessingResult($result) => $for_result,
            Step::UserInput(_)
            | Step::ModelOutput(_)
            | Step::Thought(_)
            | Step::FunctionCall(_)
            | Step::FunctionResult(_)
            | Step::Unknown(_) => $other,
        }
    };
}

impl Step {
    /// The call or result that a step of a server-side tool is; `None` for every other step.
    pub fn server_step(&self) -> Option<ServerStep<'_>> {
        with_calls_and_results!(self,
            call(call) => Some(ServerStep::Call(&call.id)),
            result(result) => Some(ServerStep::Result(&result.call_id)),
            other => None)
    }

    /// The signature of a step of a server-side tool.
    pub fn server_signature(&self) -> Option<&str> {
        with_calls_and_results!(self,
            call(call) => call.signature.as_deref(),
            result(result) => result.signature.as_deref(),
            other => None)
    }

    /// Whether the result of a server-side tool says that it failed; `false` for every other step.
    pub fn server_is_error(&self) -> bool {
        with_calls_and_results!(self,
            call(_call) => false,
            result(result) => result.is_error == Some(true),
            other => false)
    }

    /// Gives a step of a server-side tool this signature; changes no other step.
    #[must_use]
    pub fn with_server_signature(mut self, signature: Option<String>) -> Self {
        with_calls_and_results!(&mut self,
            call(call) => call.signature = signature,
            result(result) => result.signature = signature,
            other => ());
        self
    }

    /// A step of a server-side tool as its `step.start` shows it, and the one delta that makes it whole. `None` for every
    /// other step.
    pub fn server_delta(&self) -> Option<(Step, StepDelta)> {
        let mut start = self.clone();
        let delta = match &mut start {
            Step::CodeExecutionCall(call) => StepDelta::CodeExecutionCall(CodeExecutionCallDelta {
                arguments: call.arguments.take(),
                signature: call.signature.take(),
            }),
            Step::UrlContextCall(call) => StepDelta::UrlContextCall(UrlContextCallDelta {
                arguments: call.arguments.take(),
                signature: call.signature.take(),
            }),
            Step::GoogleSearchCall(call) => StepDelta::GoogleSearchCall(QueriesCallDelta {
                arguments: call.arguments.take(),
                signature: call.signature.take(),
            }),
            Step::GoogleMapsCall(call) => StepDelta::GoogleMapsCall(QueriesCallDelta {
                arguments: call.arguments.take(),
                signature: call.signature.take(),
            }),
            Step::FileSearchCall(call) => StepDelta::FileSearchCall(SignatureDelta {
                signature: call.signature.take(),
            }),
            Step::ProcessingCall(call) => StepDelta::ProcessingCall(SignatureDelta {
                signature: call.signature.take(),
            }),
            // The names stand in the start already, so that a reader knows at once what is called.
            Step::McpServerToolCall(call) => StepDelta::McpServerToolCall(McpServerToolCallDelta {
                name: call.name.clone(),
                server_name: call.server_name.clone(),
                arguments: call.arguments.take(),
                signature: call.signature.take(),
            }),
            Step::RetrievalCall(call) => StepDelta::RetrievalCall(RetrievalCallDelta {
                retrieval_type: call.retrieval_type.take(),
                arguments: call.arguments.take(),
                signature: call.signature.take(),
            }),
            Step::ToolSearchCall(call) => StepDelta::ToolSearchCall(ToolSearchCallDelta {
                arguments: call.arguments.take(),
                signature: call.signature.take(),
            }),
            Step::CodeExecutionResult(result) => StepDelta::CodeExecutionResult(ToolResultDelta {
                result: result.result.take(),
                is_error: result.is_error.take(),
                signature: result.signature.take(),
                ..ToolResultDelta::default()
            }),
            Step::McpServerToolResult(result) => StepDelta::McpServerToolResult(ToolResultDelta {
                name: result.name.clone(),
                server_name: result.server_name.clone(),
                result: result.result.take(),
                is_error: result.is_error.take(),
                signature: result.signature.take(),
            }),
            Step::UrlContextResult(result) => StepDelta::UrlContextResult(whole(result)),
            Step::GoogleSearchResult(result) => StepDelta::GoogleSearchResult(whole(result)),
            Step::GoogleMapsResult(result) => StepDelta::GoogleMapsResult(whole(result)),
            Step::FileSearchResult(result) => StepDelta::FileSearchResult(whole(result)),
            Step::RetrievalResult(result) => StepDelta::RetrievalResult(whole(result)),
            Step::ToolSearchResult(result) => StepDelta::ToolSearchResult(whole(result)),
            Step::ProcessingResult(result) => StepDelta::ProcessingResult(whole(result)),
            Step::UserInput(_)
            | Step::ModelOutput(_)
            | Step::Thought(_)
            | Step::FunctionCall(_)
            | Step::FunctionResult(_)
            | Step::Unknown(_) => return None,
        };
        Some((start, delta))
    }
}

fn whole(result: &mut crate::ServerToolResult) -> ToolResultDelta {
    ToolResultDelta {
        result: result.result.take(),
        is_error: result.is_error.take(),
        signature: result.signature.take(),
        ..ToolResultDelta::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StepFold;

    /// Every step of a server-side tool, whole.
    fn steps() -> Vec<Step> {
        let texts = [
            r#"{"type":"code_execution_call","id":"a","arguments":{"code":"1","language":"python"},"signature":"s"}"#,
            r#"{"type":"code_execution_result","call_id":"a","result":"1","is_error":false,"signature":"s"}"#,
            r#"{"type":"url_context_call","id":"a","arguments":{"urls":["u"]},"signature":"s"}"#,
            r#"{"type":"url_context_result","call_id":"a","result":[{"url":"u","status":"success"}],"signature":"s"}"#,
            r#"{"type":"google_search_call","id":"a","arguments":{"queries":["q"]},"signature":"s"}"#,
            r#"{"type":"google_search_result","call_id":"a","result":[{"search_suggestions":"<p>"}],"signature":"s"}"#,
            r#"{"type":"google_maps_call","id":"a","arguments":{"queries":["q"]},"signature":"s"}"#,
            r#"{"type":"google_maps_result","call_id":"a","result":[],"signature":"s"}"#,
            r#"{"type":"file_search_call","id":"a","signature":"s"}"#,
            r#"{"type":"file_search_result","call_id":"a","signature":"s"}"#,
            r#"{"type":"mcp_server_tool_call","id":"a","name":"n","server_name":"m","arguments":{"x":1},"signature":"s"}"#,
            r#"{"type":"mcp_server_tool_result","call_id":"a","name":"n","server_name":"m","result":"r","signature":"s"}"#,
            r#"{"type":"retrieval_call","id":"a","retrieval_type":"rag_store","arguments":{"queries":["q"]},"signature":"s"}"#,
            r#"{"type":"retrieval_result","call_id":"a","is_error":true,"signature":"s"}"#,
            r#"{"type":"tool_search_call","id":"a","arguments":{"function_names":["f"]},"signature":"s"}"#,
            r#"{"type":"tool_search_result","call_id":"a","result":[],"signature":"s"}"#,
            r#"{"type":"processing_call","id":"a","signature":"s"}"#,
            r#"{"type":"processing_result","call_id":"a","signature":"s"}"#,
        ];
        texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
    }

    #[test]
    fn the_start_and_the_delta_fold_to_the_step() {
        for step in steps() {
            assert!(matches!(
                step.server_step(),
                Some(ServerStep::Call("a") | ServerStep::Result("a"))
            ));
            assert_eq!(step.server_signature(), Some("s"));
            let (start, delta) = step.server_delta().unwrap();
            assert_eq!(start.server_signature(), None);
            let mut fold = StepFold::start(start);
            fold.apply(&delta).unwrap();
            assert_eq!(fold.finish().unwrap(), step);
            assert_eq!(step.with_server_signature(None).server_signature(), None);
        }
    }
}
