use std::collections::HashMap;

use antiphon_client::{Client, Error};
use antiphon_interaction::{
    Content, CreateInteraction, ErrorCode, GenerationConfig, Interaction, InteractionEvent, InteractionId, Status,
    Step, StepDelta, StepFold, ThinkingSummaries,
};

use super::screen::Screen;
use crate::terminal;

/// A call's arguments are shown up to this length.
const MAX_ARGUMENTS: usize = 400;

/// What became of a question.
pub(super) enum Outcome {
    Answered,
    /// With what to tell the person, who may go on.
    Failed(String),
}

/// Questions and answers, each building on the last that was answered.
pub(super) struct Conversation {
    client: Client,
    model: String,
    system: Option<String>,
    thinking: bool,
    last: Option<InteractionId>,
}

impl Conversation {
    pub(super) fn new(client: Client, model: String, system: Option<String>, thinking: bool) -> Self {
        Self {
            client,
            model,
            system,
            thinking,
            last: None,
        }
    }

    /// Begins anew.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }

    /// Asks, and writes the answer as it comes. Dropping the future stops the answer.
    ///
    /// # Errors
    /// The outputs cannot be written; all else is an [`Outcome`].
    pub(super) async fn ask(&mut self, question: &str, screen: &mut Screen) -> anyhow::Result<Outcome> {
        let request = CreateInteraction {
            model: Some(self.model.clone()),
            input: Some(question.into()),
            system_instruction: self.system.clone(),
            previous_interaction_id: self.last.clone(),
            generation_config: self.thinking.then(|| GenerationConfig {
                thinking_summaries: Some(ThinkingSummaries::Auto),
                ..GenerationConfig::default()
            }),
            ..CreateInteraction::default()
        };
        screen.wait()?;
        let mut stream = match self.client.stream(&request).await {
            Ok(stream) => stream,
            Err(error) => return Ok(self.failed(&error)),
        };
        let mut answer = Answer::default();
        while let Some(event) = stream.next().await {
            match event {
                Ok(event) => answer.take(event, screen)?,
                Err(error) => return Ok(self.failed(&error)),
            }
        }
        Ok(self.ended(answer))
    }

    fn ended(&mut self, answer: Answer) -> Outcome {
        let Some(interaction) = answer.ended else {
            return Outcome::Failed("the server ended its answer without saying how it went".to_owned());
        };
        match interaction.status {
            Status::Completed => {
                self.last = Some(interaction.id);
                Outcome::Answered
            }
            Status::Incomplete => {
                self.last = Some(interaction.id);
                Outcome::Failed("the answer reached its limit of tokens; ask the model to go on".to_owned())
            }
            Status::RequiresAction => {
                Outcome::Failed("the model waits for the result of a function, which a terminal cannot give".to_owned())
            }
            Status::Cancelled => Outcome::Failed("the server cancelled the answer; ask again".to_owned()),
            Status::Failed
            | Status::Queued
            | Status::InProgress
            | Status::RequiresContinuation
            | Status::BudgetExceeded
            | Status::Unknown(_) => Outcome::Failed(match answer.failure {
                Some(message) => terminal::readable_line(&message),
                None => format!(
                    "the answer ended as `{}`",
                    terminal::readable_line(&interaction.status.to_string())
                ),
            }),
        }
    }

    fn failed(&self, error: &Error) -> Outcome {
        let mut message = describe(error);
        if is_too_long(error) {
            message.push_str(match self.last {
                Some(_) => "\n  /new begins a new conversation.",
                None => "\n  Ask with less text.",
            });
        }
        Outcome::Failed(message)
    }
}

/// Whether the prompt does not fit the model. The API has no code of its own for it.
fn is_too_long(error: &Error) -> bool {
    matches!(error, Error::Api { code: ErrorCode::InvalidRequest, message, .. } if message.contains("the prompt has "))
}

