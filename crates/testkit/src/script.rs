use antiphon_model_engine::{Error, FinishReason, ModelUsage};
use bytes::Bytes;

use crate::Gate;

/// What a fake model does in one call, part by part.
///
/// The same language serves [`ScriptedEngine`](crate::ScriptedEngine), which speaks in `ModelEvent`s, and
/// [`FakeUpstream`](crate::FakeUpstream), which speaks `OpenAI`'s Chat Completions on a socket; the methods that make sense
/// for one of them only say so.
///
/// Gates at the very beginning hold back the start of the answer (the event `Started`, the response's head); a script
/// that should start and then wait says [`Script::started`] first. A script without an ending ends with
/// [`Script::finish`] and [`FinishReason::Stop`].
#[derive(Debug, Default)]
pub struct Script {
    pub(crate) parts: Vec<Part>,
}

#[derive(Debug)]
pub(crate) enum Part {
    Started,
    Thought(String),
    Text(String),
    ToolCall(WrittenCall),
    ToolCallFragment(Fragment),
    Usage(ModelUsage),
    Finish(FinishReason),
    Gate(Gate),
    Hang,
    Fail(Error),
    ErrorObject { message: String, code: String },
    Raw(Bytes),
    Cut,
    End,
    Status(Refusal),
}

#[derive(Debug)]
pub(crate) struct WrittenCall {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) arguments: serde_json::Value,
}

/// A piece of a tool call, as the wire carries it.
#[derive(Debug, Clone, Default)]
pub struct Fragment {
    /// Which call of the answer.
    pub index: u32,
    /// Its id, in its first fragment.
    pub id: Option<String>,
    /// Its function, in its first fragment.
    pub name: Option<String>,
    /// A piece of the arguments' JSON text.
    pub arguments: String,
}

/// A reply that is no answer.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Headers beside the content type.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Script {
    /// An empty script: the answer is empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers with `text` and stops.
    pub fn reply(text: impl Into<String>) -> Self {
        Self::new().text(text)
    }

    /// Starts the answer, without saying anything yet.
    #[must_use]
    pub fn started(self) -> Self {
        self.part(Part::Started)
    }

    /// Says a piece of the answer.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        self.part(Part::Text(text.into()))
    }

    /// Thinks a piece.
    #[must_use]
    pub fn thought(self, text: impl Into<String>) -> Self {
        self.part(Part::Thought(text.into()))
    }

    /// Calls a function.
    #[must_use]
    pub fn tool_call(self, id: impl Into<String>, name: impl Into<String>, arguments: serde_json::Value) -> Self {
        self.part(Part::ToolCall(WrittenCall {
            id: Some(id.into()),
            name: name.into(),
            arguments,
        }))
    }

    /// Calls a function without giving the call an id.
    #[must_use]
    pub fn tool_call_without_id(self, name: impl Into<String>, arguments: serde_json::Value) -> Self {
        self.part(Part::ToolCall(WrittenCall {
            id: None,
            name: name.into(),
            arguments,
        }))
    }

    /// Sends a piece of a tool call (`FakeUpstream` only).
    #[must_use]
    pub fn tool_call_fragment(self, fragment: Fragment) -> Self {
        self.part(Part::ToolCallFragment(fragment))
    }

    /// Sets the usage that is reported. Without it, `ScriptedEngine` counts words and `FakeUpstream` reports none.
    #[must_use]
    pub fn usage(self, usage: ModelUsage) -> Self {
        self.part(Part::Usage(usage))
    }

    /// Ends the answer.
    #[must_use]
    pub fn finish(self, reason: FinishReason) -> Self {
        self.part(Part::Finish(reason))
    }

    /// Waits until the test opens `gate`.
    #[must_use]
    pub fn gate(self, gate: &Gate) -> Self {
        self.part(Part::Gate(gate.clone()))
    }

    /// Waits for ever.
    #[must_use]
    pub fn hang(self) -> Self {
        self.part(Part::Hang)
    }

    /// Fails with `error` (`ScriptedEngine` only); as the first part, before the answer has started.
    #[must_use]
    pub fn fail(self, error: Error) -> Self {
        self.part(Part::Fail(error))
    }

    /// Sends an error object inside the stream; for `ScriptedEngine` the answer is interrupted with its message.
    #[must_use]
    pub fn error_object(self, message: impl Into<String>, code: impl Into<String>) -> Self {
        self.part(Part::ErrorObject {
            message: message.into(),
            code: code.into(),
        })
    }

    /// Sends bytes as they are (`FakeUpstream` only).
    #[must_use]
    pub fn raw(self, bytes: impl Into<Bytes>) -> Self {
        self.part(Part::Raw(bytes.into()))
    }

    /// Breaks the connection; for `ScriptedEngine` the answer is interrupted.
    #[must_use]
    pub fn cut(self) -> Self {
        self.part(Part::Cut)
    }

    /// Ends the stream in good order but without an ending (`FakeUpstream` only).
    #[must_use]
    pub fn end(self) -> Self {
        self.part(Part::End)
    }

    /// Answers with an HTTP status instead (`FakeUpstream` only).
    #[must_use]
    pub fn status(self, refusal: Refusal) -> Self {
        self.part(Part::Status(refusal))
    }

    pub(crate) fn with_ending(mut self) -> Self {
        let ended = self.parts.iter().any(|part| match part {
            Part::Finish(_)
            | Part::Hang
            | Part::Fail(_)
            | Part::ErrorObject { .. }
            | Part::Cut
            | Part::End
            | Part::Status(_) => true,
            Part::Started
            | Part::Thought(_)
            | Part::Text(_)
            | Part::ToolCall(_)
            | Part::ToolCallFragment(_)
            | Part::Usage(_)
            | Part::Gate(_)
            | Part::Raw(_) => false,
        });
        if !ended {
            self.parts.push(Part::Finish(FinishReason::Stop));
        }
        self
    }

    fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }
}

impl Refusal {
    /// A refusal with `OpenAI`'s error body.
    pub fn new(status: u16, message: &str) -> Self {
        let body = serde_json::json!({ "error": { "message": message, "type": "error", "code": null } });
        Self {
            status,
            headers: Vec::new(),
            body: body.to_string(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Takes another body.
    #[must_use]
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }
}
