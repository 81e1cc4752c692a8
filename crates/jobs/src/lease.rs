use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use antiphon_store::{JobStore, WorkerId};
use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// What a handler knows of its hold on a job. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Held {
    lease: Arc<Lease>,
    lost: CancellationToken,
    draining: CancellationToken,
}

impl Held {
    pub(crate) fn new(lease: Arc<Lease>, draining: &CancellationToken) -> Self {
        Self {
            lost: lease.lost.child_token(),
            lease,
            draining: draining.clone(),
        }
    }

    pub(crate) fn lease(&self) -> Arc<Lease> {
        Arc::clone(&self.lease)
    }

    /// The worker that holds it.
    pub fn worker(&self) -> &WorkerId {
        &self.lease.worker
    }

    /// Cancelled when the job is the handler's no more: the lease was lost, the job was handed back because the process ends, or
    /// the handler's future is over. Write nothing more.
    pub fn lost(&self) -> &CancellationToken {
        &self.lost
    }

    /// Cancelled when the process wants to end: come to an end soon, or return
    /// [`HandedBack`](antiphon_store::Settlement::HandedBack) at a good moment.
    pub fn draining(&self) -> &CancellationToken {
        &self.draining
    }

    /// Whether nobody else can have the job at this moment. It is `false` as soon as the last renewal is older than the lease,
    /// also when the store cannot be reached to say so. To be asked before an effect that a fencing token cannot undo.
    pub fn is_sure(&self) -> bool {
        !self.lost.is_cancelled() && Instant::now() < self.lease.sure_until()
    }
}

/// The lease of one worker id; when it is lost the process goes on under another.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) worker: WorkerId,
    pub(crate) lost: CancellationToken,
    sure_until: Mutex<Instant>,
}

impl Lease {
    fn new(worker: WorkerId) -> Self {
        Self {
            worker,
            lost: CancellationToken::new(),
            sure_until: Mutex::new(Instant::now()),
        }
    }

    fn sure_until(&self) -> Instant {
        *self.sure_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps a lease alive, and takes a new one when it is lost.
pub(crate) struct LeaseKeeper {
    store: Arc<dyn JobStore>,
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    new_id: Arc<dyn Fn() -> WorkerId + Send + Sync>,
    length: Duration,
    current: Mutex<Arc<Lease>>,
}

impl LeaseKeeper {
    /// Takes the first lease.
    pub(crate) async fn take(
        store: Arc<dyn JobStore>,
        now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
        new_id: Arc<dyn Fn() -> WorkerId + Send + Sync>,
        length: Duration,
    ) -> Result<Self, antiphon_store::Error> {
        let lease = Arc::new(Lease::new(new_id()));
        let keeper = Self {
            store,
            now,
            new_id,
            length,
            current: Mutex::new(lease),
        };
        keeper.renew().await?;
        Ok(keeper)
    }

    pub(crate) fn current(&self) -> Arc<Lease> {
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Renews the lease three times in its length, until the future is dropped. Where a renewal fails it is tried again soon:
    /// as long as nobody has noticed, a late one is good.
    pub(crate) async fn keep(&self) {
        let (usual, soon) = (self.length / 3, self.length / 10);
        let mut pause = usual;
        loop {
            tokio::time::sleep(pause).await;
            // A store that does not answer must not keep the next renewal from being tried.
            pause = match tokio::time::timeout(usual, self.renew()).await {
                Ok(Ok(())) => usual,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the worker's lease cannot be renewed");
                    soon
                }
                Err(_) => {
                    tracing::warn!("the worker's lease cannot be renewed: the store does not answer");
                    soon
                }
            };
        }
    }

    async fn renew(&self) -> Result<(), antiphon_store::Error> {
        loop {
            let lease = self.current();
            let asked = Instant::now();
            let renewed = self.store.heartbeat(lease.worker.clone(), (self.now)(), self.length);
            if renewed.await? {
                let mut sure_until = lease.sure_until.lock().unwrap_or_else(PoisonError::into_inner);
                *sure_until = asked + self.length;
                return Ok(());
            }
            let next = (self.new_id)();
            tracing::warn!(worker = %lease.worker, %next, "the worker's lease was lost: others have what it held");
            metrics::counter!("antiphon_lease_losses_total").increment(1);
            lease.lost.cancel();
            *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(Lease::new(next));
        }
    }
}
