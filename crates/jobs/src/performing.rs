use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use antiphon_store::{Job, Settlement};
use futures::FutureExt as _;
use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument as _;

use crate::lease::Lease;
use crate::pool::Knowing;
use crate::worker::Shared;
use crate::{Held, JobHandler, Outcome};

/// The longest pause before a job that panicked, or an outcome that could not be written, is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What a job takes up while it runs. The room is free before the job is forgotten, which wakes the claims.
pub(crate) struct Place {
    pub(crate) room: OwnedSemaphorePermit,
    pub(crate) knowing: Knowing,
}

impl Shared {
    /// Runs a claimed job to its end, in a task of its own.
    pub(crate) fn perform(self: &Arc<Self>, handler: Arc<dyn JobHandler>, job: Job, lease: Arc<Lease>, place: Place) {
        let span = tracing::info_span!("job", id = %job.id, kind = %job.kind, fence = job.fence);
        let shared = Arc::clone(self);
        let run = async move {
            shared.run(handler.as_ref(), job, &lease).await;
            let Place { room, knowing } = place;
            drop(room);
            drop(knowing);
        };
        self.tasks.spawn(run.instrument(span));
    }

    async fn run(&self, handler: &dyn JobHandler, job: Job, lease: &Arc<Lease>) {
        let held = Held::new(Arc::clone(lease), &self.draining);
        let over = held.lost().clone().drop_guard();
        // Asked before the lease is looked at: the handler must hear of every job that was begun with it.
        let run = std::panic::catch_unwind(AssertUnwindSafe(|| handler.run(job.clone(), held)));
        let run = async {
            match run {
                Ok(run) => AssertUnwindSafe(run).catch_unwind().await,
                Err(panic) => Err(panic),
            }
        };
        let outcome = tokio::select! {
            biased;
            () = lease.lost.cancelled() => {
                tracing::warn!("the job is another worker's now");
                Outcome::Ended
            }
            () = self.stopping.cancelled() => Outcome::Settled(Settlement::HandedBack),
            outcome = run => outcome.unwrap_or_else(|_| self.after_a_panic(&job)),
        };
        // What the handler has spawned stops before another can have the job.
        drop(over);
        match outcome {
            Outcome::Ended => count(handler, "ended"),
            Outcome::Settled(settlement) => {
                count(handler, name_of(&settlement));
                self.settle(&job, lease, settlement).await;
            }
        }
    }

    fn after_a_panic(&self, job: &Job) -> Outcome {
        tracing::error!("the job panicked");
        let pause = pause(job.tries, LONGEST_PAUSE);
        Outcome::Settled(Settlement::later((self.now)(), pause, job.payload.clone()))
    }

    /// Writes what became of a job. As long as the lease is kept nobody else would do it, so it is tried until it is written.
    async fn settle(&self, job: &Job, lease: &Lease, settlement: Settlement) {
        for tries in 1.. {
            let settle = self.store.settle(job.id.clone(), job.fence, settlement.clone());
            match tokio::time::timeout(self.patience, settle).await {
                Ok(Ok(true)) => return,
                Ok(Ok(false)) => {
                    tracing::debug!("the job had ended already");
                    return;
                }
                Ok(Err(error)) => tracing::warn!(%error, "the job's end cannot be written"),
                Err(_) => tracing::warn!("the job's end cannot be written: the store does not answer"),
            }
            tokio::select! {
                () = lease.lost.cancelled() => return,
                // What is not written now is free when the worker retires.
                () = self.stopping.cancelled() => return,
                () = tokio::time::sleep(pause(tries, LONGEST_PAUSE)) => {}
            }
        }
    }
}

/// How long to wait before the next of several tries: one second after the first, then twice as long each time, `longest` at
/// most.
pub fn pause(tries: u32, longest: Duration) -> Duration {
    let doublings = tries.saturating_sub(1).min(u64::BITS - 1);
    Duration::from_secs(1 << doublings).min(longest)
}

fn name_of(settlement: &Settlement) -> &'static str {
    match settlement {
        Settlement::Done { .. } => "done",
        Settlement::Later { .. } => "later",
        Settlement::HandedBack => "handed_back",
    }
}

fn count(handler: &dyn JobHandler, outcome: &'static str) {
    metrics::counter!("antiphon_jobs_total", "kind" => handler.kind(), "outcome" => outcome).increment(1);
}
