//! Stored and resent steps as the messages that a model reads.

mod server_steps;

use std::collections::HashSet;

use antiphon_interaction::{Content, FunctionCall, FunctionResult, Json, Step, Thought, Tool};
use antiphon_model_engine::{Capabilities, FunctionDeclaration, Message, ToolCall, ToolResult};
use antiphon_store::ProjectId;

use crate::input::{Place, PlacedSteps};
use crate::seal::Sealer;
use crate::{Error, rules};

/// How many functions one search may find.
const MOST_FOUND: usize = 128;

/// What a conversation's messages are made with.
pub(crate) struct Renderer<'a> {
    pub(crate) project: &'a ProjectId,
    pub(crate) sealer: &'a Sealer,
    /// The name the client uses, for messages.
    pub(crate) model: &'a str,
    pub(crate) capabilities: &'a Capabilities,
    messages: Vec<Message>,
    /// The ids of all calls so far.
    seen: HashSet<String>,
    /// The calls that have no result yet, in order.
    waiting: Vec<Waiting>,
    /// What the user said while calls were open.
    held: Vec<Content>,
    /// What can be cited: address and title, by number from 1; an empty address for what is not known any more.
    sources: Vec<(String, String)>,
    /// Functions that searches found.
    found: Vec<FunctionDeclaration>,
    /// The client's function that searches for deferred ones.
    client_search: Option<String>,
}

/// A conversation as a model reads it.
pub(crate) struct Rendered {
    pub(crate) messages: Vec<Message>,
    /// The ids of all calls in it.
    pub(crate) call_ids: HashSet<String>,
    /// What can be cited: address and title, by number from 1.
    pub(crate) sources: Vec<(String, String)>,
    /// Functions that searches for deferred ones found.
    pub(crate) found: Vec<FunctionDeclaration>,
}

/// A call that has no result yet.
pub(crate) struct Waiting {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arguments: Json,
    /// Whether the server was to carry it out.
    pub(crate) server: bool,
}

/// The assistant message being put together, of all that the model says between two messages of others: chat templates
/// want roles to alternate.
#[derive(Default)]
struct Draft {
    reasoning: Option<String>,
    content: Vec<Content>,
    tool_calls: Vec<ToolCall>,
}

impl Draft {
    fn is_empty(&self) -> bool {
        self.reasoning.is_none() && self.content.is_empty() && self.tool_calls.is_empty()
    }
}

impl<'a> Renderer<'a> {
    pub(crate) fn new(
        project: &'a ProjectId,
        sealer: &'a Sealer,
        model: &'a str,
        capabilities: &'a Capabilities,
    ) -> Self {
        Self {
            project,
            sealer,
            model,
            capabilities,
            messages: Vec::new(),
            seen: HashSet::new(),
            waiting: Vec::new(),
            held: Vec::new(),
            sources: Vec::new(),
            found: Vec::new(),
            client_search: None,
        }
    }

    /// The results of this function of the client's declare what it found.
    pub(crate) fn client_searches_with(&mut self, name: Option<&str>) {
        self.client_search = name.map(str::to_owned);
    }

    /// Adds the steps of a stored turn.
    pub(crate) fn stored(&mut self, steps: &[Step]) -> Result<(), Error> {
        self.steps(steps.iter().map(|step| (step, Place::Stored)))
    }

    /// Adds the steps of the request's input.
    pub(crate) fn input(&mut self, input: &PlacedSteps) -> Result<(), Error> {
        self.steps(input.iter())
    }

