//! What the fixed-answer upstream says.

use bytes::Bytes;
use serde_json::{Value, json};

/// Answers with one token.
pub(crate) const SHORT: &str = "fixed-short";
/// Answers with 32 tokens.
pub(crate) const LONG: &str = "fixed-32";
/// Answers with [`BEFORE_GATE`] tokens, and with the rest of 32 when the gate is opened.
pub(crate) const GATED: &str = "fixed-gated";

/// Calls `code_execution`, and answers with one token.
pub(crate) const CODE: &str = "fixed-code";
/// Calls `google_search` for [`QUERY`], and answers with a sentence and its source.
pub(crate) const SEARCH: &str = "fixed-search";
/// Calls `url_context` for [`PAGE_PATH`], and answers with a sentence and its source.
pub(crate) const READ: &str = "fixed-read";

pub(crate) const LONG_TOKENS: usize = 32;
/// How many of them [`GATED`] gives before the gate.
pub(crate) const BEFORE_GATE: usize = LONG_TOKENS / 2 + 1;
/// What [`SEARCH`] searches for.
pub(crate) const QUERY: &str = "harbour bridge 417";
/// The page of the upstream's that [`READ`] reads.
pub(crate) const PAGE_PATH: &str = "/page";

/// Stands for the number of an answer.
const NUMBER: &str = "NUMBER";

/// The tokens that a model answers with.
fn tokens(model: &str) -> Vec<String> {
    let words = |count: usize| (0..count).map(|index| format!("word{index:02} ")).collect();
    match model {
        SHORT | CODE => words(1),
        SEARCH | READ => ["It opened", " in 1932", " [[1", "]]."].map(str::to_owned).into(),
        _ => words(LONG_TOKENS),
    }
}

/// The text that a model answers with.
pub(crate) fn text(model: &str) -> String {
    tokens(model).concat()
}

/// One answer, ready to be sent.
#[derive(Clone)]
pub(crate) struct Answer {
    /// The whole answer of an unstreamed call.
    pub(crate) whole: Bytes,
    /// All events of a streamed call.
    pub(crate) events: Bytes,
    /// Those before the gate, and those behind it.
    pub(crate) first: Bytes,
    pub(crate) second: Bytes,
}

impl Answer {
    /// As Chat Completions.
    pub(crate) fn chat(model: &str) -> Self {
        let tokens = tokens(model);
        let usage = json!({"prompt_tokens": 7, "completion_tokens": tokens.len(), "total_tokens": 7 + tokens.len()});
        let message = json!({"role": "assistant", "content": tokens.concat()});
        let whole = json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1_767_225_600, "model": model, "usage": usage,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]
        });
        let deltas = tokens.iter().map(|token| json!({"content": token}));
        Self::new(&whole, &chunks(model, deltas, "stop", &usage))
    }

    /// A call of a function, as Chat Completions streams it.
    pub(crate) fn calling(model: &str, function: &str, arguments: &Value) -> Bytes {
        let function = json!({"name": function, "arguments": arguments.to_string()});
        let call = json!({"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": function}]});
        let usage = json!({"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12});
        chunks(model, [call], "tool_calls", &usage).concat().into()
    }

    /// As Responses, with [`NUMBER`] in its ids.
    pub(crate) fn responses(model: &str) -> Self {
        let (response_id, message_id) = (format!("resp_{NUMBER}"), format!("msg_{NUMBER}"));
        let text = tokens(model).concat();
        let item = json!({
            "id": message_id, "type": "message", "status": "completed", "role": "assistant",
            "content": [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]
        });
        let response = |status: &str, output: Value, usage: Value| {
            json!({
                "id": response_id, "object": "response", "created_at": 1_767_225_600, "status": status, "model": model,
                "output": output, "usage": usage, "parallel_tool_calls": true, "tool_choice": "auto", "tools": [],
                "temperature": 1.0, "top_p": 1.0, "metadata": {}, "error": null, "incomplete_details": null,
                "instructions": null, "service_tier": "auto", "truncation": "disabled", "background": false
            })
        };
        let usage = json!({
            "input_tokens": 7, "output_tokens": 1, "total_tokens": 8,
            "input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}
        });
        let whole = response("completed", json!([item]), usage.clone());
        let begun = response("in_progress", json!([]), Value::Null);
        let (at, part) = (
            json!({"item_id": message_id, "output_index": 0, "content_index": 0}),
            &item["content"][0],
        );
        let with = |mut event: Value| {
            if let (Value::Object(event), Value::Object(at)) = (&mut event, &at) {
                event.extend(at.clone());
            }
            event
        };
        let empty =
            json!({"id": message_id, "type": "message", "status": "in_progress", "role": "assistant", "content": []});
        let no_text = json!({"type": "output_text", "text": "", "annotations": [], "logprobs": []});
        let events = [
            json!({"type": "response.created", "response": begun}),
            json!({"type": "response.in_progress", "response": begun}),
            json!({"type": "response.output_item.added", "output_index": 0, "item": empty}),
            with(json!({"type": "response.content_part.added", "part": no_text})),
            with(json!({"type": "response.output_text.delta", "delta": text, "logprobs": []})),
            with(json!({"type": "response.output_text.done", "text": text, "logprobs": []})),
            with(json!({"type": "response.content_part.done", "part": part})),
            json!({"type": "response.output_item.done", "output_index": 0, "item": item}),
            json!({"type": "response.completed", "response": whole}),
        ];
        let events: Vec<String> = (0_u32..)
            .zip(events)
            .map(|(number, mut event)| {
                event["sequence_number"] = json!(number);
                let name = event["type"].as_str().unwrap_or_default();
                format!("event: {name}\ndata: {event}\n\n")
            })
            .collect();
        Self::new(&whole, &events)
    }

    /// With the number of this answer in its ids: servers in front of this one keep answers by them.
    pub(crate) fn numbered(&self, number: u64) -> Self {
        let number = format!("{number:06}");
        let put = |bytes: &Bytes| Bytes::from(String::from_utf8_lossy(bytes).replace(NUMBER, &number));
        Self {
            whole: put(&self.whole),
            events: put(&self.events),
            ..self.clone()
        }
    }

    fn new(whole: &Value, events: &[String]) -> Self {
        let (first, second) = events.split_at(events.len() / 2);
        let whole = whole.to_string().into();
        Self {
            whole,
            events: events.concat().into(),
            first: first.concat().into(),
            second: second.concat().into(),
        }
    }
}

/// The events of a streamed answer of Chat Completions.
fn chunks(model: &str, deltas: impl IntoIterator<Item = Value>, reason: &str, usage: &Value) -> Vec<String> {
    let chunk = |choices: Value, usage: &Value| {
        let chunk = json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_767_225_600, "model": model,
            "choices": choices, "usage": usage
        });
        format!("data: {chunk}\n\n")
    };
    let delta = |delta: Value, reason: Option<&str>| {
        chunk(
            json!([{"index": 0, "delta": delta, "finish_reason": reason}]),
            &Value::Null,
        )
    };
    let mut events = vec![delta(json!({"role": "assistant", "content": ""}), None)];
    events.extend(deltas.into_iter().map(|of| delta(of, None)));
    events.push(delta(json!({}), Some(reason)));
    events.push(chunk(json!([]), usage));
    events.push("data: [DONE]\n\n".to_owned());
    events
}
