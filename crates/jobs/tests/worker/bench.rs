//! What the tests work with.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use antiphon_jobs::{Held, JobHandler, Options, Outcome, Parts, Worker};
use antiphon_store::memory::MemoryStore;
use antiphon_store::{
    Claim, Document, DocumentStore as _, Error, FollowStore as _, Job, JobStore, NewJob, ProjectId, QueueDepth,
    Settlement, WorkerId,
};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::time::Instant;

pub const LEASE: Duration = Duration::from_secs(5);
/// Longer than any test takes, so that nothing is found by polling.
pub const NEVER: Duration = Duration::from_secs(100_000);

/// The time by the runtime's clock.
pub fn clock() -> Arc<dyn Fn() -> Timestamp + Send + Sync> {
    let started = Instant::now();
    Arc::new(move || Timestamp::UNIX_EPOCH + SignedDuration::try_from(started.elapsed()).unwrap())
}

/// The process of one worker: its way to the store can be made to fail.
#[derive(Clone)]
pub struct Process {
    store: MemoryStore,
    faults: Arc<Faults>,
}

#[derive(Default)]
pub struct Faults {
    /// Nothing is answered.
    pub silent: AtomicBool,
    /// So many heartbeats fail.
    pub heartbeats: AtomicU32,
    /// So many claims are made, and their replies get lost.
    pub claims: AtomicU32,
    /// So many settlements fail.
    pub settlements: AtomicU32,
}

fn takes_one(faults: &AtomicU32) -> bool {
    faults
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
        .is_ok()
}

fn unreachable() -> Error {
    Error::Unavailable {
        location: "the database".to_owned(),
        source: "the connection was cut".into(),
    }
}

impl Process {
    /// What `ask` gives, unless nothing is answered; then it is not even asked.
    fn reach<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&MemoryStore) -> BoxFuture<'static, Result<T, Error>>,
    ) -> BoxFuture<'static, Result<T, Error>> {
        if self.faults.silent.load(Ordering::SeqCst) {
            return std::future::pending().boxed();
        }
        ask(&self.store)
    }
}

impl JobStore for Process {
    fn heartbeat(&self, worker: WorkerId, now: Timestamp, lease: Duration) -> BoxFuture<'static, Result<bool, Error>> {
        if takes_one(&self.faults.heartbeats) {
            return std::future::ready(Err(unreachable())).boxed();
        }
        self.reach(|store| store.heartbeat(worker, now, lease))
    }

    fn retire(&self, worker: WorkerId) -> BoxFuture<'static, Result<(), Error>> {
        self.reach(|store| store.retire(worker))
    }

    fn claim(&self, claim: Claim) -> BoxFuture<'static, Result<Vec<Job>, Error>> {
        let claimed = self.reach(|store| store.claim(claim));
        match claimed.now_or_never() {
            Some(Ok(jobs)) if !jobs.is_empty() && takes_one(&self.faults.claims) => {
                std::future::ready(Err(unreachable())).boxed()
            }
            Some(reply) => std::future::ready(reply).boxed(),
            None => std::future::pending().boxed(),
        }
    }

    fn held(&self, worker: WorkerId) -> BoxFuture<'static, Result<Vec<(String, u32)>, Error>> {
        self.reach(|store| store.held(worker))
    }

    fn settle(&self, id: String, fence: u32, settlement: Settlement) -> BoxFuture<'static, Result<bool, Error>> {
        if takes_one(&self.faults.settlements) {
            return std::future::ready(Err(unreachable())).boxed();
        }
        self.reach(|store| store.settle(id, fence, settlement))
    }

    fn orphans(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> BoxFuture<'static, Result<Vec<(ProjectId, antiphon_interaction::InteractionId)>, Error>> {
        self.reach(|store| store.orphans(now, limit))
    }

    fn queue(&self, now: Timestamp) -> BoxFuture<'static, Result<Vec<QueueDepth>, Error>> {
        self.reach(|store| store.queue(now))
    }
}

type Run = dyn Fn(Job, Held) -> BoxFuture<'static, Outcome> + Send + Sync;

struct Handler {
    kind: &'static str,
    run: Box<Run>,
}

impl JobHandler for Handler {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn run(&self, job: Job, held: Held) -> BoxFuture<'static, Outcome> {
        (self.run)(job, held)
    }
}