    fn steps<'s>(&mut self, steps: impl Iterator<Item = (&'s Step, Place)>) -> Result<(), Error> {
        let mut draft = Draft::default();
        for (step, at) in steps {
            match step {
                Step::UserInput(input) => {
                    self.flush(&mut draft);
                    if input.content.is_empty() {
                        return Err(Error::invalid(
                            at.field("content"),
                            "is empty; say something, or leave the step out",
                        ));
                    }
                    self.content(|index| at.block(index), &input.content)?;
                    self.interrupted();
                    self.held.extend(input.content.iter().cloned());
                    self.say_held();
                }
                Step::Thought(thought) => {
                    self.may_speak(&draft, at)?;
                    let reasoning = self.reasoning(at, thought)?;
                    draft.reasoning.get_or_insert_default().push_str(&reasoning);
                }
                Step::ModelOutput(output) => {
                    // What a tool drew is the user's to see; its result tells the model that it is there.
                    let said: Vec<Content> = output
                        .content
                        .iter()
                        .filter(|block| matches!(block, Content::Text(_)))
                        .cloned()
                        .collect();
                    if said.is_empty() && !output.content.is_empty() {
                        continue;
                    }
                    self.may_speak(&draft, at)?;
                    append(&mut draft.content, said);
                }
                Step::FunctionCall(call) => {
                    self.may_speak(&draft, at)?;
                    draft.tool_calls.push(self.call(at, call)?);
                }
                Step::FunctionResult(result) => {
                    self.flush(&mut draft);
                    let message = self.result(at, result)?;
                    self.messages.push(Message::ToolResult(message));
                    self.say_held();
                }
                Step::CodeExecutionCall(_)
                | Step::UrlContextCall(_)
                | Step::GoogleSearchCall(_)
                | Step::GoogleMapsCall(_)
                | Step::FileSearchCall(_)
                | Step::McpServerToolCall(_)
                | Step::RetrievalCall(_)
                | Step::ToolSearchCall(_)
                | Step::ProcessingCall(_)
                | Step::CodeExecutionResult(_)
                | Step::UrlContextResult(_)
                | Step::GoogleSearchResult(_)
                | Step::GoogleMapsResult(_)
                | Step::FileSearchResult(_)
                | Step::McpServerToolResult(_)
                | Step::RetrievalResult(_)
                | Step::ToolSearchResult(_)
                | Step::ProcessingResult(_) => self.server_step(&mut draft, at, step)?,
                Step::Unknown(_) => {
                    let name = step.type_name();
                    return Err(Error::invalid(
                        at.field("type"),
                        format!("this server does not know `{name}` steps; leave the step out"),
                    ));
                }
            }
        }
        self.flush(&mut draft);
        Ok(())
    }

    /// The conversation; its last message is the user's, a tool result, or the answer that is `continued`.
    pub(crate) fn finish(mut self, continued: bool) -> Result<Rendered, Error> {
        self.no_call_is_open(Place::Whole)?;
        let rendered = |messages| Rendered {
            messages,
            call_ids: self.seen,
            sources: self.sources,
            found: self.found,
        };
        match self.messages.last() {
            Some(Message::User(_) | Message::ToolResult(_)) => Ok(rendered(self.messages)),
            Some(Message::Assistant { .. }) if continued => Ok(rendered(self.messages)),
            Some(Message::Assistant { .. }) => Err(Error::invalid(
                "input",
                "ends with a step of the model's; add what it is to answer",
            )),
            None => Err(Error::invalid("input", "is empty; say what the model is to answer")),
        }
    }

    /// The conversation of a run that was begun before, and the calls that have no result yet.
    pub(crate) fn finish_begun(self) -> Result<(Rendered, Vec<Waiting>), Error> {
        if self.messages.is_empty() {
            return Err(Error::invalid("input", "is empty; say what the model is to answer"));
        }
        let rendered = Rendered {
            messages: self.messages,
            call_ids: self.seen,
            sources: self.sources,
            found: self.found,
        };
        Ok((rendered, self.waiting))
    }

    /// Says what the user said, once no call is open: the results of calls come first in a conversation, wherever they
    /// stand in the request.
    fn say_held(&mut self) {
        if self.held.is_empty() || !self.waiting.is_empty() {
            return;
        }
        let content = std::mem::take(&mut self.held);
        if let Some(Message::User(before)) = self.messages.last_mut() {
            before.extend(content);
        } else {
            self.messages.push(Message::User(content));
        }
    }

    fn flush(&mut self, draft: &mut Draft) {
        let Draft {
            reasoning,
            content,
            tool_calls,
        } = std::mem::take(draft);
        // A turn that broke off while it reasoned said nothing to go on from.
        if content.is_empty() && tool_calls.is_empty() {
            return;
        }
        match self.messages.last_mut() {
            // An answer over several requests or calls is one message.
            Some(Message::Assistant {
                content: before,
                tool_calls: calls,
                ..
            }) if calls.is_empty() => {
                append(before, content);
                *calls = tool_calls;
            }
            Some(_) | None => self.messages.push(Message::Assistant {
                reasoning,
                content,
                tool_calls,
            }),
        }
    }

    /// The model goes on with what it says, or begins when nothing is owed to it.
    fn may_speak(&mut self, draft: &Draft, at: Place) -> Result<(), Error> {
        if draft.is_empty() {
            self.no_call_is_open(at)
        } else {
            Ok(())
        }
    }

    fn no_call_is_open(&mut self, at: Place) -> Result<(), Error> {
        self.interrupted();
        if self.waiting.is_empty() {
            return Ok(());
        }
        let open: Vec<String> = self
            .waiting
            .iter()
            .map(|call| format!("`{}` ({})", call.id, call.name))
            .collect();
        let message = format!(
            "the model waits for the results of the calls {}: send a `function_result` step for each, in any order, before anything else",
            open.join(", ")
        );
        Err(Error::invalid(at.path(), message))
    }

    fn reasoning(&self, at: Place, thought: &Thought) -> Result<String, Error> {
        let refused = |message| Error::ThoughtSignature {
            path: at.path(),
            message,
        };
        if thought.signature.as_deref().is_none_or(str::is_empty) {
            return Err(refused("the thought has no signature"));
        }
        self.sealer
            .open(self.project, thought)
            .ok_or_else(|| refused("the thought or its signature was altered, or another server sealed it"))
    }

    fn call(&mut self, at: Place, call: &FunctionCall) -> Result<ToolCall, Error> {
        let FunctionCall {
            id,
            name,
            arguments,
            signature: _,
        } = call;
        if !arguments.is_object() {
            return Err(Error::invalid(
                at.field("arguments"),
                "the arguments of a call are an object",
            ));
        }
        self.begin_call(at, id, name.clone(), arguments.clone(), false)
    }

    /// Takes down a call that waits for its result from now on, the server's or the client's.
    fn begin_call(
        &mut self,
        at: Place,
        id: &str,
        name: String,
        arguments: Json,
        server: bool,
    ) -> Result<ToolCall, Error> {
        if !self.seen.insert(id.to_owned()) {
            return Err(Error::invalid(
                at.field("id"),
                format!("there is a call `{id}` already; ids are unique in a conversation"),
            ));
        }
        self.waiting.push(Waiting {
            id: id.to_owned(),
            name: name.clone(),
            arguments: arguments.clone(),
            server,
        });
        Ok(ToolCall {
            id: Some(id.to_owned()),
            name,
            arguments,
        })
    }

    fn result(&mut self, at: Place, result: &FunctionResult) -> Result<ToolResult, Error> {
        let FunctionResult {
            call_id,
            name: given,
            result,
            is_error,
            signature: _,
        } = result;
        let Some(found) = self.waiting.iter().position(|call| !call.server && call.id == *call_id) else {
            let message = if self.seen.contains(call_id) {
                format!("the call `{call_id}` has its result already")
            } else {
                format!("there is no call `{call_id}`; use the `id` of the `function_call` step")
            };
            return Err(Error::invalid(at.field("call_id"), message));
        };
        let Waiting { name, .. } = self.waiting.remove(found);
        if given.as_ref().is_some_and(|given| *given != name) {
            return Err(Error::invalid(
                at.field("name"),
                format!("the call `{call_id}` is of `{name}`"),
            ));
        }
        let content = self.result_content(at, &name, result)?;
        Ok(ToolResult {
            call_id: call_id.clone(),
            name,
            content,
            is_error: *is_error == Some(true),
        })
    }

    /// The names of the functions that a search of the client's found, where its result is a list of those; they are declared from
    /// now on.
    pub(super) fn found_functions(&mut self, at: Place, text: &str) -> Result<Option<String>, Error> {
        let Ok(found) = serde_json::from_str::<Vec<Tool>>(text) else {
            return Ok(None);
        };
        let mut names = Vec::new();
        for (index, tool) in found.iter().enumerate().take(MOST_FOUND) {
            let Tool::Function(function) = tool else {
                return Ok(None);
            };
            let path = format!("{}[{index}]", at.field("result"));
            self.found.push(rules::declaration(&path, function)?);
            names.push(function.name.as_str());
        }
        Ok((!names.is_empty()).then(|| names.join(", ")))
    }

    /// A string is itself, a list of content blocks is those; any other JSON is its text.
    fn result_content(&mut self, at: Place, name: &str, result: &Json) -> Result<Vec<Content>, Error> {
        let text = result.text();
        if result.is_string() {
            return Ok(vec![Content::text(
                serde_json::from_str::<String>(text).unwrap_or_default(),
            )]);
        }
        if self.client_search.as_deref() == Some(name)
            && let Some(names) = self.found_functions(at, text)?
        {
            return Ok(vec![Content::text(format!(
                "These functions can be called now: {names}"
            ))]);
        }
        if text.starts_with('[')
            && let Ok(blocks) = serde_json::from_str::<Vec<Content>>(text)
            && !blocks.is_empty()
            && blocks.iter().all(|block| !matches!(block, Content::Unknown(_)))
        {
            self.content(|index| format!("{}[{index}]", at.field("result")), &blocks)?;
            return Ok(blocks);
        }
        Ok(vec![Content::text(text)])
    }

    /// Refuses blocks that the model cannot take.
    fn content(&self, path: impl Fn(usize) -> String, blocks: &[Content]) -> Result<(), Error> {
        for (index, block) in blocks.iter().enumerate() {
            let (taken, data, uri) = match block {
                Content::Text(_) => continue,
                Content::Image(image) => (self.capabilities.image_input, &image.data, &image.uri),
                Content::Audio(audio) => (self.capabilities.audio_input, &audio.data, &audio.uri),
                Content::Document(_) | Content::Video(_) | Content::Unknown(_) => (false, &None, &None),
            };
            if !taken {
                let kind = block.type_name();
                let message = format!(
                    "the model `{}` does not take `{kind}` content; use a model that does (`GET /v1/models` lists what each takes)",
                    self.model
                );
                return Err(Error::invalid(format!("{}.type", path(index)), message));
            }
            if uri.is_some() {
                return Err(Error::invalid(
                    format!("{}.uri", path(index)),
                    "this server does not fetch media; send the bytes as base64 in `data`",
                ));
            }
            if data.is_none() {
                return Err(Error::invalid(
                    format!("{}.data", path(index)),
                    "is missing; send the bytes as base64",
                ));
            }
        }
        Ok(())
    }
}

/// Adds what follows an answer; its text goes on where the other stopped.
fn append(content: &mut Vec<Content>, more: Vec<Content>) {
    for block in more {
        match (content.last_mut(), block) {
            (Some(Content::Text(before)), Content::Text(text)) => before.text.push_str(&text.text),
            (_, block) => content.push(block),
        }
    }
}
