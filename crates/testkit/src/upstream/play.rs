use std::convert::Infallible;
use std::io;

use antiphon_model_engine::{FinishReason, ModelUsage};
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use serde_json::{Value, json};

use super::UpstreamRequest;
use crate::call::Watched;
use crate::script::Part;
use crate::{Call, Fragment, Refusal, Script};

/// Answers one call. Dropping the response, or this future, is seen in the call.
pub(super) async fn play(call: Call<UpstreamRequest>, script: Script) -> Response {
    let watched = Watched(call);
    let mut parts = script.with_ending().parts.into_iter().peekable();
    while let Some(Part::Gate(_) | Part::Hang) = parts.peek() {
        if let Some(Part::Gate(gate)) = parts.next() {
            gate.pass().await;
        } else {
            std::future::pending::<Infallible>().await;
        }
    }
    match parts.next_if(|part| matches!(part, Part::Status(_) | Part::Fail(_))) {
        Some(Part::Status(refusal)) => {
            watched.ended();
            refuse(refusal)
        }
        Some(Part::Fail(error)) => {
            watched.ended();
            refuse(Refusal::new(
                StatusCode::INTERNAL_SERVER_ERROR.as_u16(),
                &error.to_string(),
            ))
        }
        Some(_) | None => {
            let body = Body::from_stream(stream_parts(watched, parts.collect()));
            ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
        }
    }
}

pub(super) fn refuse(refusal: Refusal) -> Response {
    let Refusal { status, headers, body } = refusal;
    let mut response = Response::builder().status(status);
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
    {
        response = response.header(header::CONTENT_TYPE, "application/json");
    }
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response
        .body(Body::from(body))
        .unwrap_or_else(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response())
}

fn stream_parts(watched: Watched<UpstreamRequest>, parts: Vec<Part>) -> impl Stream<Item = io::Result<Bytes>> + Send {
    async_stream::stream! {
        let mut speaker = Speaker::new(&watched.0.request().body);
        for part in parts {
            match part {
                Part::Started => {}
                Part::Text(text) => yield Ok(speaker.chunk(&json!({ "content": text }), None)),
                Part::Thought(text) => yield Ok(speaker.chunk(&json!({ "reasoning_content": text }), None)),
                Part::ToolCall(call) => {
                    let fragment = Fragment { index: speaker.calls, id: call.id, name: Some(call.name), arguments: call.arguments.to_string() };
                    yield Ok(speaker.fragment(fragment));
                }
                Part::ToolCallFragment(fragment) => yield Ok(speaker.fragment(fragment)),
                Part::Usage(usage) => speaker.usage = Some(usage),
                Part::Gate(gate) => gate.pass().await,
                Part::Hang => std::future::pending().await,
                Part::Raw(bytes) => yield Ok(bytes),
                Part::ErrorObject { message, code } => {
                    yield Ok(frame(&json!({ "error": { "message": message, "type": "server_error", "code": code } })));
                    yield Ok(Bytes::from_static(b"data: [DONE]\n\n"));
                    break;
                }
                Part::Finish(reason) => {
                    for bytes in speaker.ending(reason) {
                        yield Ok(bytes);
                    }
                    break;
                }
                Part::End => break,
                Part::Cut | Part::Fail(_) | Part::Status(_) => {
                    // While the body waits, the server writes out what it holds; a broken body would take that along.
                    tokio::task::yield_now().await;
                    watched.ended();
                    yield Err(io::Error::other("the script breaks the connection"));
                    break;
                }
            }
        }
        watched.ended();
    }
    .boxed()
}

/// Writes chunks of one answer.
struct Speaker {
    model: Value,
    calls: u32,
    usage: Option<ModelUsage>,
    has_spoken: bool,
}

impl Speaker {
    fn new(request: &Value) -> Self {
        Self {
            model: request.get("model").cloned().unwrap_or_default(),
            calls: 0,
            usage: None,
            has_spoken: false,
        }
    }

    /// A chunk; before the first one, the chunk that names the role.
    fn chunk(&mut self, delta: &Value, finish_reason: Option<&str>) -> Bytes {
        let mut bytes = Vec::new();
        if !std::mem::replace(&mut self.has_spoken, true) {
            bytes.extend(self.framed_chunk(&json!({ "role": "assistant", "content": "" }), None));
        }
        bytes.extend(self.framed_chunk(delta, finish_reason));
        bytes.into()
    }

    fn framed_chunk(&self, delta: &Value, finish_reason: Option<&str>) -> Bytes {
        frame(&json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": self.model,
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish_reason }],
        }))
    }

    fn fragment(&mut self, fragment: Fragment) -> Bytes {
        let Fragment {
            index,
            id,
            name,
            arguments,
        } = fragment;
        self.calls = self.calls.max(index + 1);
        let mut function = json!({ "arguments": arguments });
        if let Some(name) = name {
            function["name"] = name.into();
        }
        let mut call = json!({ "index": index, "function": function });
        if let Some(id) = id {
            call["id"] = id.into();
            call["type"] = "function".into();
        }
        self.chunk(&json!({ "tool_calls": [call] }), None)
    }

    fn ending(&mut self, reason: FinishReason) -> Vec<Bytes> {
        let reason = match reason {
            FinishReason::Stop if self.calls > 0 => "tool_calls",
            FinishReason::Stop => "stop",
            FinishReason::Length => "length",
            FinishReason::ContentFilter => "content_filter",
        };
        let mut ending = vec![self.chunk(&json!({}), Some(reason))];
        ending.extend(self.usage.map(|usage| self.usage_chunk(usage)));
        ending.push(Bytes::from_static(b"data: [DONE]\n\n"));
        ending
    }

    fn usage_chunk(&self, usage: ModelUsage) -> Bytes {
        let ModelUsage {
            input_tokens,
            cached_tokens,
            output_tokens,
            thought_tokens,
        } = usage;
        let completion_tokens = output_tokens + thought_tokens;
        frame(&json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": self.model, "choices": [],
            "usage": {
                "prompt_tokens": input_tokens,
                "completion_tokens": completion_tokens,
                "total_tokens": input_tokens + completion_tokens,
                "prompt_tokens_details": { "cached_tokens": cached_tokens },
                "completion_tokens_details": { "reasoning_tokens": thought_tokens },
            },
        }))
    }
}

fn frame(data: &Value) -> Bytes {
    format!("data: {data}\n\n").into()
}