/// A handler that does `run`.
pub fn handler<F>(kind: &'static str, run: impl Fn(Job, Held) -> F + Send + Sync + 'static) -> Arc<dyn JobHandler>
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let run = Box::new(move |job, held| run(job, held).boxed());
    Arc::new(Handler { kind, run })
}

/// A job that a [`reporting`] handler has begun.
pub struct Begun {
    pub job: Job,
    pub held: Held,
    /// Its outcome; while it is not sent the handler waits.
    pub end: tokio::sync::oneshot::Sender<Outcome>,
    /// Closed when the handler's future is gone.
    gone: mpsc::Receiver<()>,
}

/// A handler that tells of each job it begins, and waits to be told its outcome.
pub fn reporting(kind: &'static str) -> (Arc<dyn JobHandler>, mpsc::UnboundedReceiver<Begun>) {
    let (tell, told) = mpsc::unbounded_channel();
    let handler = handler(kind, move |job, held| {
        let (end, ended) = tokio::sync::oneshot::channel();
        let (alive, gone) = mpsc::channel(1);
        tell.send(Begun { job, held, end, gone }).unwrap();
        async move {
            let _alive = alive;
            ended.await.unwrap()
        }
    });
    (handler, told)
}

/// The next one; in good time, since a runtime whose clock is paused waits for ever in no time at all.
pub async fn next<T>(receiver: &mut mpsc::UnboundedReceiver<T>) -> T {
    let received = tokio::time::timeout(Duration::from_secs(3600), receiver.recv()).await;
    received.unwrap().unwrap()
}

impl Begun {
    /// Waits until the handler's future is gone.
    pub async fn is_gone(&mut self) {
        let gone = tokio::time::timeout(Duration::from_secs(3600), self.gone.recv()).await;
        assert_eq!(gone.unwrap(), None);
    }
}

pub fn done() -> Outcome {
    Outcome::Settled(Settlement::Done { enqueue: Vec::new() })
}

/// The store, and the processes that share it.
pub struct Bench {
    pub store: MemoryStore,
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    ids: Arc<AtomicU32>,
    documents: AtomicU32,
}

impl Bench {
    pub fn new() -> Self {
        Self {
            store: MemoryStore::default(),
            now: clock(),
            ids: Arc::default(),
            documents: AtomicU32::new(0),
        }
    }

    pub async fn worker(&self, handlers: Vec<Arc<dyn JobHandler>>, options: Options) -> (Worker, Arc<Faults>) {
        let faults: Arc<Faults> = Arc::default();
        let process = Process {
            store: self.store.clone(),
            faults: Arc::clone(&faults),
        };
        let ids = Arc::clone(&self.ids);
        let worker = Worker::start(Parts {
            store: Arc::new(process),
            changes: self.store.changes(),
            handlers,
            now: Arc::clone(&self.now),
            new_id: Arc::new(move || WorkerId::from(format!("w{}", ids.fetch_add(1, Ordering::SeqCst)).as_str())),
            options,
        });
        let worker = worker.await.unwrap();
        // Its first claim is over.
        tokio::time::sleep(Duration::from_millis(1)).await;
        (worker, faults)
    }

    pub async fn enqueue(&self, jobs: Vec<NewJob>) {
        let number = self.documents.fetch_add(1, Ordering::SeqCst);
        self.store.put_document(cause(number), jobs).await.unwrap();
    }

    /// How many jobs there are.
    pub async fn jobs(&self) -> u64 {
        let depths = self.store.queue((self.now)()).await.unwrap();
        depths
            .iter()
            .map(|depth| depth.waiting + depth.held + depth.abandoned)
            .sum()
    }
}

/// A document for jobs to be enqueued with.
pub fn cause(number: u32) -> Document {
    Document {
        collection: "causes",
        project: ProjectId::default(),
        id: number.to_string(),
        group: None,
        revision: 1,
        created: Timestamp::UNIX_EPOCH,
        body: "{}".to_owned(),
    }
}

pub fn job(kind: &str, id: &(impl ToString + ?Sized)) -> NewJob {
    NewJob {
        id: id.to_string(),
        project: ProjectId::default(),
        kind: kind.to_owned(),
        payload: "{}".to_owned(),
        interaction: None,
        due: Timestamp::UNIX_EPOCH,
        priority: 0,
        worker: None,
        limit: None,
    }
}

/// The defaults, but found by news only.
pub fn options() -> Options {
    Options {
        lease: LEASE,
        poll: NEVER,
        ..Options::default()
    }
}
