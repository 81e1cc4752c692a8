//! Jobs, whose payloads are encrypted.

use std::time::Duration;

use antiphon_interaction::InteractionId;
use antiphon_store::{Claim, Error, Job, JobStore, NewJob, ProjectId, QueueDepth, Settlement, WorkerId};
use futures::future::{BoxFuture, FutureExt as _, ready};
use jiff::Timestamp;

use crate::payload::{open_text, seal_text};
use crate::seal::Scope;
use crate::{EncryptedStore, Keys};

const PAYLOAD: &[u8] = b"payload";

/// A job is known by its id alone when it is settled.
fn scope<'a>(keys: &'a Keys, id: &str) -> Scope<'a> {
    Scope::new(keys, &["job", id])
}

/// Encrypts the payloads.
pub fn seal_jobs(keys: &Keys, jobs: &mut [NewJob]) -> Result<(), Error> {
    jobs.iter_mut()
        .try_for_each(|job| seal_text(&mut scope(keys, &job.id), PAYLOAD, &mut job.payload))
}

fn seal_settlement(keys: &Keys, id: &str, settlement: &mut Settlement) -> Result<(), Error> {
    match settlement {
        Settlement::Done { enqueue } => seal_jobs(keys, enqueue),
        Settlement::Later { due: _, payload } => seal_text(&mut scope(keys, id), PAYLOAD, payload),
        Settlement::HandedBack => Ok(()),
    }
}

impl JobStore for EncryptedStore {
    fn heartbeat(&self, worker: WorkerId, now: Timestamp, lease: Duration) -> BoxFuture<'static, Result<bool, Error>> {
        self.inner.heartbeat(worker, now, lease)
    }

    fn retire(&self, worker: WorkerId) -> BoxFuture<'static, Result<(), Error>> {
        self.inner.retire(worker)
    }

    fn claim(&self, claim: Claim) -> BoxFuture<'static, Result<Vec<Job>, Error>> {
        let claimed = self.inner.claim(claim);
        self.opened(claimed, |keys, jobs| {
            jobs.iter_mut()
                .try_for_each(|job| open_text(&mut scope(keys, &job.id), PAYLOAD, &mut job.payload))
        })
    }

    fn held(&self, worker: WorkerId) -> BoxFuture<'static, Result<Vec<(String, u32)>, Error>> {
        self.inner.held(worker)
    }

    fn settle(&self, id: String, fence: u32, mut settlement: Settlement) -> BoxFuture<'static, Result<bool, Error>> {
        match seal_settlement(&self.keys, &id, &mut settlement) {
            Ok(()) => self.inner.settle(id, fence, settlement),
            Err(error) => ready(Err(error)).boxed(),
        }
    }

    fn orphans(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> BoxFuture<'static, Result<Vec<(ProjectId, InteractionId)>, Error>> {
        self.inner.orphans(now, limit)
    }

    fn queue(&self, now: Timestamp) -> BoxFuture<'static, Result<Vec<QueueDepth>, Error>> {
        self.inner.queue(now)
    }
}
