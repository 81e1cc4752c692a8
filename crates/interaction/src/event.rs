use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{ApiError, Interaction, InteractionId, Json, Status, Step, StepDelta};

tagged_union! {
    /// What a stream says.
    ///
    /// In order: `interaction.created`, `interaction.status_update`, then for each step `step.start`, any number of
    /// `step.delta`, `step.stop`, and last `interaction.completed`, before it `error` when it failed.
    pub enum InteractionEvent by "event_type" {
        /// The interaction exists.
        "interaction.created" => Created(InteractionCreated),
        /// Its status changed.
        "interaction.status_update" => StatusUpdate(StatusUpdate),
        /// A step begins.
        "step.start" => StepStart(StepStart),
        /// A step grows.
        "step.delta" => StepDelta(StepDeltaEvent),
        /// A step is whole.
        "step.stop" => StepStop(StepStop),
        /// The interaction is over, whatever its status.
        "interaction.completed" => Completed(InteractionCompleted),
        /// Something failed.
        "error" => Error(ErrorEvent),
    }
}

/// The interaction exists.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InteractionCreated {
    /// Its head.
    pub interaction: Interaction,
    /// Where in the stream this is; resume after it with `last_event_id`.
    pub event_id: Option<String>,
}

/// Its status changed.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StatusUpdate {
    /// Whose.
    pub interaction_id: InteractionId,
    /// To what.
    pub status: Status,
    /// Goes on from here should the stream break.
    pub continuation_token: Option<String>,
    /// Where in the stream this is.
    pub event_id: Option<String>,
}

/// A step begins.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepStart {
    /// Which, from 0 without gaps.
    pub index: u32,
    /// The step as far as it is known.
    pub step: Step,
    /// Where in the stream this is.
    pub event_id: Option<String>,
}

/// A step grows.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepDeltaEvent {
    /// Which.
    pub index: u32,
    /// By what.
    pub delta: StepDelta,
    /// `total_usage` so far, where known.
    pub metadata: Option<Json>,
    /// Where in the stream this is.
    pub event_id: Option<String>,
}

/// A step is whole.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepStop {
    /// Which.
    pub index: u32,
    /// Where in the stream this is.
    pub event_id: Option<String>,
}

/// The interaction is over.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InteractionCompleted {
    /// Its head and usage, without steps.
    pub interaction: Interaction,
    /// Where in the stream this is.
    pub event_id: Option<String>,
}

/// Something failed.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorEvent {
    /// What.
    pub error: ApiError,
    /// Where in the stream this is.
    pub event_id: Option<String>,
}

impl InteractionEvent {
    /// Where in the stream this event is.
    pub fn event_id(&self) -> Option<&str> {
        match self {
            Self::Created(event) => event.event_id.as_deref(),
            Self::StatusUpdate(event) => event.event_id.as_deref(),
            Self::StepStart(event) => event.event_id.as_deref(),
            Self::StepDelta(event) => event.event_id.as_deref(),
            Self::StepStop(event) => event.event_id.as_deref(),
            Self::Completed(event) => event.event_id.as_deref(),
            Self::Error(event) => event.event_id.as_deref(),
            Self::Unknown(_) => None,
        }
    }
}
