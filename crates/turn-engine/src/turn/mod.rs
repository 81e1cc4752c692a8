//! One turn as a pure state machine: what happened goes in, what to do comes out.
//!
//! [`Turn::apply`] touches neither clock nor network nor store; the [driver](crate::driver) performs its actions. A turn
//! is a loop: the model is called, what it says becomes steps; the calls of server-side tools are run, their results become steps
//! and messages, and the model is called again, until it answers, asks the client for a function, or a limit is hit.
//!
//! One step is open at a time. Calls are held back until the call of the model has ended, so that text and
//! thoughts never follow them and a call that is shown is a call that stays.

mod calls;
mod done;
mod media;
mod usage;
mod writer;

use std::collections::HashSet;
use std::sync::Arc;

use antiphon_interaction::{ApiError, Content, Status, Step, StepDelta, Usage};
use antiphon_model_engine::{Finish, FinishReason, Message, ModelEvent, ModelRequest, OutputFormat, ToolCall};
use antiphon_store::{ProjectId, StoredStep};
use antiphon_tools::{Call, Outcome, Tool};

use crate::Error;
use crate::continuation::Issuer;
use crate::entropy::Entropy;
use crate::seal::Sealer;
use crate::toolset::ToolSet;
use calls::Round;
pub(crate) use done::Done;
use media::MediaBudget;
use usage::UsageSum;
use writer::StepWriter;

/// What can happen to a turn.
pub(crate) enum Occurrence {
    /// The model said something.
    Model(ModelEvent),
    /// A tool is done.
    Tool { call_id: String, outcome: Box<Outcome> },
    /// The run cannot go on.
    Failed(Error),
    /// Somebody who may do so called it off.
    Cancelled,
}

/// What is to be done.
pub(crate) enum Action {
    /// The model is called.
    CallModel(Box<ModelRequest>),
    /// A tool is run; its outcome is an [`Occurrence::Tool`].
    RunTool { tool: Arc<dyn Tool>, call: Call },
    /// A step begins.
    Open { index: u32, step: Step },
    /// The open step grows; ordinals count from 1.
    Grow { index: u32, ordinal: u32, delta: StepDelta },
    /// The open step is whole; `ordinal` is that of its stop.
    Close { step: StoredStep, ordinal: u32 },
    /// The turn is over.
    Finish {
        status: Status,
        errors: Vec<ApiError>,
        usage: Option<Usage>,
        /// Goes on with an answer that reached the limit of one call.
        continuation_token: Option<String>,
    },
}

/// How many tokens a turn may make.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    /// What is left of the request's own limit, if it has one.
    pub(crate) left: Option<u64>,
    /// The limit of one call.
    pub(crate) call: u64,
    /// Whether an answer that reaches it goes on under the same id.
    pub(crate) chains: bool,
    /// The prompt of the first call, where an earlier request made that.
    pub(crate) initial_input_tokens: Option<u64>,
}

impl Budget {
    /// What the next call may make.
    fn next_call(&self) -> Option<u64> {
        self.left.map(|left| left.min(self.call))
    }
}

/// How often in a turn the model is called again because it made a call that cannot be read.
const REGENERATIONS: u32 = 5;

/// How often a turn may go round its loop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoopLimits {
    /// How often the tools are run; after that the model has to answer.
    pub(crate) rounds: u32,
    /// How many calls of one answer of the model are carried out.
    pub(crate) calls: usize,
    /// How many bytes of one result's text the model reads.
    pub(crate) result_bytes: usize,
    /// How many bytes of media, as base64, the tools of the turn may bring.
    pub(crate) media_bytes: usize,
}

