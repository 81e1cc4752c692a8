use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use antiphon_interaction::InteractionId;
use jiff::Timestamp;

use crate::ProjectId;

/// A process that runs jobs and foreground interactions, for as long as its lease is renewed. Random, made anew at each
/// start. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkerId(Arc<str>);

impl WorkerId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for WorkerId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Work to be done once, by whichever worker comes first.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// Unique among the unfinished jobs of the store; enqueueing an id that is there changes nothing and is no error, so
    /// that what is done twice is enqueued once.
    pub id: String,
    /// Whose.
    pub project: ProjectId,
    /// Which handler does it.
    pub kind: String,
    /// What the handler needs to know, as JSON.
    pub payload: String,
    /// The interaction it belongs to, if any: the job goes when that is erased.
    pub interaction: Option<InteractionId>,
    /// Not before.
    pub due: Timestamp,
    /// Higher goes first.
    pub priority: i16,
    /// The worker that begins it right away, with fencing token 1; `None` leaves it to whoever claims it.
    pub worker: Option<WorkerId>,
    /// At most so many unfinished jobs of this kind in this project, this one included.
    pub limit: Option<u32>,
}

/// A job that a worker has claimed.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// Whose.
    pub project: ProjectId,
    /// Which handler does it.
    pub kind: String,
    /// What the handler needs to know, as JSON.
    pub payload: String,
    /// The interaction it belongs to, if any.
    pub interaction: Option<InteractionId>,
    /// The fencing token: how often the job has been claimed, this time included. Whoever holds a lower one is fenced
    /// off.
    pub fence: u32,
    /// How often it has been claimed since it last [made progress](JobMark::Progressed), this time included.
    pub tries: u32,
    /// When it was taken from a worker that went silent: how long that worker's lease had been over, if the store knows.
    pub silent_for: Option<Duration>,
}

/// Which jobs a worker wants.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Who asks.
    pub worker: WorkerId,
    /// The kinds it can do.
    pub kinds: Vec<String>,
    /// What is due by now. Only `due` is measured against it, leases are by the store's own clock where several machines
    /// share it.
    pub now: Timestamp,
    /// At most so many.
    pub limit: usize,
    /// At most so many jobs of these kinds are held for one project at once, those claimed before included.
    pub per_project: Option<u32>,
}

/// What a commit does to the job that causes it. A token that is not the job's current one fails the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobChange {
    /// Which.
    pub id: String,
    /// The fencing token of the claim.
    pub fence: u32,
    /// What becomes of it.
    pub mark: JobMark,
}

/// See [`JobChange`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobMark {
    /// It got somewhere: its tries count from 0 again.
    Progressed,
    /// It is over and goes away.
    Done,
}

/// What becomes of a job outside a commit.
#[derive(Debug, Clone, PartialEq)]
pub enum Settlement {
    /// It is over and goes away; these come in its place, in the same write.
    Done {
        /// Enqueued with it.
        enqueue: Vec<NewJob>,
    },
    /// Once more, later, with another payload.
    Later {
        /// Not before.
        due: Timestamp,
        /// The new payload, as JSON.
        payload: String,
    },
    /// Given back as if it had not been claimed; the try is not counted, the token stays raised.
    HandedBack,
}

impl Settlement {
    /// Once more, `pause` after `now`.
    pub fn later(now: Timestamp, pause: Duration, payload: String) -> Self {
        Self::Later {
            due: now.checked_add(pause).unwrap_or(now),
            payload,
        }
    }
}

/// The jobs of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueDepth {
    /// The kind.
    pub kind: String,
    /// Those that nobody holds.
    pub waiting: u64,
    /// Those held by a worker whose lease runs.
    pub held: u64,
    /// Those held by a worker whose lease has run out.
    pub abandoned: u64,
    /// When the oldest of those that wait, and are due, was due.
    pub oldest_due: Option<Timestamp>,
}
