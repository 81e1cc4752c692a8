//! One turn as a pure state machine: what happened goes in, what to do comes out.
//!
//! [`Turn::apply`] touches neither clock nor network nor store; the [driver](crate::driver) performs its actions. A turn
//! opens one step at a time. Function calls are held back until the call of the model has ended, so that text and
//! thoughts never follow them and a call that is shown is a call that stays.

use std::collections::HashSet;
use std::sync::Arc;

use antiphon_interaction::{
    ApiError, ArgumentsDelta, Content, FunctionCall, Json, Modality, ModalityTokens, ModelOutput, Status, Step,
    StepDelta, StepFold, TextDelta, Thought, ThoughtSignatureDelta, ThoughtSummaryDelta, Usage,
};
use antiphon_model_engine::{Finish, FinishReason, ModelEvent, ModelUsage, ToolCall};
use antiphon_store::{ProjectId, StoredStep};

use crate::Error;
use crate::entropy::{Entropy, call_id};
use crate::marks::Marks;
use crate::seal::Sealer;

/// An engine's longer ids are replaced.
const LONGEST_CALL_ID: usize = 64;

/// What can happen to a turn.
#[derive(Debug)]
pub(crate) enum Occurrence {
    /// The model said something.
    Model(ModelEvent),
    /// The run cannot go on.
    Failed(Error),
    /// Somebody who may do so called it off.
    Cancelled,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
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
    },
}

struct OpenStep {
    fold: StepFold,
    marks: Marks,
    ordinal: u32,
    /// What a thought step seals.
    reasoning: String,
}

/// Settings of a turn that do not change while it runs.
pub(crate) struct TurnContext {
    pub(crate) project: ProjectId,
    pub(crate) attempt: u32,
    /// Whether thoughts are shown, not only sealed.
    pub(crate) summaries: bool,
    /// The functions that may be called.
    pub(crate) callable: HashSet<String>,
    /// The calls of the conversation so far; no new one gets an id of theirs.
    pub(crate) call_ids: HashSet<String>,
    /// Whether the prompt is all text, so that its tokens are of one modality.
    pub(crate) text_only: bool,
    /// The answer's text, where it has to be JSON.
    pub(crate) json_answer: Option<String>,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// The state of a turn.
pub(crate) struct Turn {
    context: TurnContext,
    index: u32,
    open: Option<OpenStep>,
    calls: Vec<ToolCall>,
    over: bool,
}

impl Turn {
    pub(crate) fn new(context: TurnContext) -> Self {
        Self {
            context,
            index: 0,
            open: None,
            calls: Vec::new(),
            over: false,
        }
    }

    /// Takes one occurrence; after the end, every further one is ignored.
    pub(crate) fn apply(&mut self, occurrence: Occurrence) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.over {
            return actions;
        }
        match occurrence {
            Occurrence::Model(ModelEvent::Started) => {}
            Occurrence::Model(ModelEvent::Thought(text)) => self.on_thought(text, &mut actions),
            Occurrence::Model(ModelEvent::Text(text)) => self.on_text(text, &mut actions),
            Occurrence::Model(ModelEvent::ToolCall(call)) => self.on_call(call, &mut actions),
            Occurrence::Model(ModelEvent::Finished(finish)) => self.on_finished(&finish, &mut actions),
            Occurrence::Failed(error) => {
                self.end(Status::Failed, vec![error.to_api()], None, &mut actions);
            }
            Occurrence::Cancelled => {
                self.end(Status::Cancelled, Vec::new(), None, &mut actions);
            }
        }
        actions
    }

    fn on_thought(&mut self, text: String, actions: &mut Vec<Action>) {
        if !matches!(self.open.as_ref().map(|open| open.fold.step()), Some(Step::Thought(_))) {
            self.close(actions);
            self.open(Step::Thought(Thought::default()), actions);
        }
        if let Some(open) = &mut self.open {
            open.reasoning.push_str(&text);
        }
        if self.context.summaries {
            let content = Some(Content::text(text));
            self.grow(StepDelta::ThoughtSummary(ThoughtSummaryDelta { content }), actions);
        }
    }

    fn on_text(&mut self, text: String, actions: &mut Vec<Action>) {
        if !matches!(
            self.open.as_ref().map(|open| open.fold.step()),
            Some(Step::ModelOutput(_))
        ) {
            self.close(actions);
            self.open(Step::ModelOutput(ModelOutput::default()), actions);
        }
        if let Some(answer) = &mut self.context.json_answer {
            answer.push_str(&text);
        }
        self.grow(StepDelta::Text(TextDelta { text }), actions);
    }

    fn on_call(&mut self, call: ToolCall, actions: &mut Vec<Action>) {
        if self.context.callable.contains(&call.name) {
            self.calls.push(call);
        } else {
            // Nobody could answer it, and the conversation could not go on.
            let error = Error::UnexpectedToolCall { name: call.name };
            self.end(Status::Failed, vec![error.to_api()], None, actions);
        }
    }