/// What a turn begins with.
pub(crate) struct TurnContext {
    pub(crate) project: ProjectId,
    pub(crate) attempt: u32,
    /// What the run has done before, if it is not new.
    pub(crate) done: Option<Done>,
    /// The first call of the model.
    pub(crate) request: ModelRequest,
    /// Whether thoughts are shown, not only sealed.
    pub(crate) summaries: bool,
    /// Whether the model takes images.
    pub(crate) takes_images: bool,
    /// The functions that may be called, the server's among them.
    pub(crate) callable: HashSet<String>,
    /// The calls of the conversation so far; no new one gets an id of theirs.
    pub(crate) call_ids: HashSet<String>,
    /// What earlier results of the conversation gave to cite: address and title, by number from 1.
    pub(crate) sources: Vec<(String, String)>,
    /// The tools that the server runs.
    pub(crate) tools: Arc<ToolSet>,
    pub(crate) limits: LoopLimits,
    pub(crate) budget: Budget,
    /// Issues a token when the answer could go on.
    pub(crate) issuer: Issuer,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// What the model has said in the call under way.
#[derive(Default)]
struct Said {
    reasoning: String,
    text: String,
    /// Reasoning that came after text: it is shown behind the answer, which stays one step.
    afterthought: String,
    calls: Vec<ToolCall>,
}

/// The state of a turn.
pub(crate) struct Turn {
    summaries: bool,
    takes_images: bool,
    callable: HashSet<String>,
    call_ids: HashSet<String>,
    sources: Vec<(String, String)>,
    tools: Arc<ToolSet>,
    limits: LoopLimits,
    budget: Budget,
    issuer: Issuer,
    entropy: Arc<dyn Entropy>,
    /// The next call of the model, with all that has been said.
    request: ModelRequest,
    writer: StepWriter,
    said: Said,
    round: Option<Round>,
    media: MediaBudget,
    rounds: u32,
    /// How often the model may be called again because it made a call that cannot be read.
    again: u32,
    usage: UsageSum,
    over: bool,
}

impl Turn {
    /// A turn, and what it begins with.
    pub(crate) fn begin(context: TurnContext) -> (Self, Vec<Action>) {
        let TurnContext {
            project,
            attempt,
            done,
            request,
            summaries,
            takes_images,
            callable,
            call_ids,
            sources,
            tools,
            limits,
            budget,
            issuer,
            sealer,
            entropy,
        } = context;
        let text_only = request.messages.iter().all(Message::is_text);
        let mut usage = UsageSum::new(text_only, budget.initial_input_tokens);
        if let Some(before) = done.as_ref().and_then(Done::usage) {
            usage.resume(before);
        }
        let first_index = done.as_ref().map_or(0, Done::next_index);
        let mut turn = Self {
            summaries,
            takes_images,
            callable,
            call_ids,
            sources,
            tools,
            limits,
            budget,
            entropy,
            writer: StepWriter::new(project, sealer, attempt, first_index, issuer.unstored.is_some()),
            issuer,
            usage,
            request,
            said: Said::default(),
            round: None,
            media: MediaBudget::new(limits.media_bytes),
            rounds: 0,
            again: REGENERATIONS,
            over: false,
        };
        let mut actions = Vec::new();
        match done {
            Some(done) => turn.go_on_from(done, &mut actions),
            None => turn.call_model(&mut actions),
        }
        (turn, actions)
    }

    /// What has been used so far.
    pub(crate) fn usage(&self) -> Option<Usage> {
        self.usage.total()
    }

    /// Takes one occurrence; after the end, every further one is ignored.
    pub(crate) fn apply(&mut self, occurrence: Occurrence) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.over {
            return actions;
        }
        match occurrence {
            Occurrence::Model(ModelEvent::Started) => {}
            Occurrence::Model(ModelEvent::Thought(text)) => self.on_thought(&text, &mut actions),
            Occurrence::Model(ModelEvent::Text(text)) => self.on_text(&text, &mut actions),
            Occurrence::Model(ModelEvent::ToolCall(call)) => self.on_call(call, &mut actions),
            Occurrence::Model(ModelEvent::Finished(finish)) => self.on_finished(&finish, &mut actions),
            Occurrence::Tool { call_id, outcome } => self.on_outcome(&call_id, *outcome, &mut actions),
            Occurrence::Failed(error) if self.may_call_again(&error) => {
                self.said = Said::default();
                self.writer.close(&mut actions);
                self.call_model(&mut actions);
            }
            Occurrence::Failed(error) => self.fail(&error, &mut actions),
            Occurrence::Cancelled => self.end(Status::Cancelled, Vec::new(), &mut actions),
        }
        actions
    }

    /// Whether a call that cannot be read is asked for anew: only in a loop over tools, where work would be lost, and while
    /// nothing of this answer has been shown that would be said twice.
    fn may_call_again(&mut self, error: &Error) -> bool {
        let malformed = matches!(
            error,
            Error::Model(antiphon_model_engine::Error::MalformedToolCall { .. })
        );
        if !malformed || self.tools.is_empty() || !self.said.text.is_empty() || self.again == 0 {
            return false;
        }
        self.again -= 1;
        true
    }

    fn on_thought(&mut self, text: &str, actions: &mut Vec<Action>) {
        self.said.reasoning.push_str(text);
        if self.writer.in_output() {
            self.said.afterthought.push_str(text);
        } else {
            self.writer.think(text, self.summaries, actions);
        }
    }

    fn on_text(&mut self, text: &str, actions: &mut Vec<Action>) {
        self.said.text.push_str(text);
        let sources: &[_] = if self.cites() { &self.sources } else { &[] };
        self.writer.say(text, sources, actions);
    }

    /// Whether marks of sources are read out of the answer; in JSON they could be anything.
    fn cites(&self) -> bool {
        self.request.output_format == OutputFormat::Text
    }

    fn on_call(&mut self, call: ToolCall, actions: &mut Vec<Action>) {
        // Beside tools of the server's the turn goes on anyway, and the model is told.
        if self.callable.contains(&call.name) || !self.tools.is_empty() {
            self.said.calls.push(call);
        } else {
            // Nobody could answer it, and the conversation could not go on.
            self.fail(&Error::UnexpectedToolCall { name: call.name }, actions);
        }
    }

