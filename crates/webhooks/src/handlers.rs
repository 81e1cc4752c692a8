use std::sync::Arc;
use std::time::Duration;

use antiphon_jobs::{Held, JobHandler, Outcome};
use antiphon_store::{Job, Settlement};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::service::Webhooks;
use crate::{DELIVERY_JOB, EVENT_JOB};

/// How long a job waits that could not be done here: the store was away, or another build wrote it.
const PAUSE: Duration = Duration::from_secs(60);

/// A delivery is tried about twenty times in its 24 hours; a job that comes this often cannot be done at all.
const MOST_TRIES: u32 = 200;

struct Handler {
    webhooks: Webhooks,
    kind: &'static str,
}

impl Webhooks {
    /// What does the webhooks' jobs, for a [`Worker`](antiphon_jobs::Worker): one handler for each of [`JOBS`](crate::JOBS).
    pub fn handlers(&self) -> Vec<Arc<dyn JobHandler>> {
        [EVENT_JOB, DELIVERY_JOB]
            .map(|kind| {
                let webhooks = self.clone();
                Arc::new(Handler { webhooks, kind }) as Arc<dyn JobHandler>
            })
            .to_vec()
    }

    async fn handle(self, job: Job) -> Outcome {
        let error = match self.run(&job).await {
            Ok(settlement) => return Outcome::Settled(settlement),
            Err(error) => error,
        };
        let again = job.tries < MOST_TRIES;
        tracing::error!(job.id, job.tries, error.message = %error, job.again = again, "a webhook's job failed");
        let now = (self.inner.now)();
        Outcome::Settled(if again {
            Settlement::later(now, PAUSE, job.payload)
        } else {
            Settlement::Done { enqueue: Vec::new() }
        })
    }
}

impl JobHandler for Handler {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn run(&self, job: Job, _: Held) -> BoxFuture<'static, Outcome> {
        self.webhooks.clone().handle(job).boxed()
    }
}
