use std::sync::Arc;

use antiphon_store::{Change, Claim, Job, Settlement};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use tokio::sync::OwnedSemaphorePermit;

use crate::performing::Place;
use crate::pool::Pool;
use crate::worker::Shared;

/// The most jobs claimed at once; leaves room for those that begin at once.
const AT_ONCE: u32 = 16;

impl Shared {
    /// Claims jobs as there is room, until the worker drains: when some may have come, when one has ended, and now and then,
    /// since any of these may go unnoticed.
    pub(crate) async fn claim_jobs(self: Arc<Self>, mut changes: BoxStream<'static, Change>) {
        while !self.draining.is_cancelled() {
            if self.claim_some().await {
                continue;
            }
            tokio::select! {
                () = self.draining.cancelled() => {}
                () = self.finished.notified() => {}
                () = news_of_jobs(&mut changes) => {}
                () = tokio::time::sleep(self.poll) => {}
            }
        }
    }

    /// Whether there may be more, and room for them.
    async fn claim_some(self: &Arc<Self>) -> bool {
        let mut more = false;
        for pool in &self.pools {
            let room = pool.some(AT_ONCE);
            if room.is_empty() {
                continue;
            }
            let (wanted, left) = (room.len(), pool.left());
            match self.claim(pool, room).await {
                Ok(Some(claimed)) if claimed == wanted => {
                    pool.note_left();
                    more = true;
                }
                Ok(Some(_)) => pool.note_caught_up(left),
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, kind = pool.handler.kind(), "no jobs can be claimed"),
            }
        }
        more
    }

    /// How many were claimed; `None` where that is not known.
    async fn claim(
        self: &Arc<Self>,
        pool: &Pool,
        room: Vec<OwnedSemaphorePermit>,
    ) -> Result<Option<usize>, antiphon_store::Error> {
        let _no_reconciling = self.claims.lock().await;
        let lease = self.leases.current();
        let claim = Claim {
            worker: lease.worker.clone(),
            kinds: vec![pool.handler.kind().to_owned()],
            now: (self.now)(),
            limit: room.len(),
            per_project: self.per_project,
        };
        let claimed = tokio::time::timeout(self.patience, self.store.claim(claim));
        // A claim that was not answered may have been made all the same; what it gave is found later.
        let Ok(claimed) = claimed.await else { return Ok(None) };
        let claimed = claimed?;
        let count = claimed.len();
        for (job, room) in claimed.into_iter().zip(room) {
            if let Some(silent_for) = job.silent_for {
                metrics::histogram!("antiphon_takeover_seconds").record(silent_for.as_secs_f64());
            }
            let knowing = self.known.add((job.id.clone(), job.fence), &self.finished);
            match knowing {
                Some(knowing) if !self.draining.is_cancelled() => {
                    let place = Place { room, knowing };
                    self.perform(Arc::clone(&pool.handler), job, Arc::clone(&lease), place);
                }
                // One of the same id, which is over, is about to be forgotten; or there is no time to begin.
                Some(_) | None => self.hand_back(&job).await,
            }
        }
        Ok(Some(count))
    }

    async fn hand_back(&self, job: &Job) {
        let back = self.store.settle(job.id.clone(), job.fence, Settlement::HandedBack);
        match tokio::time::timeout(self.patience, back).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, job = %job.id, "a claimed job cannot be handed back yet"),
            Err(_) => {
                tracing::warn!(job = %job.id, "a claimed job cannot be handed back yet: the store does not answer")
            }
        }
    }
}

/// Waits until there may be jobs.
async fn news_of_jobs(changes: &mut BoxStream<'static, Change>) {
    loop {
        match changes.next().await {
            Some(Change::Jobs | Change::Missed) => return,
            Some(Change::Interaction(_)) => {}
            None => std::future::pending().await,
        }
    }
}
