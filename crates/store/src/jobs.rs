use std::time::Duration;

use antiphon_interaction::InteractionId;
use futures::future::BoxFuture;
use jiff::Timestamp;

use crate::{Claim, Error, Job, ProjectId, QueueDepth, Settlement, WorkerId};

/// Keeps jobs, and the leases of the workers that do them.
///
/// A worker has one lease, which covers everything it holds. While it renews the lease in time, nobody else gets its
/// jobs; when it stops, they can be claimed. A claim raises the job's fencing token, and every later write
/// under an older token is refused, so a worker that was only stalled can do no harm.
///
/// Contract for implementers, beside that of [`Store`](crate::Store):
/// - A job is given to one worker at a time; of several that claim at once each gets others.
/// - Claims give higher priorities first; among equals the project for which fewest jobs of the kinds asked for are held comes
///   first ([`share_out`](crate::share_out)), then the oldest `due`,
///   then the order of enqueueing.
/// - A store that several machines share measures leases by its own clock and ignores the `now` given with them. A store of one
///   process forgets all workers when it is opened, so that everything can be claimed at once.
/// - Jobs survive a crash; [`Commit::enqueue`](crate::Commit) and [`Commit::job`](crate::Commit) are part of their
///   commit.
pub trait JobStore: Send + Sync + 'static {
    /// Takes or renews the worker's lease, for `lease` from now. `false` when the lease has run out and somebody has
    /// already taken something of the worker's, or the worker has been retired: it must drop all it holds, and go on under a
    /// new id.
    fn heartbeat(&self, worker: WorkerId, now: Timestamp, lease: Duration) -> BoxFuture<'static, Result<bool, Error>>;

    /// Forgets the worker: what it still holds can be claimed at once.
    fn retire(&self, worker: WorkerId) -> BoxFuture<'static, Result<(), Error>>;

    /// Gives due jobs to the worker, which must have a running lease (otherwise none are given). Never one that this
    /// worker holds already.
    fn claim(&self, claim: Claim) -> BoxFuture<'static, Result<Vec<Job>, Error>>;

    /// The jobs that the worker holds, each with its token. What is among them and unknown to the worker it was given in a reply
    /// that got lost, and it can hand it back.
    fn held(&self, worker: WorkerId) -> BoxFuture<'static, Result<Vec<(String, u32)>, Error>>;

    /// Ends a claim. `false`, and nothing changes, when the token is not the job's current one, nobody holds the job any more, or
    /// it is gone.
    ///
    /// # Errors
    /// [`Error::QueueFull`] for a job, enqueued in its place, beyond its `limit`; then nothing changes either.
    fn settle(&self, id: String, fence: u32, settlement: Settlement) -> BoxFuture<'static, Result<bool, Error>>;

    /// The foreground interactions that are not terminal and whose [owner](crate::Record::owner) has no running
    /// lease, oldest first, `limit` at most.
    fn orphans(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> BoxFuture<'static, Result<Vec<(ProjectId, InteractionId)>, Error>>;

    /// What there is to do, by kind.
    fn queue(&self, now: Timestamp) -> BoxFuture<'static, Result<Vec<QueueDepth>, Error>>;
}
