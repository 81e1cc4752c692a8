//! Background runs as jobs: begun at once where there is room, claimed otherwise, gone on with after a crash.

use std::sync::{Arc, Weak};
use std::time::Duration;

use antiphon_interaction::{ApiError, Content, InteractionId, Status};
use antiphon_jobs::{Held, JobHandler, Outcome};
use antiphon_store::{Commit, Job, JobChange, JobMark, ProjectId, Settlement, Stored, Update};
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::create::Run;
use crate::driver::{Announcement, Departure, HeldJob};
use crate::engine::Shared;
use crate::job::{FIRST_FENCE, KIND, RunPayload};
use crate::live::LiveRun;
use crate::log::EventLog;
use crate::prepare::Prepared;
use crate::{Error, TurnEngine, recovery};

/// How often a run is begun without getting any further, before it fails.
const ATTEMPTS: u32 = 5;

/// The longest pause before a run whose model cannot be reached is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Runs the jobs of background runs.
pub(crate) struct RunHandler {
    pub(crate) shared: Weak<Shared>,
}

impl JobHandler for RunHandler {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run(&self, job: Job, held: Held) -> BoxFuture<'static, Outcome> {
        let Some(shared) = self.shared.upgrade() else {
            return Box::pin(std::future::ready(Outcome::Settled(Settlement::HandedBack)));
        };
        // Taken now: when the job is lost before its future is polled, what was begun is let go of all the same.
        let begun = shared.begun.lock().remove(&job.id);
        Box::pin(async move { Box::pin(TurnEngine { shared }.run_job(job, begun, held)).await })
    }
}

/// A run that was prepared by the request that asked for it, and begins now.
pub(crate) struct Begun {
    pub(crate) prepared: Prepared,
    pub(crate) listed: Listed,
    pub(crate) cancel: CancellationToken,
}

/// A background run's place on the list of those that this process runs. Dropped, at the end or in the middle, it lets go of
/// the run: its readers are told, and find it in the store from then on.
pub(crate) struct Listed {
    shared: Weak<Shared>,
    id: InteractionId,
    log: Arc<EventLog>,
}

impl Listed {
    /// Puts the run on the list.
    pub(crate) fn new(
        shared: &Arc<Shared>,
        project: ProjectId,
        id: InteractionId,
        log: Arc<EventLog>,
        cancel: CancellationToken,
    ) -> Self {
        let run = LiveRun {
            project,
            log: Arc::clone(&log),
            cancel,
            background: true,
        };
        shared.live.insert(id.clone(), run);
        Self {
            shared: Arc::downgrade(shared),
            id,
            log,
        }
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.log.leave(Error::TakenOver.to_api());
        if let Some(shared) = self.shared.upgrade() {
            shared.live.remove_run(&self.id, &self.log);
        }
    }
}

impl TurnEngine {
    async fn run_job(&self, job: Job, begun: Option<Begun>, held: Held) -> Outcome {
        let result = match begun {
            Some(begun) if job.fence == FIRST_FENCE => Ok(Some(begun)),
            Some(_) | None => self.begin_again(&job).await,
        };
        match result {
            Ok(Some(begun)) => self.run_begun(begun, &job, &held).await,
            Ok(None) => done(),
            Err(error) => self.put_off(&job, &error),
        }
    }