/// What went wrong and what to do, for people.
pub(super) fn describe(error: &Error) -> String {
    match error {
        Error::Api {
            status: 401 | 403,
            message,
            ..
        } => {
            format!(
                "{}; set GEMINI_API_KEY to a key of `antiphon keys create`",
                terminal::readable_line(message)
            )
        }
        Error::Api {
            message,
            retry_after: Some(pause),
            ..
        } => {
            format!(
                "{}; try again in {} s",
                terminal::readable_line(message),
                pause.as_secs().max(1)
            )
        }
        Error::Api { .. }
        | Error::Config { .. }
        | Error::Unreachable { .. }
        | Error::Interrupted { .. }
        | Error::TimedOut { .. }
        | Error::Protocol { .. } => terminal::readable_line(&error.to_string()),
    }
}

/// An answer as far as it has come.
#[derive(Default)]
struct Answer {
    /// Steps that are shown when they are whole.
    calls: HashMap<u32, StepFold>,
    failure: Option<String>,
    ended: Option<Interaction>,
}

impl Answer {
    fn take(&mut self, event: InteractionEvent, screen: &mut Screen) -> anyhow::Result<()> {
        match event {
            InteractionEvent::StepStart(start) => {
                if let Step::ModelOutput(output) = &start.step {
                    output.content.iter().try_for_each(|content| show(content, screen))?;
                } else if let Step::Thought(thought) = &start.step {
                    thought.summary.iter().try_for_each(|content| think(content, screen))?;
                } else if start.step.type_name().ends_with("_call") {
                    self.calls.insert(start.index, StepFold::start(start.step));
                }
            }
            InteractionEvent::StepDelta(event) => match &event.delta {
                StepDelta::Text(text) => screen.answer(&text.text)?,
                StepDelta::ThoughtSummary(thought) => {
                    if let Some(content) = &thought.content {
                        think(content, screen)?;
                    }
                }
                StepDelta::Image(_) | StepDelta::Audio(_) | StepDelta::Video(_) | StepDelta::Document(_) => {
                    screen.note(&format!("[{}]", event.delta.type_name()))?;
                }
                delta => {
                    // A delta of another kind of step changes nothing; what is shown is what was understood.
                    if let Some(call) = self.calls.get_mut(&event.index) {
                        call.apply(delta).ok();
                    }
                }
            },
            InteractionEvent::StepStop(stop) => {
                if let Some(call) = self.calls.remove(&stop.index) {
                    screen.note(&call_line(call))?;
                }
            }
            InteractionEvent::Error(error) => self.failure = Some(error.error.message),
            InteractionEvent::Completed(completed) => {
                if let Some(error) = completed.interaction.errors.iter().flatten().next() {
                    self.failure.get_or_insert_with(|| error.message.clone());
                }
                self.ended = Some(completed.interaction);
            }
            InteractionEvent::Created(_) | InteractionEvent::StatusUpdate(_) | InteractionEvent::Unknown(_) => {}
        }
        Ok(())
    }
}

fn show(content: &Content, screen: &mut Screen) -> anyhow::Result<()> {
    match content.as_text() {
        Some("") => {}
        Some(text) => screen.answer(text)?,
        None => screen.note(&format!("[{}]", content.type_name()))?,
    }
    Ok(())
}

fn think(content: &Content, screen: &mut Screen) -> anyhow::Result<()> {
    match content.as_text() {
        Some(text) => screen.thought(text)?,
        None => screen.note(&format!("[{}]", content.type_name()))?,
    }
    Ok(())
}

/// A call on one line: `→ get_weather {"city":"Paris"}`.
fn call_line(call: StepFold) -> String {
    let kind = call.step().type_name().into_owned();
    let Ok(step) = call.finish() else {
        return format!("→ {kind} with arguments that cannot be read");
    };
    let fields = serde_json::to_value(&step).unwrap_or_default();
    let name = fields.get("name").and_then(serde_json::Value::as_str).unwrap_or(&kind);
    let arguments = fields.get("arguments").map(ToString::to_string).unwrap_or_default();
    let line = terminal::readable_line(&format!("→ {name} {arguments}"));
    match line.char_indices().nth(MAX_ARGUMENTS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
