use std::fmt;
use std::sync::Arc;

use antiphon_interaction::{ApiError, InteractionId, ServiceTier, Settings, Status, Step, StepDelta, Usage};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::WorkerId;

/// A tenant. Without keys there is one, `default`. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProjectId(Arc<str>);

impl ProjectId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ProjectId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl Default for ProjectId {
    fn default() -> Self {
        Self("default".into())
    }
}

impl fmt::Display for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An interaction without its steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its id.
    pub id: InteractionId,
    /// Whose it is.
    pub project: ProjectId,
    /// The turn it goes on from.
    pub parent: Option<InteractionId>,
    /// Whether it runs without a connection.
    pub background: bool,
    /// The process that runs it, when it runs in the foreground; a background run's is known by its job.
    pub owner: Option<WorkerId>,
    /// Where it stands.
    pub status: Status,
    /// When it was accepted.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// The rest of what is known of it.
    pub head: Head,
}

/// What a store keeps of an interaction without looking inside. Stored as JSON.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// The model asked for.
    pub model: Option<String>,
    /// The agent asked for.
    pub agent: Option<String>,
    /// The tier it was served at.
    pub service_tier: Option<ServiceTier>,
    /// The request's settings.
    #[serde(default)]
    pub settings: Settings,
    /// The tokens it used, once it is over.
    pub usage: Option<Usage>,
    /// Why it failed.
    pub errors: Option<Vec<ApiError>>,
    /// Goes on with a decode that reached the limit of one call.
    pub continuation_token: Option<String>,
}

/// A finished step of the model's side.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredStep {
    /// Its place among the interaction's own steps, from 0 without gaps; the input is not counted.
    pub index: u32,
    /// The attempt that made it.
    pub attempt: u32,
    /// The step.
    pub step: Step,
    /// Where its deltas began and ended, in the turn engine's encoding; opaque to a store.
    pub marks: Vec<u8>,
}

/// One entry of the step that a background run is making.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenEntry {
    /// The step's place.
    pub index: u32,
    /// The attempt that makes it.
    pub attempt: u32,
    /// 0 for the start, then the deltas without gaps.
    pub ordinal: u32,
    /// What happened.
    pub event: OpenEvent,
}

/// What an [`OpenEntry`] holds. Stored as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenEvent {
    /// The step began like this.
    Start(Step),
    /// It grew by this.
    Delta(StepDelta),
}

/// An interaction with all that a reader needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The interaction.
    pub record: Record,
    /// The attempt that may write.
    pub attempt: u32,
    /// What was asked, as steps.
    pub input: Vec<Step>,
    /// The finished steps, by index.
    pub steps: Vec<StoredStep>,
    /// The entries of the open step, by ordinal; empty for a terminal interaction.
    pub open: Vec<OpenEntry>,
}

/// A conversation tree that a sweep took away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweptTree {
    /// Whose.
    pub project: ProjectId,
    /// Its first interaction.
    pub root: InteractionId,
    /// How many interactions it had, tombstones counted.
    pub members: u64,
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Its interaction.
    pub id: InteractionId,
    /// Where that stands.
    pub status: Status,
    /// What was asked.
    pub input: Vec<Step>,
    /// What came of it.
    pub output: Vec<Step>,
}

/// What there is below an interaction's id, up to the root.
#[derive(Debug, Clone, PartialEq)]
pub enum Conversation {
    /// No such interaction in this project (or it was erased).
    NotFound,
    /// An ancestor's content was erased; of several, the nearest to the leaf.
    Erased(InteractionId),
    /// The turns, the root first.
    Turns(Vec<Turn>),
}