    /// Takes a stored run over. `None` when there is nothing to run any more.
    async fn begin_again(&self, job: &Job) -> Result<Option<Begun>, Error> {
        let Some(id) = job.interaction.clone() else {
            return Ok(None);
        };
        let store = &self.shared.store;
        let Some(stored) = store.read(job.project.clone(), id.clone()).await? else {
            return Ok(None);
        };
        if stored.record.status.is_terminal() {
            return Ok(None);
        }
        if self.time_left(&stored).is_zero() {
            let limit = self.shared.limits.run;
            return self
                .fail_run(stored, job, &Error::Deadline { what: "the run", limit })
                .await;
        }
        let Ok(payload) = serde_json::from_str::<RunPayload>(&job.payload) else {
            let error = Error::Precondition {
                message: "the run was begun by another version of this server, and cannot be gone on with".to_owned(),
            };
            return self.fail_run(stored, job, &error).await;
        };
        if job.tries.saturating_sub(payload.put_off) > ATTEMPTS {
            return self.fail_run(stored, job, &Error::GivenUp { attempts: ATTEMPTS }).await;
        }
        let prepared = match self.prepare_again(stored.clone(), payload).await {
            Ok(prepared) => prepared,
            Err(error) if error.is_passing() || error.is_of_something_missing() => return Err(error),
            Err(error) => return self.fail_run(stored, job, &error).await,
        };
        let mut take = Commit::new(job.project.clone(), id.clone());
        take.attempt = Some(job.fence);
        take.takes_over = true;
        let mut record = stored.record.clone();
        record.status = Status::InProgress;
        record.updated = self.shared.clock.now();
        take.update = Some(Update {
            status: record.status.clone(),
            updated: record.updated,
            head: record.head.clone(),
        });
        match store.commit(take).await {
            Ok(()) => {}
            Err(
                antiphon_store::Error::Superseded(_)
                | antiphon_store::Error::Terminal { .. }
                | antiphon_store::Error::NotFound(_),
            ) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        tracing::info!(interaction.id = %id, attempt = job.fence, tries = job.tries, "a run goes on from its last commit");
        let log = Arc::new(EventLog::replay(Stored {
            record: record.clone(),
            attempt: job.fence,
            open: Vec::new(),
            ..stored
        }));
        let cancel = CancellationToken::new();
        let listed = Listed::new(&self.shared, job.project.clone(), id.clone(), log, cancel.clone());
        self.shared.followers.poke(&id);
        let prepared = Prepared { record, ..prepared };
        Ok(Some(Begun {
            prepared,
            listed,
            cancel,
        }))
    }

    async fn run_begun(&self, begun: Begun, job: &Job, held: &Held) -> Outcome {
        let Begun {
            prepared,
            listed,
            cancel,
        } = begun;
        let held = HeldJob {
            id: job.id.clone(),
            fence: job.fence,
            held: held.clone(),
            outbox: Arc::clone(&self.shared.outbox),
        };
        let run = Run {
            prepared,
            stored: true,
            log: Arc::clone(&listed.log),
            announcement: Announcement::Made,
            cancel,
            job: Some(held),
        };
        let departure = self.drive(run).await;
        drop(listed);
        match departure {
            Departure::Ended => Outcome::Ended,
            Departure::Over => done(),
            Departure::Left => Outcome::Settled(Settlement::HandedBack),
            Departure::Stumbled => self.later(job, job.payload.clone()),
        }
    }

    /// Tries again in a while, because what is missing may come back. The run has not been begun, so this is no attempt.
    fn put_off(&self, job: &Job, error: &Error) -> Outcome {
        tracing::warn!(job = %job.id, %error, "a run cannot be gone on with now");
        let payload = serde_json::from_str::<RunPayload>(&job.payload).map(|payload| RunPayload {
            put_off: payload.put_off + 1,
            ..payload
        });
        let payload = payload.and_then(|payload| serde_json::to_string(&payload));
        self.later(job, payload.unwrap_or_else(|_| job.payload.clone()))
    }

    fn later(&self, job: &Job, payload: String) -> Outcome {
        let pause = antiphon_jobs::pause(job.tries, LONGEST_PAUSE);
        Outcome::Settled(Settlement::later(self.shared.clock.now(), pause, payload))
    }

    /// How long a run may still take.
    pub(crate) fn time_left(&self, stored: &Stored) -> Duration {
        self.shared.limits.run.saturating_sub(self.age(&stored.record))
    }

    /// Ends a run that cannot be gone on with.
    async fn fail_run(&self, stored: Stored, job: &Job, error: &Error) -> Result<Option<Begun>, Error> {
        let mut commit = self.ending(stored, Status::Failed, Some(error.to_api()));
        commit.attempt = Some(job.fence);
        commit.takes_over = true;
        commit.job = Some(JobChange {
            id: job.id.clone(),
            fence: job.fence,
            mark: JobMark::Done,
        });
        let id = commit.id.clone();
        match self.shared.store.commit(commit).await {
            Ok(()) => {
                metrics::counter!("antiphon_runs_total", "status" => "failed").increment(1);
                self.shared.followers.poke(&id);
                Ok(None)
            }
            Err(
                antiphon_store::Error::Superseded(_)
                | antiphon_store::Error::Fenced(_)
                | antiphon_store::Error::Terminal { .. }
                | antiphon_store::Error::NotFound(_),
            ) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The commit that ends a stored interaction that nobody runs, or that is ended from outside: what was shown of its open
    /// step stays.
    pub(crate) fn ending(&self, stored: Stored, status: Status, error: Option<ApiError>) -> Commit {
        let mut record = stored.record;
        record.status = status;
        record.updated = self.shared.clock.now();
        record.head.errors = error.map(|error| vec![error]);
        let mut commit = Commit::new(record.project.clone(), record.id.clone());
        commit.steps.extend(recovery::close(stored.open, |thought| {
            // What it reasoned beyond its summary is lost with the process.
            let shown: String = thought.summary.iter().filter_map(Content::as_text).collect();
            self.shared.sealer.seal(&record.project, thought, &shown)
        }));
        if record.background {
            commit.enqueue = self.shared.outbox.jobs(&record);
        }
        commit.update = Some(Update {
            status: record.status,
            updated: record.updated,
            head: record.head,
        });
        commit
    }
}

fn done() -> Outcome {
    Outcome::Settled(Settlement::Done { enqueue: Vec::new() })
}
