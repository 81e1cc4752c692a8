use std::time::Duration;

use antiphon_interaction::InteractionId;
use jiff::Timestamp;

use crate::{ProjectId, QueueDepth};

/// The form that a store's tables have, against what this build knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// That of the tables; 0 where there are none yet.
    pub stored: i64,
    /// The oldest format whose builds may still write there.
    pub reads_from: i64,
    /// The one that this build makes and writes.
    pub current: i64,
}

impl Format {
    /// Whether opening the store would change its tables.
    pub fn is_behind(&self) -> bool {
        self.stored < self.current
    }

    /// Whether a newer build has made the tables such that this one must keep away.
    pub fn is_beyond(&self) -> bool {
        self.stored > self.current && self.reads_from > self.current
    }
}

/// What an operator wants to know of a store. Taken without changing its tables, also while servers run.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// The form of the tables. Unless it is the current one the rest was not looked at, and is empty.
    pub format: Format,
    /// How many API keys there are.
    pub keys: u64,
    /// How many interactions, erased ones not counted.
    pub interactions: u64,
    /// How many of them are not terminal.
    pub unfinished: u64,
    /// When the oldest one that is not erased was accepted.
    pub oldest: Option<Timestamp>,
    /// Interactions that nobody runs although they are not over, the oldest first.
    pub stuck: Vec<Stuck>,
    /// What there is to do, by kind.
    pub queue: Vec<QueueDepth>,
    /// The documents of the collection that was asked for: whose, which, and their JSON.
    pub documents: Vec<(ProjectId, String, String)>,
    /// How long small commits took, the fastest first.
    pub commits: Vec<Duration>,
}

impl Inspection {
    /// At most so many stuck interactions, and documents, are listed.
    pub const LISTED: usize = 1000;

    /// Of a store whose tables have this form, nothing else being known.
    pub fn new(format: Format) -> Self {
        Self {
            format,
            keys: 0,
            interactions: 0,
            unfinished: 0,
            oldest: None,
            stuck: Vec::new(),
            queue: Vec::new(),
            documents: Vec::new(),
            commits: Vec::new(),
        }
    }
}

/// An interaction that nobody runs although it is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// Whose.
    pub project: ProjectId,
    /// Which.
    pub id: InteractionId,
    /// When it last changed.
    pub updated: Timestamp,
    /// Why.
    pub reason: StuckReason,
}

/// Why nobody runs an interaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StuckReason {
    /// It runs in the background, and no job stands for it: nothing will go on with it.
    NoJob,
    /// It runs in the background, and the worker that held its job is gone: the next worker takes it over.
    Abandoned,
    /// It ran in the foreground, and its process is gone: the next one to look ends it.
    Orphaned,
}
