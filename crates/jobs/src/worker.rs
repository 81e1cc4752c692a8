use std::sync::Arc;
use std::time::Duration;

use antiphon_store::{Change, Job, JobStore, NewJob, WorkerId};
use futures::stream::BoxStream;
use jiff::Timestamp;
use tokio::sync::{Mutex, Notify};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::lease::LeaseKeeper;
use crate::performing::Place;
use crate::pool::{Known, Pool};
use crate::{Held, JobHandler};

/// The token of a job that is enqueued with a worker.
const FIRST_FENCE: u32 = 1;

/// How a [`Worker`] works.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How long after this process falls silent others take over what it holds. It renews its lease three times as often.
    pub lease: Duration,
    /// How many jobs of each kind run at once.
    pub concurrency: usize,
    /// How many jobs of a kind are held for one project at once, by all workers together.
    pub per_project: Option<u32>,
    /// How often to look for jobs when nothing says that there are any.
    pub poll: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(5),
            concurrency: 64,
            per_project: None,
            poll: Duration::from_secs(1),
        }
    }
}

/// What a [`Worker`] works with.
pub struct Parts {
    /// Keeps the jobs.
    pub store: Arc<dyn JobStore>,
    /// The store's [changes](antiphon_store::FollowStore::changes), from before the worker starts.
    pub changes: BoxStream<'static, Change>,
    /// Who does which kind; of two of a kind the first does it.
    pub handlers: Vec<Arc<dyn JobHandler>>,
    /// The time.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Makes random ids: one at the start, and one whenever the lease is lost.
    pub new_id: Arc<dyn Fn() -> WorkerId + Send + Sync>,
    /// How.
    pub options: Options,
}

pub(crate) struct Shared {
    pub(crate) store: Arc<dyn JobStore>,
    pub(crate) leases: LeaseKeeper,
    pub(crate) pools: Vec<Pool>,
    pub(crate) known: Arc<Known>,
    /// Held while jobs are claimed.
    pub(crate) claims: Mutex<()>,
    /// Something has ended: there may be room.
    pub(crate) finished: Arc<Notify>,
    pub(crate) now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    pub(crate) per_project: Option<u32>,
    pub(crate) poll: Duration,
    /// How long the store may take to answer.
    pub(crate) patience: Duration,
    pub(crate) tasks: TaskTracker,
    /// No new jobs.
    pub(crate) draining: CancellationToken,
    /// The jobs that still run are dropped.
    pub(crate) stopping: CancellationToken,
    /// The lease is not renewed any more.
    retired: CancellationToken,
}

/// Runs jobs until it is [shut down](Worker::shut_down). Cheap to clone.
///
/// Dropping it stops nothing. When the process dies its lease runs out, and others take over.
#[derive(Clone)]
pub struct Worker {
    shared: Arc<Shared>,
}

impl Worker {
    /// Takes a lease and begins to claim jobs. Needs a tokio runtime.
    ///
    /// # Errors
    /// The store does not give the lease.
    pub async fn start(parts: Parts) -> Result<Self, antiphon_store::Error> {
        let Parts {
            store,
            changes,
            handlers,
            now,
            new_id,
            options,
        } = parts;
        let leases = LeaseKeeper::take(Arc::clone(&store), Arc::clone(&now), new_id, options.lease).await?;
        let pools = handlers
            .into_iter()
            .map(|handler| Pool::new(handler, options.concurrency));
        let shared = Arc::new(Shared {
            store,
            leases,
            pools: pools.collect(),
            known: Arc::default(),
            claims: Mutex::default(),
            finished: Arc::default(),
            now,
            per_project: options.per_project,
            poll: options.poll,
            patience: options.lease,
            tasks: TaskTracker::new(),
            draining: CancellationToken::new(),
            stopping: CancellationToken::new(),
            retired: CancellationToken::new(),
        });
        shared.tasks.spawn(Arc::clone(&shared).claim_jobs(changes));
        let chores = Arc::clone(&shared);
        tokio::spawn(async move {
            tokio::select! {
                () = chores.retired.cancelled() => {}
                () = chores.leases.keep() => {}
                () = Arc::clone(&chores).reconcile() => {}
                () = Arc::clone(&chores).measure_depth() => {}
            }
        });
        Ok(Self { shared })
    }

    /// The worker's present id, with the lease that goes with it: for what runs in this process without a job, such as a
    /// foreground interaction.
    pub fn held(&self) -> Held {
        Held::new(self.shared.leases.current(), &self.shared.draining)
    }

    /// Room for a job that is to begin in the moment in which it is enqueued. `None` when there is none, when others of the kind
    /// wait for theirs, when the worker drains, has a limit for each project or has no handler of this kind: then the job is
    /// enqueued without a worker, and somebody will claim it in its turn.
    ///
    /// To be taken before the commit that enqueues the job with [`Held::worker`] as its worker. When the commit fails the
    /// reservation is dropped; should the commit have been made all the same, the job is found and run later.
    pub fn reserve(&self, kind: &str, job_id: &str) -> Option<Reservation> {
        let shared = &self.shared;
        // How many a project has in all processes only a claim knows.
        if shared.draining.is_cancelled() || shared.per_project.is_some() {
            return None;
        }
        let pool = shared.pools.iter().find(|pool| pool.handler.kind() == kind)?;
        let room = pool.one_ahead()?;
        let knowing = shared.known.add((job_id.to_owned(), FIRST_FENCE), &shared.finished)?;
        Some(Reservation {
            shared: Arc::clone(shared),
            handler: Arc::clone(&pool.handler),
            held: self.held(),
            place: Place { room, knowing },
        })
    }

    /// Claims no more jobs, lets those that run come to an end for `grace`, hands the rest back, and gives the lease up. Returns
    /// when others can have what is left.
    pub async fn shut_down(&self, grace: Duration) {
        let shared = &self.shared;
        shared.draining.cancel();
        shared.tasks.close();
        if tokio::time::timeout(grace, shared.tasks.wait()).await.is_err() {
            shared.stopping.cancel();
            shared.tasks.wait().await;
        }
        shared.retired.cancel();
        let worker = shared.leases.current().worker.clone();
        match tokio::time::timeout(shared.patience, shared.store.retire(worker)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the lease cannot be given up; it runs out by itself"),
            Err(_) => tracing::warn!("the lease cannot be given up: the store does not answer; it runs out by itself"),
        }
    }
}

/// Room for a job that begins in the moment in which it is enqueued.
pub struct Reservation {
    shared: Arc<Shared>,
    handler: Arc<dyn JobHandler>,
    held: Held,
    place: Place,
}

impl Reservation {
    /// The worker to enqueue the job with, and its lease.
    pub fn held(&self) -> &Held {
        &self.held
    }

    /// Runs the job, now that it is enqueued: under this id, which was new, and with [`Self::held`]'s worker.
    pub fn begin(self, job: NewJob) {
        let Self {
            shared,
            handler,
            held,
            place,
        } = self;
        let NewJob {
            id,
            project,
            kind,
            payload,
            interaction,
            due: _,
            priority: _,
            worker: _,
            limit: _,
        } = job;
        let job = Job {
            id,
            project,
            kind,
            payload,
            interaction,
            fence: FIRST_FENCE,
            tries: 1,
            silent_for: None,
        };
        shared.perform(handler, job, held.lease(), place);
    }
}
