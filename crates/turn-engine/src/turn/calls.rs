//! The calls of a model: shown, carried out where they are the server's, answered.

use antiphon_interaction::{ArgumentsDelta, Content, FunctionCall, Json, ModelOutput, Status, Step, StepDelta};
use antiphon_model_engine::{Message, ToolCall, ToolResult, ToolSelection};
use antiphon_tools::citation::{CITATION_INSTRUCTION, render_sources};
use antiphon_tools::{Call, Outcome};

use super::{Action, Said, Turn};
use crate::Error;
use crate::entropy::call_id;
use crate::sealed::{SealedCall, SealedResult};
use crate::toolset::without_media;

/// An engine's longer ids are replaced.
const LONGEST_CALL_ID: usize = 64;

/// The calls of one answer of the model.
pub(super) struct Round {
    /// What the model said; `None` when the conversation has it already.
    answer: Option<Message>,
    /// The server's calls in order, each with its result once it is there.
    server: Vec<(String, String, Option<ToolResult>)>,
    /// Whether there are calls of the client's functions.
    client: bool,
    /// What the tools drew; shown behind all results, which belong together.
    shown: Vec<StepDelta>,
}

impl Round {
    /// A round that an earlier attempt began: what is pending, and whether the client is asked for something.
    pub(super) fn begun(pending: &[(String, String, Json)], client: bool) -> Self {
        let server = pending.iter().map(|(id, name, _)| (id.clone(), name.clone(), None));
        Self {
            answer: None,
            server: server.collect(),
            client,
            shown: Vec::new(),
        }
    }
}

/// What a call of the server's comes to.
enum Plan {
    Run(Box<Action>),
    /// It is not carried out, and this is why.
    Refuse(String, String),
}

impl Turn {
    /// Shows all calls of an answer, and begins to carry out the server's.
    pub(super) fn on_calls(&mut self, actions: &mut Vec<Action>) {
        let Said {
            reasoning, text, calls, ..
        } = std::mem::take(&mut self.said);
        if self.rounds >= self.limits.rounds && calls.iter().any(|call| self.is_ours(&call.name)) {
            let error = Error::TooManyToolCalls {
                rounds: self.limits.rounds,
            };
            return self.fail(&error, actions);
        }
        let mut answered = Vec::new();
        let mut server = Vec::new();
        let mut plans = Vec::new();
        let mut client = false;
        for call in calls {
            let id = self.own_id(call.id);
            let ToolCall { name, arguments, .. } = call;
            if let Some(tool) = self.tools.get(&name).filter(|_| self.callable.contains(&name)) {
                let sealed = SealedCall {
                    name: name.clone(),
                    arguments: arguments.clone(),
                };
                let (step, plan) = match tool.call_step(&id, &arguments) {
                    Ok(step) if server.len() < self.limits.calls => {
                        let call = Call {
                            id: id.clone(),
                            arguments: arguments.clone(),
                        };
                        (step, Plan::Run(Box::new(Action::RunTool { tool, call })))
                    }
                    Ok(step) => {
                        let message = format!(
                            "not carried out: at most {} tools are run at once; call it again",
                            self.limits.calls
                        );
                        (step, Plan::Refuse(id.clone(), message))
                    }
                    Err(message) => (tool.refused_step(&id), Plan::Refuse(id.clone(), message)),
                };
                self.writer.write_sealed(step, &sealed.to_text(), actions);
                server.push((id.clone(), name.clone(), None));
                plans.push(plan);
            } else if !self.callable.contains(&name) {
                let message = format!("there is no function `{name}`; call one of those that are declared, or answer");
                server.push((
                    id.clone(),
                    name.clone(),
                    Some(ToolResult::failed(&*id, &*name, message)),
                ));
            } else {
                client = true;
                let step = FunctionCall {
                    id: id.clone(),
                    name: name.clone(),
                    arguments: Json::empty_object(),
                    signature: None,
                };
                let delta = StepDelta::Arguments(ArgumentsDelta {
                    arguments: arguments.text().to_owned(),
                });
                self.writer.write(Step::FunctionCall(step), [delta], actions);
            }
            answered.push(ToolCall {
                id: Some(id),
                name,
                arguments,
            });
        }
        let content = if text.is_empty() {
            Vec::new()
        } else {
            vec![Content::text(text)]
        };
        self.round = Some(Round {
            answer: Some(Message::Assistant {
                reasoning: (!reasoning.is_empty()).then_some(reasoning),
                content,
                tool_calls: answered,
            }),
            server,
            client,
            shown: Vec::new(),
        });
        if self.round.as_ref().is_none_or(|round| round.server.is_empty()) {
            return self.end(Status::RequiresAction, Vec::new(), actions);
        }
        self.rounds += 1;
        if plans.is_empty() {
            return self.go_on(actions);
        }
        for plan in plans {
            match plan {
                Plan::Run(action) => actions.push(*action),
                Plan::Refuse(id, message) => self.on_failure(&id, &message, actions),
            }
        }
    }

    /// Whether the client has nothing to do with a call: it is of a tool of the server's, or of nothing at all.
    fn is_ours(&self, name: &str) -> bool {
        self.tools.get(name).is_some() || !self.callable.contains(name)
    }

    /// Whether the choice of tools lets the model call a function that was found.
    fn may_call(&self, name: &str) -> bool {
        match &self.request.tool_selection {
            ToolSelection::None => false,
            ToolSelection::Auto => true,
            ToolSelection::Any(allowed) | ToolSelection::Validated(allowed) => allowed
                .as_ref()
                .is_none_or(|allowed| allowed.iter().any(|allowed| allowed == name)),
        }
    }

