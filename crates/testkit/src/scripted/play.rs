use std::sync::Arc;

use antiphon_interaction::Json;
use antiphon_model_engine::{Error, Finish, ModelEvent, ModelRequest, ModelUsage, ToolCall};
use futures::Stream;

use super::{Inner, check_request, locked, render_request};
use crate::Script;
use crate::call::Watched;
use crate::script::Part;

pub(super) fn play(inner: Arc<Inner>, request: ModelRequest) -> impl Stream<Item = Result<ModelEvent, Error>> + Send {
    async_stream::stream! {
        let call = inner.calls.add(request);
        let script = next_script(&inner, call.request());
        let watched = Watched(call);
        let script = match script {
            Ok(script) => script.with_ending(),
            Err(message) => {
                watched.ended();
                yield Err(internal(message));
                return;
            }
        };

        let mut started = false;
        let mut counted = ModelUsage { input_tokens: words(&render_request(watched.0.request())), ..ModelUsage::default() };
        let mut reported = None;
        for part in script.parts {
            let wait = matches!(part, Part::Gate(_) | Part::Hang);
            let refuses = matches!(part, Part::Fail(_) | Part::Status(_));
            if !started && !wait && !refuses {
                started = true;
                yield Ok(ModelEvent::Started);
            }
            let last = match part {
                Part::Started => None,
                Part::Gate(gate) => {
                    gate.pass().await;
                    None
                }
                Part::Hang => std::future::pending().await,
                Part::Text(text) => {
                    counted.output_tokens += words(&text);
                    yield Ok(ModelEvent::Text(text));
                    None
                }
                Part::Thought(text) => {
                    counted.thought_tokens += words(&text);
                    yield Ok(ModelEvent::Thought(text));
                    None
                }
                Part::ToolCall(call) => {
                    let arguments = Json::from(call.arguments);
                    counted.output_tokens += 1 + words(arguments.text());
                    yield Ok(ModelEvent::ToolCall(ToolCall { id: call.id, name: call.name, arguments }));
                    None
                }
                Part::Usage(usage) => {
                    reported = Some(usage);
                    None
                }
                Part::Finish(reason) => Some(Ok(ModelEvent::Finished(Finish { reason, usage: reported.unwrap_or(counted) }))),
                Part::Fail(error) => Some(Err(error)),
                Part::ErrorObject { message, code: _ } => Some(Err(Error::Interrupted { message, source: None })),
                Part::Cut => Some(Err(Error::Interrupted { message: "the script cut the answer off".to_owned(), source: None })),
                Part::ToolCallFragment(_) | Part::Raw(_) | Part::End | Part::Status(_) => {
                    Some(Err(internal("this part of the script is for FakeUpstream only".to_owned())))
                }
            };
            if let Some(last) = last {
                watched.ended();
                yield last;
                return;
            }
        }
    }
}

fn next_script(inner: &Inner, request: &ModelRequest) -> Result<Script, String> {
    check_request(request).map_err(|broken| format!("the request breaks the contract: {broken}"))?;
    let pushed = locked(&inner.scripts).pop_front();
    match (pushed, &inner.responder) {
        (Some(script), _) => Ok(script),
        (None, Some(responder)) => Ok(responder(request)),
        (None, None) => Err("no script was pushed for this call".to_owned()),
    }
}

fn internal(message: String) -> Error {
    Error::Internal { message, source: None }
}

fn words(text: &str) -> u64 {
    text.split_whitespace().count() as u64
}
