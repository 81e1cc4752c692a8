use std::time::Duration;

use antiphon_interaction::{InteractionId, Status, Step};
use jiff::Timestamp;

use crate::{Head, JobChange, NewJob, OpenEntry, ProjectId, Record, StoredStep};

/// How long a patient commit is kept back at most.
pub const PATIENCE: Duration = Duration::from_millis(25);

/// One atomic change of one interaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// Whose.
    pub project: ProjectId,
    /// Which.
    pub id: InteractionId,
    /// Makes the interaction, with its input; its id must be new. The id and the project are those of the commit.
    pub create: Option<(Record, Vec<Step>)>,
    /// The attempt that may write; `None` for a change from outside the run, such as a cancellation.
    pub attempt: Option<u32>,
    /// The attempt takes over: from this commit on it is the current one, and what an earlier attempt left of the open
    /// step goes away (before `steps` and `open` of this commit are applied). It must not be lower than the current one.
    pub takes_over: bool,
    /// Entries of the open step, added behind those already there.
    pub open: Vec<OpenEntry>,
    /// Steps that are whole; the open entries of the same index go away.
    pub steps: Vec<StoredStep>,
    /// A change of status.
    pub update: Option<Update>,
    /// What becomes of the job that does this.
    pub job: Option<JobChange>,
    /// Jobs that this commit causes.
    pub enqueue: Vec<NewJob>,
    /// Whether it may be kept back for up to [`PATIENCE`], to share the write of a later one. For commits that nobody
    /// waits for.
    pub patient: bool,
}

impl Commit {
    /// A commit that changes nothing yet.
    pub fn new(project: ProjectId, id: InteractionId) -> Self {
        Self {
            project,
            id,
            create: None,
            attempt: None,
            takes_over: false,
            open: Vec::new(),
            steps: Vec::new(),
            update: None,
            job: None,
            enqueue: Vec::new(),
            patient: false,
        }
    }
}

/// A change of an interaction's status and head. A terminal status drops what is left of the open step.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// The new status.
    pub status: Status,
    /// When.
    pub updated: Timestamp,
    /// The new head.
    pub head: Head,
}
