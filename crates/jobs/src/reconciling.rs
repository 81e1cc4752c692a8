use std::sync::Arc;
use std::time::Duration;

use antiphon_store::Settlement;

use crate::worker::Shared;

/// How often a worker looks for jobs that it holds without knowing.
const INTERVAL: Duration = Duration::from_secs(30);

impl Shared {
    /// Hands back jobs that the store gave to this worker in replies that got lost, until the future is dropped. While the
    /// lease is kept nobody else would find them.
    pub(crate) async fn reconcile(self: Arc<Self>) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            match tokio::time::timeout(self.patience, self.hand_back_unknown()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "what the worker holds cannot be read"),
                Err(_) => tracing::warn!("what the worker holds cannot be read: the store does not answer"),
            }
        }
    }

    async fn hand_back_unknown(&self) -> Result<(), antiphon_store::Error> {
        // No claim must be under way: its jobs are held, and known only when its reply is here.
        let _no_claims = self.claims.lock().await;
        let held = self.store.held(self.leases.current().worker.clone()).await?;
        for claimed in held {
            // A job is known before it is held, so one that is unknown now was so when the list was made, or is over.
            if !self.known.has(&claimed) {
                let (id, fence) = claimed;
                if self.store.settle(id.clone(), fence, Settlement::HandedBack).await? {
                    tracing::warn!(job = %id, fence, "handed back a job that was given in a reply that got lost");
                }
            }
        }
        Ok(())
    }
}
