//! The steps of tools that the server ran: their signatures hold what the model said and read.

use antiphon_interaction::{ServerStep, Step};
use antiphon_model_engine::{Message, ToolResult};

use super::{Draft, Renderer, Waiting};
use crate::Error;
use crate::input::Place;
use crate::sealed::{SealedCall, SealedResult};
use crate::toolset::without_media;

/// What a model reads in place of a result that never came.
const INTERRUPTED: &str = "interrupted: it is not known whether this was carried out";

/// A bound on the numbers of sources, which come from signatures of this server's only.
const MOST_SOURCES: usize = 10_000;

impl Renderer<'_> {
    /// A call or a result of a tool that the server ran; its signature holds what the model said and read.
    pub(super) fn server_step(&mut self, draft: &mut Draft, at: Place, step: &Step) -> Result<(), Error> {
        let altered = || Error::ThoughtSignature {
            path: at.path(),
            message: if step.server_signature().is_none_or(str::is_empty) {
                "the step has no signature"
            } else {
                "the step or its signature was altered, or another server sealed it"
            },
        };
        let content = self.sealer.open_step(self.project, step).ok_or_else(altered)?;
        match step.server_step() {
            Some(ServerStep::Call(id)) => {
                let SealedCall { name, arguments } = serde_json::from_str(&content).map_err(|_| altered())?;
                self.may_speak(draft, at)?;
                let call = self.begin_call(at, id, name, arguments, true)?;
                draft.tool_calls.push(call);
            }
            Some(ServerStep::Result(call_id)) => {
                let SealedResult {
                    content,
                    first_source,
                    sources,
                } = serde_json::from_str(&content).map_err(|_| altered())?;
                self.flush(draft);
                let Some(found) = self.waiting.iter().position(|call| call.server && call.id == call_id) else {
                    return Err(Error::invalid(
                        at.field("call_id"),
                        format!("there is no call `{call_id}` that waits for a result; resend the call step before it"),
                    ));
                };
                let Waiting { name, .. } = self.waiting.remove(found);
                for (number, source) in (first_source..).zip(sources) {
                    if let Some(index) = number.checked_sub(1).filter(|index| *index < MOST_SOURCES) {
                        let length = self.sources.len().max(index + 1);
                        self.sources.resize(length, (String::new(), String::new()));
                        self.sources[index] = source;
                    }
                }
                if let Step::ToolSearchResult(found) = step
                    && let Some(found) = &found.result
                {
                    // Written by this server, so whatever is no function is left out.
                    self.found_functions(at, found.text()).ok();
                }
                self.messages.push(Message::ToolResult(ToolResult {
                    call_id: call_id.to_owned(),
                    name,
                    content: without_media(content, self.capabilities.image_input),
                    is_error: step.server_is_error(),
                }));
                self.say_held();
            }
            None => {}
        }
        Ok(())
    }

    /// Tells the model of tools of the server's that never answered: the turn was cancelled, or its process died.
    pub(super) fn interrupted(&mut self) {
        let (server, client) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|call| call.server);
        self.waiting = client;
        for Waiting { id, name, .. } in server {
            self.messages
                .push(Message::ToolResult(ToolResult::failed(id, name, INTERRUPTED)));
        }
    }
}
