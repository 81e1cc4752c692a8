use std::sync::Arc;
use std::time::Duration;

use antiphon_interaction::{ApiError, Content, ErrorCode, Interaction, InteractionId, Status};
use antiphon_model_engine::{ModelInfo, Registry};
use antiphon_store::{Commit, ProjectId, Store, Update};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::create::EventStream;
use crate::entropy::Entropy;
use crate::live::LiveRuns;
use crate::log::EventLog;
use crate::position::View;
use crate::seal::Sealer;
use crate::{Error, recovery, view};

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A whole run.
    pub run: Duration,
    /// One call of the model, from the request to the end of its answer.
    pub model_call: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            run: Duration::from_secs(3600),
            model_call: Duration::from_secs(1800),
        }
    }
}

/// What a [`TurnEngine`] works with.
pub struct Parts {
    /// Keeps interactions.
    pub store: Arc<dyn Store>,
    /// The models.
    pub registry: Registry,
    /// Seals thoughts.
    pub sealer: Sealer,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes for ids.
    pub entropy: Arc<dyn Entropy>,
    /// How long things may take.
    pub limits: Limits,
}

/// What all clones of an engine share.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) registry: Registry,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) limits: Limits,
    pub(crate) live: LiveRuns,
    pub(crate) tasks: TaskTracker,
    /// No new runs.
    pub(crate) draining: CancellationToken,
    /// The runs under way end.
    pub(crate) shutdown: CancellationToken,
    /// When the ticks of background commits began.
    pub(crate) tick: Instant,
}

/// The one way to start, read, cancel and delete interactions. Cheap to clone.
#[derive(Clone)]
pub struct TurnEngine {
    pub(crate) shared: Arc<Shared>,
}

/// The models, and why some are missing.
#[derive(Debug)]
pub struct ModelListing {
    /// The models, the default first.
    pub models: Vec<ModelInfo>,
    /// What went wrong with engines that gave no list.
    pub failures: Vec<Error>,
}