    fn on_finished(&mut self, finish: &Finish, actions: &mut Vec<Action>) {
        let Finish { reason, usage } = *finish;
        let usage = Some(usage);
        match reason {
            FinishReason::Stop if self.calls.is_empty() => match self.broken_json() {
                None => self.end(Status::Completed, Vec::new(), usage, actions),
                Some(error) => self.end(Status::Failed, vec![error.to_api()], usage, actions),
            },
            FinishReason::Stop => {
                self.close(actions);
                for call in std::mem::take(&mut self.calls) {
                    self.show_call(call, actions);
                }
                self.end(Status::RequiresAction, Vec::new(), usage, actions);
            }
            // A limit may have cut off further calls, so none of them is shown.
            FinishReason::Length => self.end(Status::Incomplete, Vec::new(), usage, actions),
            FinishReason::ContentFilter => {
                let error = Error::Blocked {
                    message: "the model's provider blocked the answer".to_owned(),
                };
                self.end(Status::Failed, vec![error.to_api()], usage, actions);
            }
        }
    }

    /// What is wrong with an answer that had to be JSON: there are upstreams that ignore the demand.
    fn broken_json(&self) -> Option<Error> {
        let answer = self.context.json_answer.as_ref()?;
        let error = serde_json::from_str::<serde::de::IgnoredAny>(answer).err()?;
        Some(Error::Model(antiphon_model_engine::Error::Constraint {
            message: format!("it is not JSON: {error}"),
        }))
    }

    fn show_call(&mut self, call: ToolCall, actions: &mut Vec<Action>) {
        let ToolCall { id, name, arguments } = call;
        // Engines that number the calls of each answer from 0 repeat themselves in later turns.
        let id = id
            .filter(|id| !id.is_empty() && id.len() <= LONGEST_CALL_ID && !self.context.call_ids.contains(id))
            .unwrap_or_else(|| call_id(self.context.entropy.as_ref()));
        self.context.call_ids.insert(id.clone());
        let step = FunctionCall {
            id,
            name,
            arguments: Json::empty_object(),
            signature: None,
        };
        self.open(Step::FunctionCall(step), actions);
        let arguments = arguments.text().to_owned();
        self.grow(StepDelta::Arguments(ArgumentsDelta { arguments }), actions);
        self.close(actions);
    }

    fn open(&mut self, step: Step, actions: &mut Vec<Action>) {
        actions.push(Action::Open {
            index: self.index,
            step: step.clone(),
        });
        let open = OpenStep {
            fold: StepFold::start(step),
            marks: Marks::default(),
            ordinal: 0,
            reasoning: String::new(),
        };
        self.open = Some(open);
    }

    fn grow(&mut self, delta: StepDelta, actions: &mut Vec<Action>) {
        if let Some(open) = &mut self.open {
            open.ordinal += 1;
            open.marks.push(&delta);
            // The turn made both the step and the delta, so they fit.
            if let Err(error) = open.fold.apply(&delta) {
                tracing::error!(%error, "a delta does not fit its step");
            }
            actions.push(Action::Grow {
                index: self.index,
                ordinal: open.ordinal,
                delta,
            });
        }
    }

    fn close(&mut self, actions: &mut Vec<Action>) {
        let Some(open) = &self.open else { return };
        let seal = if let Step::Thought(thought) = open.fold.step() {
            Some(
                self.context
                    .sealer
                    .seal(&self.context.project, thought, &open.reasoning),
            )
        } else {
            None
        };
        if let Some(signature) = seal {
            self.grow(
                StepDelta::ThoughtSignature(ThoughtSignatureDelta { signature }),
                actions,
            );
        }
        let Some(open) = self.open.take() else { return };
        let ordinal = open.ordinal + 1;
        let so_far = open.fold.step().clone();
        let step = open.fold.finish().unwrap_or_else(|error| {
            tracing::error!(%error, "a step cannot be finished");
            so_far
        });
        let step = StoredStep {
            index: self.index,
            attempt: self.context.attempt,
            step,
            marks: open.marks.into_bytes(),
        };
        actions.push(Action::Close { step, ordinal });
        self.index += 1;
    }

    fn end(&mut self, status: Status, errors: Vec<ApiError>, usage: Option<ModelUsage>, actions: &mut Vec<Action>) {
        self.close(actions);
        self.over = true;
        let usage = usage.map(|usage| self.usage(usage));
        actions.push(Action::Finish { status, errors, usage });
    }

    /// What the model counted, in the API's terms.
    fn usage(&self, usage: ModelUsage) -> Usage {
        let text = |tokens: u64| {
            vec![ModalityTokens {
                modality: Modality::Text,
                tokens,
            }]
        };
        let prompt = |tokens: u64| {
            if self.context.text_only {
                text(tokens)
            } else {
                Vec::new()
            }
        };
        let cached = usage.cached_tokens.min(usage.input_tokens);
        Usage {
            total_input_tokens: usage.input_tokens,
            total_output_tokens: usage.output_tokens,
            total_thought_tokens: usage.thought_tokens,
            total_cached_tokens: cached,
            input_tokens_by_modality: prompt(usage.input_tokens),
            output_tokens_by_modality: text(usage.output_tokens),
            cached_tokens_by_modality: if cached > 0 { prompt(cached) } else { Vec::new() },
            ..Usage::default()
        }
        .summed()
    }
}

#[cfg(test)]
#[path = "turn_tests.rs"]
mod tests;
