//! What a store of interactions promises.
//!
//! The turn engine describes each transition as one [`Commit`]; a store applies it whole or not at all, and returns
//! when it is durable. What a client sees later is read back from what was committed and from nothing else, so the
//! store is the event log: finished steps with the boundaries of their deltas ([`StoredStep`]) and, while a
//! background run is under way, the entries of its open step ([`OpenEntry`]).
//!
//! A store makes no ids and reads no clock: both come with the data. Everything is scoped to a [`ProjectId`]: what
//! belongs to another project does not exist.
//!
//! [`memory::MemoryStore`] is the reference; with the feature `conformance`, `conformance` is the suite that every
//! store runs.

mod bell;
mod commit;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod copying;
mod document;
mod error;
mod fairness;
mod follow;
mod inspection;
mod job;
mod jobs;
mod keys;
mod lease;
pub mod memory;
mod record;
mod store;

pub use bell::JobBell;
pub use commit::{Commit, PATIENCE, Update};
pub use copying::{
    DocumentRow, EntryRow, ExportStore, ImportStore, InteractionRow, JobRow, KeyRow, Row, SecretRow, StepRow, Table,
};
pub use document::{Document, DocumentQuery, DocumentStore};
pub use error::Error;
pub use fairness::{Candidate, share_out};
pub use follow::{Change, FollowStore, Known, News};
pub use inspection::{Format, Inspection, Stuck, StuckReason};
pub use job::{Claim, Job, JobChange, JobMark, NewJob, QueueDepth, Settlement, WorkerId};
pub use jobs::JobStore;
pub use keys::{ApiKey, KeyHash, NewApiKey};
pub use lease::{Leases, TakenOver};
pub use record::{Conversation, Head, OpenEntry, OpenEvent, ProjectId, Record, Stored, StoredStep, SweptTree, Turn};
pub use store::Store;
