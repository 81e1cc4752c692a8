use std::sync::Arc;

use antiphon_interaction::{Json, McpServerToolCall, McpServerToolResult, Step};
use antiphon_model_engine::FunctionDeclaration;
use futures::future::BoxFuture;
use rmcp::ServiceError;
use rmcp::model::{CallToolRequestParams, CallToolResponse};
use serde_json::Value;

use super::answer::Answer;
use super::error::Error;
use super::listing::Listed;
use super::session::Session;
use super::settings::McpSettings;
use crate::{Call, Conduct, Outcome, Tool};

/// One tool of a server.
pub(super) struct McpTool {
    names: Arc<Names>,
    declaration: FunctionDeclaration,
    idempotent: bool,
    session: Arc<Session>,
    settings: Arc<McpSettings>,
}

/// What a step calls the tool and its server.
struct Names {
    server: String,
    tool: String,
}

impl McpTool {
    pub(super) fn new(server: &str, listed: &Listed, session: Arc<Session>, settings: Arc<McpSettings>) -> Self {
        Self {
            names: Arc::new(Names {
                server: server.to_owned(),
                tool: listed.name.clone(),
            }),
            declaration: listed.declaration(server),
            idempotent: listed.idempotent,
            session,
            settings,
        }
    }
}

impl Names {
    fn call(&self, id: &str, arguments: Option<Json>) -> Step {
        Step::McpServerToolCall(McpServerToolCall {
            id: id.to_owned(),
            name: Some(self.tool.clone()),
            server_name: Some(self.server.clone()),
            arguments,
            signature: None,
        })
    }

    fn result(&self, call_id: &str, result: Json, is_error: bool) -> Step {
        Step::McpServerToolResult(McpServerToolResult {
            call_id: call_id.to_owned(),
            name: Some(self.tool.clone()),
            server_name: Some(self.server.clone()),
            result: Some(result),
            is_error: is_error.then_some(true),
            signature: None,
        })
    }

    fn outcome(&self, call_id: &str, answer: Answer) -> Outcome {
        let Answer { kept, read, is_error } = answer;
        let result = serde_json::to_value(kept).unwrap_or_default();
        Outcome {
            is_error,
            ..Outcome::new(self.result(call_id, result.into(), is_error), read)
        }
    }

    fn failure(&self, call_id: &str, reason: &str) -> Outcome {
        let message = format!(
            "The tool `{}` of the MCP server `{}` failed: {reason}",
            self.tool, self.server
        );
        let step = self.result(call_id, Value::from(message.clone()).into(), true);
        Outcome::failed(step, message)
    }
}

impl Tool for McpTool {
    fn declaration(&self) -> &FunctionDeclaration {
        &self.declaration
    }

    fn conduct(&self) -> Conduct {
        Conduct {
            idempotent: self.idempotent,
            parallel: true,
            time_limit: self.settings.call_time_limit,
        }
    }

    fn call_step(&self, id: &str, arguments: &Json) -> Result<Step, String> {
        if arguments.is_object() {
            Ok(self.names.call(id, Some(arguments.clone())))
        } else {
            Err("the arguments are a JSON object".to_owned())
        }
    }

    fn refused_step(&self, id: &str) -> Step {
        self.names.call(id, Some(Json::empty_object()))
    }

    fn failed_step(&self, call_id: &str, message: &str) -> Step {
        self.names.result(call_id, Value::from(message).into(), true)
    }

    fn run(&self, call: Call) -> BoxFuture<'static, Outcome> {
        let names = Arc::clone(&self.names);
        let session = Arc::clone(&self.session);
        let settings = Arc::clone(&self.settings);
        Box::pin(async move {
            match answer(&names.tool, &call, &session).await {
                Ok(CallToolResponse::Complete(result)) => names.outcome(&call.id, Answer::new(result, &settings)),
                Ok(CallToolResponse::InputRequired(_)) => {
                    names.failure(&call.id, "it asks for more input than this server can give")
                }
                // A task to ask for later, or what the library learns next; this client offers neither.
                Ok(_) => names.failure(&call.id, "it did not answer with a result"),
                Err(error) => names.failure(&call.id, &error.to_string()),
            }
        })
    }
}

async fn answer(tool: &str, call: &Call, session: &Session) -> Result<CallToolResponse, Error> {
    let Value::Object(arguments) = call.arguments.value() else {
        return Err(ServiceError::UnexpectedResponse.into());
    };
    let request = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
    Ok(session.peer().await?.call_tool_once(request).await?)
}