    /// A tool did not get to answer.
    pub(super) fn on_failure(&mut self, id: &str, message: &str, actions: &mut Vec<Action>) {
        let Some(tool) = self.called(id).and_then(|name| self.tools.get(name)) else {
            return;
        };
        self.on_outcome(id, Outcome::failed(tool.failed_step(id, message), message), actions);
    }

    /// A call whose tool is not there any more: only the model is told.
    pub(super) fn on_lost(&mut self, id: &str, message: &str, actions: &mut Vec<Action>) {
        self.answer_call(id, vec![Content::text(message)], true, actions);
    }

    fn called(&self, id: &str) -> Option<&str> {
        let round = self.round.as_ref()?;
        let call = round
            .server
            .iter()
            .find(|(call, _, result)| call == id && result.is_none())?;
        Some(&call.1)
    }

    /// Shows what came of a call, and goes on when it was the last one.
    pub(super) fn on_outcome(&mut self, id: &str, outcome: Outcome, actions: &mut Vec<Action>) {
        if self.called(id).is_none() {
            return;
        }
        let Outcome {
            step,
            content,
            sources,
            shown,
            revealed,
            grounding,
            is_error,
        } = outcome;
        let mut content = without_media(content, self.takes_images);
        content.iter_mut().for_each(|block| {
            if !self.media.take(block) {
                *block = Content::text(format!("[{}: left out, this turn has had too many]", block.type_name()));
            }
        });
        let first_source = self.sources.len() + 1;
        if !sources.is_empty() {
            if self.cites() {
                content.push(Content::text(CITATION_INSTRUCTION));
            }
            content.push(Content::text(render_sources(first_source, &sources)));
        }
        shorten(&mut content, self.limits.result_bytes);
        let sealed = SealedResult {
            content,
            first_source,
            sources: sources.into_iter().map(|source| (source.url, source.title)).collect(),
        };
        self.sources.extend(sealed.sources.iter().cloned());
        self.writer.write_sealed(step, &sealed.to_text(), actions);
        if let Some(round) = &mut self.round {
            let shown = shown.into_iter().filter(|block| self.media.take(block));
            round.shown.extend(shown.filter_map(media_delta));
        }
        self.usage.count(grounding);
        for function in revealed {
            if self.may_call(&function.name) && self.callable.insert(function.name.clone()) {
                self.request.functions.push(function);
            }
        }
        self.answer_call(id, sealed.content, is_error, actions);
    }

    /// Takes down what the model will read of a call, and goes on when it was the last one.
    fn answer_call(&mut self, id: &str, content: Vec<Content>, is_error: bool, actions: &mut Vec<Action>) {
        let Some(round) = &mut self.round else { return };
        for (call, name, result) in &mut round.server {
            if call == id {
                *result = Some(ToolResult {
                    call_id: id.to_owned(),
                    name: name.clone(),
                    content,
                    is_error,
                });
                break;
            }
        }
        if round.server.iter().all(|(_, _, result)| result.is_some()) {
            self.go_on(actions);
        }
    }

    /// All of the server's calls are answered: the client's turn, or the model's.
    pub(super) fn go_on(&mut self, actions: &mut Vec<Action>) {
        let Some(round) = self.round.take() else { return };
        if !round.shown.is_empty() {
            self.writer
                .write(Step::ModelOutput(ModelOutput::default()), round.shown, actions);
        }
        if round.client {
            return self.end(Status::RequiresAction, Vec::new(), actions);
        }
        self.request.messages.extend(round.answer);
        let results = round.server.into_iter().filter_map(|(_, _, result)| result);
        self.request.messages.extend(results.map(Message::ToolResult));
        if self.rounds > 0 {
            let selection = std::mem::take(&mut self.request.tool_selection);
            self.request.tool_selection = match selection {
                _ if self.rounds >= self.limits.rounds => ToolSelection::None,
                // The call that was demanded has been made.
                ToolSelection::Any(None) => ToolSelection::Auto,
                ToolSelection::Any(allowed @ Some(_)) => ToolSelection::Validated(allowed),
                free @ (ToolSelection::Auto | ToolSelection::None | ToolSelection::Validated(_)) => free,
            };
        }
        self.call_model(actions);
    }

    /// The engine's id of a call, unless it cannot be used.
    fn own_id(&mut self, id: Option<String>) -> String {
        // Engines that number the calls of each answer from 0 repeat themselves in later turns.
        let id = id
            .filter(|id| !id.is_empty() && id.len() <= LONGEST_CALL_ID && !self.call_ids.contains(id))
            .unwrap_or_else(|| call_id(self.entropy.as_ref()));
        self.call_ids.insert(id.clone());
        id
    }
}

/// Content that can be shown as part of an answer.
fn media_delta(content: Content) -> Option<StepDelta> {
    match content {
        Content::Image(block) => Some(StepDelta::Image(block)),
        Content::Audio(block) => Some(StepDelta::Audio(block)),
        Content::Document(block) => Some(StepDelta::Document(block)),
        Content::Video(block) => Some(StepDelta::Video(block)),
        Content::Text(_) | Content::Unknown(_) => None,
    }
}

/// Cuts what the model reads to `limit` bytes of text altogether, and says so.
fn shorten(content: &mut Vec<Content>, limit: usize) {
    let mut left = limit;
    for block in content {
        let Content::Text(text) = block else { continue };
        if text.text.len() > left {
            let keep = text.text.floor_char_boundary(left);
            let cut = text.text.len() - keep;
            text.text.truncate(keep);
            text.text.push_str(&format!("\n[{cut} more bytes are left out here]"));
            left = 0;
        } else {
            left -= text.text.len();
        }
    }
}