impl TurnEngine {
    /// Puts the parts together. Needs a tokio runtime.
    pub fn new(parts: Parts) -> Self {
        let Parts {
            store,
            registry,
            sealer,
            clock,
            entropy,
            limits,
        } = parts;
        let shared = Shared {
            store,
            registry,
            sealer: Arc::new(sealer),
            clock,
            entropy,
            limits,
            live: LiveRuns::default(),
            tasks: TaskTracker::new(),
            draining: CancellationToken::new(),
            shutdown: CancellationToken::new(),
            tick: Instant::now(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Ends the runs that an earlier process left unfinished: they are `failed`, with what they had committed.
    /// To be called once, before the first request, by the only process of the store.
    ///
    /// # Errors
    /// The store fails.
    pub async fn recover(&self) -> Result<usize, Error> {
        let unfinished = self.shared.store.unfinished().await?;
        let count = unfinished.len();
        for (project, id) in unfinished {
            self.end_orphan(project, id).await?;
        }
        Ok(count)
    }

    /// Fails a stored interaction that is unfinished although nobody runs it: the server stopped, or the store failed
    /// while it ran.
    pub(crate) async fn end_orphan(&self, project: ProjectId, id: InteractionId) -> Result<(), Error> {
        let Some(stored) = self.shared.store.read(project.clone(), id.clone()).await? else {
            return Ok(());
        };
        let mut head = stored.record.head;
        head.errors = Some(vec![ApiError::new(
            ErrorCode::Aborted,
            "the server or its store failed while this interaction ran; send the request again",
        )]);
        let mut commit = Commit::new(project.clone(), id);
        commit.steps.extend(recovery::close(stored.open, |thought| {
            // What it reasoned beyond its summary is lost with the process.
            let shown: String = thought.summary.iter().filter_map(Content::as_text).collect();
            self.shared.sealer.seal(&project, thought, &shown)
        }));
        commit.update = Some(Update {
            status: Status::Failed,
            updated: self.shared.clock.now(),
            head,
        });
        match self.shared.store.commit(commit).await {
            // Somebody else met it first.
            Ok(()) | Err(antiphon_store::Error::Terminal { .. } | antiphon_store::Error::NotFound(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The log of an interaction, running or finished.
    async fn log(&self, project: &ProjectId, id: &InteractionId) -> Result<Arc<EventLog>, Error> {
        if let Some(run) = self.shared.live.get(project, id) {
            return Ok(run.log);
        }
        match self.shared.store.read(project.clone(), id.clone()).await? {
            Some(stored) if stored.record.status.is_terminal() => Ok(Arc::new(EventLog::replay(stored))),
            Some(_) => {
                if let Some(run) = self.shared.live.get(project, id) {
                    return Ok(run.log);
                }
                self.end_orphan(project.clone(), id.clone()).await?;
                let stored = self.shared.store.read(project.clone(), id.clone()).await?;
                stored
                    .map(|stored| Arc::new(EventLog::replay(stored)))
                    .ok_or_else(|| Error::NotFound {
                        path: "id",
                        id: id.clone(),
                    })
            }
            None => Err(Error::NotFound {
                path: "id",
                id: id.clone(),
            }),
        }
    }

    /// The interaction with its whole timeline, the input steps first.
    ///
    /// # Errors
    /// It is not there, or the store fails.
    pub async fn get(
        &self,
        project: &ProjectId,
        id: &InteractionId,
        include_input: bool,
    ) -> Result<Interaction, Error> {
        let log = self.log(project, id).await?;
        let (record, steps) = log.snapshot();
        let timeline = log.input().iter().cloned().chain(steps).collect();
        let mut shown = view::whole(&record, timeline);
        shown.input = include_input.then(|| view::input(log.input()));
        Ok(shown)
    }

    /// The interaction's events: all of them, or those behind `last_event_id`. A running one is followed to its end;
    /// dropping the stream does not touch it.
    ///
    /// # Errors
    /// It is not there, `last_event_id` is none of its events, or the store fails.
    pub async fn events(
        &self,
        project: &ProjectId,
        id: &InteractionId,
        last_event_id: Option<&str>,
    ) -> Result<EventStream, Error> {
        let log = self.log(project, id).await?;
        let reader = match last_event_id {
            Some(event_id) => log.read_after(event_id)?,
            None => log.read(View::Get),
        };
        Ok(EventStream { reader, _guard: None })
    }

    /// Cancels a background run and returns it, cancelled.
    ///
    /// # Errors
    /// It is not there, is over, or runs in the foreground (where closing the connection cancels).
    pub async fn cancel(&self, project: &ProjectId, id: &InteractionId) -> Result<Interaction, Error> {
        if let Some(run) = self.shared.live.get(project, id) {
            if !run.background {
                let message =
                    format!("the interaction `{id}` runs in the foreground; close its connection to cancel it");
                return Err(Error::Precondition { message });
            }
            run.cancel.cancel();
            run.log.closed().await;
        }
        let shown = self.get(project, id, false).await?;
        if shown.status == Status::Cancelled {
            return Ok(shown);
        }
        let message = format!(
            "the interaction `{id}` is {}; only a background interaction in progress can be cancelled",
            shown.status
        );
        Err(Error::Precondition { message })
    }

    /// Erases an interaction. A background run that nobody can read any more ends; a foreground run goes on for its
    /// client.
    ///
    /// # Errors
    /// It is not there, or the store fails.
    pub async fn delete(&self, project: &ProjectId, id: &InteractionId) -> Result<(), Error> {
        let live = self.shared.live.get(project, id);
        let erased = self.shared.store.erase(project.clone(), id.clone()).await?;
        if let Some(run) = live {
            self.shared.live.remove(id);
            if run.background {
                run.cancel.cancel();
            }
            return Ok(());
        }
        if erased {
            Ok(())
        } else {
            Err(Error::NotFound {
                path: "id",
                id: id.clone(),
            })
        }
    }

    /// The models that answer now.
    pub async fn models(&self) -> ModelListing {
        let (models, failures) = self.shared.registry.models().await;
        ModelListing {
            models: models.into_iter().map(|model| model.info).collect(),
            failures: failures.into_iter().map(Error::from).collect(),
        }
    }

    /// The model that a name stands for, aliases included.
    ///
    /// # Errors
    /// No model answers to it.
    pub async fn model(&self, name: &str) -> Result<ModelInfo, Error> {
        Ok(self.shared.registry.resolve(name).await?.info)
    }

    /// Whether the store can read and write.
    ///
    /// # Errors
    /// It cannot.
    pub async fn check(&self) -> Result<(), Error> {
        Ok(self.shared.store.check().await?)
    }

    /// How many runs are under way in this process.
    pub fn running(&self) -> usize {
        self.shared.live.len()
    }

    /// Takes no more runs, lets those under way finish for `grace`, and ends the rest with `service_unavailable`.
    /// Returns when all have been committed.
    pub async fn shut_down(&self, grace: Duration) {
        self.shared.draining.cancel();
        self.shared.tasks.close();
        if tokio::time::timeout(grace, self.shared.tasks.wait()).await.is_err() {
            self.shared.shutdown.cancel();
            self.shared.tasks.wait().await;
        }
        // For a run that was being prepared when the last other one ended.
        self.shared.shutdown.cancel();
    }

    /// Erases conversations whose newest interaction is older than `age`.
    ///
    /// # Errors
    /// The store fails.
    pub async fn sweep(&self, age: Duration) -> Result<u64, Error> {
        const TREES_AT_ONCE: usize = 100;
        let age = jiff::SignedDuration::try_from(age).unwrap_or(jiff::SignedDuration::MAX);
        let Ok(before) = self.shared.clock.now().checked_sub(age) else {
            return Ok(0);
        };
        let mut total = 0;
        loop {
            let swept = self.shared.store.sweep(before, TREES_AT_ONCE).await?;
            if swept == 0 {
                return Ok(total);
            }
            total += swept;
        }
    }
}
