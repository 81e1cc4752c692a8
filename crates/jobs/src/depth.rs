use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use antiphon_store::QueueDepth;

use crate::worker::Shared;

/// How often the depth of the queue is measured.
const INTERVAL: Duration = Duration::from_secs(10);

impl Shared {
    /// Keeps the gauges of the queue up to date, until the future is dropped.
    pub(crate) async fn measure_depth(self: Arc<Self>) {
        let mut shown = HashSet::new();
        loop {
            match self.store.queue((self.now)()).await {
                Ok(depths) => show(depths, &mut shown),
                Err(error) => tracing::warn!(%error, "the queue cannot be measured"),
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }
}

fn show(depths: Vec<QueueDepth>, shown: &mut HashSet<String>) {
    // A kind that has no jobs any more is not in the list, and its gauges would stay as they were.
    let mut gone = shown.clone();
    for QueueDepth {
        kind,
        waiting,
        held,
        abandoned,
        oldest_due: _,
    } in depths
    {
        gone.remove(&kind);
        set(&kind, waiting, held, abandoned);
        shown.insert(kind);
    }
    for kind in gone {
        set(&kind, 0, 0, 0);
    }
}

fn set(kind: &str, waiting: u64, held: u64, abandoned: u64) {
    for (state, jobs) in [("waiting", waiting), ("held", held), ("abandoned", abandoned)] {
        metrics::gauge!("antiphon_jobs_queue_depth", "kind" => kind.to_owned(), "state" => state).set(jobs as f64);
    }
}
