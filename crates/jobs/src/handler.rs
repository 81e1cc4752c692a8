use antiphon_store::{Job, Settlement};
use futures::future::BoxFuture;

use crate::Held;

/// Does the jobs of one kind.
///
/// Contract for implementers:
/// - A job may have been begun before, here or elsewhere; begin by looking how far it got.
/// - Every write that the job causes names its [fencing token](Job::fence). A write that is refused with
///   [`Fenced`](antiphon_store::Error::Fenced) is the end of it: return [`Outcome::Ended`].
/// - The future is dropped when the lease is lost, and when the process ends and it did not end itself in time.
///   What it has spawned must stop by [`Held::lost`].
/// - How often a job may be tried is for the handler to bound, by [`Job::tries`].
pub trait JobHandler: Send + Sync + 'static {
    /// The kind of its jobs.
    fn kind(&self) -> &'static str;

    /// Does a job. Called for every job that is claimed or begun, but the future may be dropped without being polled. A panic is logged, and the job is tried again after a pause.
    fn run(&self, job: Job, held: Held) -> BoxFuture<'static, Outcome>;
}

/// What becomes of a job that was run.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A commit has ended it already, or it belongs to another worker now; there is nothing to write.
    Ended,
    /// This is to be written.
    Settled(Settlement),
}
