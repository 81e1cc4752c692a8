use antiphon_sse::Event;

use super::arguments::OpenCalls;
use super::chunk::{Chunk, Delta, Usage};
use super::config::Secret;
use super::refusal::upstream_message;
use crate::{Error, Finish, FinishReason, ModelEvent, ModelUsage};

/// Makes model events of the events of one answer.
#[derive(Default)]
pub(super) struct Answer {
    /// An answer without a call is an error.
    must_call: bool,
    /// The most bytes of arguments that are held.
    max_bytes: usize,
    /// What error texts must not show.
    secret: Option<Secret>,
    calls: OpenCalls,
    reason: Option<FinishReason>,
    usage: Option<Usage>,
    reasoning_bytes: u64,
    text_bytes: u64,
}

impl Answer {
    pub(super) fn new(must_call: bool, max_bytes: usize, secret: Option<Secret>) -> Self {
        Self {
            must_call,
            max_bytes,
            secret,
            ..Self::default()
        }
    }

    /// Whether the server has said why it stopped; only usage may follow.
    pub(super) fn has_reason(&self) -> bool {
        self.reason.is_some()
    }

    /// Whether the model has been seen to reason.
    pub(super) fn reasoned(&self) -> bool {
        self.reasoning_bytes > 0
    }

    /// Adds what `event` says to `out`; tells whether it was the last event.
    pub(super) fn read(&mut self, event: &Event, out: &mut Vec<ModelEvent>) -> Result<bool, Error> {
        let data = event.data.trim();
        if data == "[DONE]" {
            return Ok(true);
        }
        let chunk: Chunk<'_> = match serde_json::from_str(data) {
            Ok(chunk) => chunk,
            Err(_) if event.event == "error" => return Err(self.failed(data)),
            Err(source) => {
                let message = "the server behind the model sent an event that is no chat completion chunk".to_owned();
                return Err(Error::Interrupted {
                    message,
                    source: Some(Box::new(source)),
                });
            }
        };
        let is_error = chunk.error.is_some_and(|error| error.get() != "null");
        if is_error || event.event == "error" || chunk.object.as_deref() == Some("error") {
            return Err(self.failed(data));
        }
        if chunk.usage.is_some() {
            self.usage = chunk.usage;
        }
        for choice in chunk.choices.into_iter().flatten().filter(|choice| choice.index == 0) {
            if let Some(delta) = choice.delta {
                self.read_delta(delta, out)?;
            }
            if let Some(reason) = choice.finish_reason {
                self.reason = Some(finish_reason(&reason)?);
            }
        }
        Ok(false)
    }

    /// Ends the answer, in good order (`done`, by `[DONE]`) or because nothing more comes.
    pub(super) fn end(&mut self, done: bool, out: &mut Vec<ModelEvent>) -> Result<(), Error> {
        let said_anything = self.reasoning_bytes + self.text_bytes > 0 || self.calls.any();
        let reason = match self.reason {
            Some(reason) => reason,
            None if done && said_anything => FinishReason::Stop,
            None => {
                let message =
                    "the answer broke off: the server behind the model closed it without saying that it was done";
                return Err(Error::Interrupted {
                    message: message.to_owned(),
                    source: None,
                });
            }
        };
        if reason == FinishReason::Length {
            // A call that the limit cut through is part of the incomplete answer, not a fault; whole ones are told.
            self.calls.drop_unfinished();
        }
        out.extend(self.calls.take()?.into_iter().map(ModelEvent::ToolCall));
        if self.must_call && reason == FinishReason::Stop && !self.calls.any() {
            let message = "a function call was asked for and the model answered without one; the server behind it may not enforce `tool_choice`";
            return Err(Error::Constraint {
                message: message.to_owned(),
            });
        }
        let other_bytes = self.text_bytes + self.calls.bytes() as u64;
        let usage = self.usage.map_or_else(ModelUsage::default, |usage| {
            usage.split(self.reasoning_bytes, other_bytes)
        });
        out.push(ModelEvent::Finished(Finish { reason, usage }));
        Ok(())
    }

    fn read_delta(&mut self, delta: Delta<'_>, out: &mut Vec<ModelEvent>) -> Result<(), Error> {
        let Delta {
            content,
            refusal,
            reasoning_content,
            reasoning,
            tool_calls,
        } = delta;
        // Servers in transition send both fields with the same text.
        if let Some(text) = given(reasoning_content).or_else(|| given(reasoning)) {
            self.tell_whole_calls(out)?;
            self.reasoning_bytes += text.len() as u64;
            out.push(ModelEvent::Thought(text));
        }
        for text in given(content).into_iter().chain(given(refusal)) {
            self.tell_whole_calls(out)?;
            self.text_bytes += text.len() as u64;
            out.push(ModelEvent::Text(text));
        }
        for piece in tool_calls.into_iter().flatten() {
            self.calls.add(piece, self.max_bytes)?;
        }
        Ok(())
    }

    fn tell_whole_calls(&mut self, out: &mut Vec<ModelEvent>) -> Result<(), Error> {
        if self.calls.became_whole() {
            out.extend(self.calls.take()?.into_iter().map(ModelEvent::ToolCall));
        }
        Ok(())
    }

    fn failed(&self, data: &str) -> Error {
        let said = upstream_message(data, self.secret.as_ref());
        Error::Interrupted {
            message: format!("the server behind the model failed in mid-answer: {said}"),
            source: None,
        }
    }
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn finish_reason(reason: &str) -> Result<FinishReason, Error> {
    match reason {
        "length" | "max_tokens" | "model_length" => Ok(FinishReason::Length),
        "content_filter" => Ok(FinishReason::ContentFilter),
        "error" | "abort" => {
            let message = "the server behind the model gave the answer up".to_owned();
            Err(Error::Interrupted { message, source: None })
        }
        // `stop`, `tool_calls`, `function_call`, and the names that servers invent for the end of a sequence.
        _ => Ok(FinishReason::Stop),
    }
}