    fn on_finished(&mut self, finish: &Finish, actions: &mut Vec<Action>) {
        let Finish { reason, usage } = *finish;
        self.usage.add(usage);
        self.close(actions);
        let made = usage.output_tokens.saturating_add(usage.thought_tokens);
        let was_limited = self.budget.next_call().is_some_and(|limit| made >= limit);
        self.budget.left = self.budget.left.map(|left| left.saturating_sub(made));
        match reason {
            FinishReason::Stop if self.said.calls.is_empty() => match self.broken_json() {
                None => self.end(Status::Completed, Vec::new(), actions),
                Some(error) => self.fail(&error, actions),
            },
            FinishReason::Stop => self.on_calls(actions),
            // A limit may have cut off further calls, so none of them is shown.
            FinishReason::Length => match self.budget.left {
                // What is JSON so far cannot be held to its form from the middle on.
                Some(left) if left > 0 && was_limited && self.cites() => self.on_call_limit(left, actions),
                Some(_) | None => self.end(Status::Incomplete, Vec::new(), actions),
            },
            FinishReason::ContentFilter => {
                let message = "the model's provider blocked the answer".to_owned();
                self.fail(&Error::Blocked { message }, actions);
            }
        }
    }

    /// The answer is not at its end, and may go on.
    fn on_call_limit(&mut self, left: u64, actions: &mut Vec<Action>) {
        let said = std::mem::take(&mut self.said);
        self.usage.chain();
        if self.budget.chains {
            self.extend_answer(said);
            return self.call_model(actions);
        }
        let token = self.writer.token(&self.issuer, left, self.usage.initial_input());
        self.finish(Status::RequiresContinuation, Vec::new(), Some(token), actions);
    }

    /// Adds to the answer that the model is to go on with; over several calls it stays one message.
    fn extend_answer(&mut self, said: Said) {
        if said.text.is_empty() {
            return;
        }
        if let Some(Message::Assistant {
            content, tool_calls, ..
        }) = self.request.messages.last_mut()
            && tool_calls.is_empty()
            && let Some(Content::Text(before)) = content.last_mut()
        {
            before.text.push_str(&said.text);
            return;
        }
        self.request.messages.push(Message::Assistant {
            reasoning: (!said.reasoning.is_empty()).then_some(said.reasoning),
            content: vec![Content::text(said.text)],
            tool_calls: Vec::new(),
        });
    }

    /// Calls the model with all that has been said.
    fn call_model(&mut self, actions: &mut Vec<Action>) {
        if self.budget.left == Some(0) {
            return self.end(Status::Incomplete, Vec::new(), actions);
        }
        self.request.sampling.max_output_tokens = self.budget.next_call();
        actions.push(Action::CallModel(Box::new(self.next_request())));
    }

    /// The next call of the model. The conversation is kept only where another call may follow this one.
    fn next_request(&mut self) -> ModelRequest {
        if !self.tools.is_empty() || (self.budget.chains && self.budget.left.is_some()) {
            return self.request.clone();
        }
        let system_instruction = self.request.system_instruction.take();
        let messages = std::mem::take(&mut self.request.messages);
        let functions = std::mem::take(&mut self.request.functions);
        ModelRequest {
            system_instruction,
            messages,
            functions,
            ..self.request.clone()
        }
    }

    /// What is wrong with an answer that had to be JSON: there are upstreams that ignore the demand.
    fn broken_json(&self) -> Option<Error> {
        if self.request.output_format == OutputFormat::Text {
            return None;
        }
        let error = serde_json::from_str::<serde::de::IgnoredAny>(&self.said.text).err()?;
        Some(Error::Model(antiphon_model_engine::Error::Constraint {
            message: format!("it is not JSON: {error}"),
        }))
    }

    /// Closes the open step, and shows what the model thought after it.
    fn close(&mut self, actions: &mut Vec<Action>) {
        self.writer.close(actions);
        let afterthought = std::mem::take(&mut self.said.afterthought);
        if !afterthought.is_empty() {
            self.writer.think(&afterthought, self.summaries, actions);
            self.writer.close(actions);
        }
    }

    fn fail(&mut self, error: &Error, actions: &mut Vec<Action>) {
        self.end(Status::Failed, vec![error.to_api()], actions);
    }

    fn end(&mut self, status: Status, errors: Vec<ApiError>, actions: &mut Vec<Action>) {
        self.finish(status, errors, None, actions);
    }

    fn finish(
        &mut self,
        status: Status,
        errors: Vec<ApiError>,
        continuation_token: Option<String>,
        actions: &mut Vec<Action>,
    ) {
        self.close(actions);
        self.over = true;
        actions.push(Action::Finish {
            status,
            errors,
            usage: self.usage.total(),
            continuation_token,
        });
    }
}

#[cfg(test)]
mod tests;
