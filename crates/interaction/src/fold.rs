use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{AudioContent, Content, Json, Step, StepDelta, TextContent};

/// A delta that does not fit its step.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    /// The delta is for another kind of step.
    #[error("a `{delta}` delta does not belong in a `{step}` step")]
    WrongStep {
        /// The step's type.
        step: String,
        /// The delta's type.
        delta: String,
    },
    /// The fragments of the arguments are not JSON together.
    #[error("the arguments of `{name}` are not JSON: {source}")]
    Arguments {
        /// The function's name.
        name: String,
        /// What the parser said.
        source: serde_json::Error,
    },
    /// A sound chunk is not base64.
    #[error("a sound chunk is not base64: {0}")]
    Audio(#[from] base64::DecodeError),
}

/// Adds up the deltas of one step, by the rules of [`StepDelta`].
#[derive(Debug, Clone)]
pub struct StepFold {
    step: Step,
    arguments: String,
}

impl StepFold {
    /// Begins with the step of a `step.start`.
    pub fn start(step: Step) -> Self {
        Self {
            step,
            arguments: String::new(),
        }
    }

    /// The step so far; a call's arguments appear in it only when it is finished.
    pub fn step(&self) -> &Step {
        &self.step
    }

    /// Adds one delta. An unknown delta changes nothing.
    ///
    /// # Errors
    /// The delta belongs to another kind of step.
    pub fn apply(&mut self, delta: &StepDelta) -> Result<(), FoldError> {
        match (&mut self.step, delta) {
            (Step::ModelOutput(output), StepDelta::Text(delta)) => match output.content.last_mut() {
                Some(Content::Text(block)) => block.text.push_str(&delta.text),
                _ => output.content.push(Content::text(delta.text.clone())),
            },
            (Step::ModelOutput(output), StepDelta::TextAnnotation(delta)) => {
                if !matches!(output.content.last(), Some(Content::Text(_))) {
                    output.content.push(Content::Text(TextContent::default()));
                }
                if let Some(Content::Text(block)) = output.content.last_mut() {
                    block
                        .annotations
                        .get_or_insert_default()
                        .extend(delta.annotations.iter().cloned());
                }
            }
            (Step::ModelOutput(output), StepDelta::Image(block)) => output.content.push(Content::Image(block.clone())),
            (Step::ModelOutput(output), StepDelta::Document(block)) => {
                output.content.push(Content::Document(block.clone()))
            }
            (Step::ModelOutput(output), StepDelta::Video(block)) => output.content.push(Content::Video(block.clone())),
            (Step::ModelOutput(output), StepDelta::Audio(chunk)) => match output.content.last_mut() {
                Some(Content::Audio(block)) => append_audio(block, chunk)?,
                _ => output.content.push(Content::Audio(chunk.clone())),
            },
            (Step::Thought(thought), StepDelta::ThoughtSummary(delta)) => {
                match (&delta.content, thought.summary.last_mut()) {
                    (Some(Content::Text(more)), Some(Content::Text(block))) => block.text.push_str(&more.text),
                    (Some(content), _) => thought.summary.push(content.clone()),
                    (None, _) => {}
                }
            }
            (Step::Thought(thought), StepDelta::ThoughtSignature(delta)) => {
                thought.signature = Some(delta.signature.clone());
            }
            (Step::FunctionCall(_), StepDelta::Arguments(delta)) => self.arguments.push_str(&delta.arguments),
            (Step::FunctionResult(step), StepDelta::FunctionResult(delta)) => {
                replace(&mut step.name, &delta.name);
                if let Some(result) = &delta.result {
                    step.result = result.clone();
                }
                replace(&mut step.is_error, &delta.is_error);
                replace(&mut step.signature, &delta.signature);
            }
            (Step::CodeExecutionCall(step), StepDelta::CodeExecutionCall(delta)) => {
                replace(&mut step.arguments, &delta.arguments);
                replace(&mut step.signature, &delta.signature);
            }
            (Step::CodeExecutionResult(step), StepDelta::CodeExecutionResult(delta)) => {
                replace(&mut step.result, &delta.result);
                replace(&mut step.is_error, &delta.is_error);
                replace(&mut step.signature, &delta.signature);
            }
            (Step::UrlContextCall(step), StepDelta::UrlContextCall(delta)) => {
                replace(&mut step.arguments, &delta.arguments);
                replace(&mut step.signature, &delta.signature);
            }
            (Step::GoogleSearchCall(step), StepDelta::GoogleSearchCall(delta))
            | (Step::GoogleMapsCall(step), StepDelta::GoogleMapsCall(delta)) => {
                replace(&mut step.arguments, &delta.arguments);
                replace(&mut step.signature, &delta.signature);
            }
            (Step::FileSearchCall(step), StepDelta::FileSearchCall(delta))
            | (Step::ProcessingCall(step), StepDelta::ProcessingCall(delta)) => {
                replace(&mut step.signature, &delta.signature);
            }
            (Step::UrlContextResult(step), StepDelta::UrlContextResult(delta))
            | (Step::GoogleSearchResult(step), StepDelta::GoogleSearchResult(delta))
            | (Step::GoogleMapsResult(step), StepDelta::GoogleMapsResult(delta))
            | (Step::FileSearchResult(step), StepDelta::FileSearchResult(delta))
            | (Step::RetrievalResult(step), StepDelta::RetrievalResult(delta))
            | (Step::ToolSearchResult(step), StepDelta::ToolSearchResult(delta))
            | (Step::ProcessingResult(step), StepDelta::ProcessingResult(delta)) => {
                replace(&mut step.result, &delta.result);
                replace(&mut step.is_error, &delta.is_error);
                replace(&mut step.signature, &delta.signature);
            }
            (Step::McpServerToolCall(step), StepDelta::McpServerToolCall(delta)) => {
                replace(&mut step.name, &delta.name);
                replace(&mut step.server_name, &delta.server_name);
                replace(&mut step.arguments, &delta.arguments);
                replace(&mut step.signature, &delta.signature);
            }
            (Step::McpServerToolResult(step), StepDelta::McpServerToolResult(delta)) => {
                replace(&mut step.name, &delta.name);
                replace(&mut step.server_name, &delta.server_name);
                replace(&mut step.result, &delta.result);
                replace(&mut step.is_error, &delta.is_error);
                replace(&mut step.signature, &delta.signature);
            }
            (Step::ToolSearchCall(step), StepDelta::ToolSearchCall(delta)) => {
                replace(&mut step.arguments, &delta.arguments);
                replace(&mut step.signature, &delta.signature);
            }
            (Step::RetrievalCall(step), StepDelta::RetrievalCall(delta)) => {
                replace(&mut step.retrieval_type, &delta.retrieval_type);
                replace(&mut step.arguments, &delta.arguments);
                replace(&mut step.signature, &delta.signature);
            }
            (_, StepDelta::Unknown(_)) => {}
            (step, delta) => {
                return Err(FoldError::WrongStep {
                    step: step.type_name().into_owned(),
                    delta: delta.type_name().into_owned(),
                });
            }
        }
        Ok(())
    }

    /// The whole step, at its `step.stop`.
    ///
    /// # Errors
    /// The arguments of a call are not JSON.
    pub fn finish(mut self) -> Result<Step, FoldError> {
        if let Step::FunctionCall(call) = &mut self.step
            && !self.arguments.is_empty()
        {
            call.arguments = Json::parse(self.arguments).map_err(|source| FoldError::Arguments {
                name: call.name.clone(),
                source,
            })?;
        }
        Ok(self.step)
    }
}

fn replace<T: Clone>(field: &mut Option<T>, with: &Option<T>) {
    if with.is_some() {
        field.clone_from(with);
    }
}

fn append_audio(block: &mut AudioContent, chunk: &AudioContent) -> Result<(), FoldError> {
    let mut bytes = STANDARD.decode(block.data.as_deref().unwrap_or_default())?;
    bytes.extend(STANDARD.decode(chunk.data.as_deref().unwrap_or_default())?);
    block.data = Some(STANDARD.encode(bytes));
    replace(&mut block.mime_type, &chunk.mime_type);
    replace(&mut block.sample_rate, &chunk.sample_rate);
    replace(&mut block.channels, &chunk.channels);
    Ok(())
}
