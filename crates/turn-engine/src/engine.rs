use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use antiphon_interaction::{
    ApiError, ErrorCode, Interaction, InteractionId, ModelOutput, Status, Step, StepDelta, TextDelta,
};
use antiphon_jobs::{JobHandler, Outbox, Worker};
use antiphon_model_engine::{ModelInfo, Registry};
use antiphon_store::{OpenEntry, OpenEvent, ProjectId, Record, Store, SweptTree, WorkerId};
use antiphon_tools::Tools;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::create::EventStream;
use crate::entropy::{Entropy, worker_id};
use crate::follow::{Followers, Following};
use crate::live::LiveRuns;
use crate::log::EventLog;
use crate::position::View;
use crate::prepare::conversation_name;
use crate::projects::Projects;
use crate::resume::{Begun, RunHandler};
use crate::seal::Sealer;
use crate::{Error, view};

/// How long things may take, and how often they may be done.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A whole run.
    pub run: Duration,
    /// One call of the model, from the request to the end of its answer.
    pub model_call: Duration,
    /// How many unfinished background runs a project may have.
    pub queued_per_project: Option<u32>,
    /// How many tokens one call of the model makes at most; a request that allows more is answered in several calls.
    pub call_tokens: u64,
    /// How often in a turn server-side tools are run; then the model has to answer.
    pub tool_rounds: u32,
    /// How many calls of server-side tools in one answer of the model are carried out.
    pub tool_calls: usize,
    /// How many bytes of one tool result's text the model reads.
    pub tool_result_bytes: usize,
    /// How many bytes of media, as base64, the tools of one turn may bring.
    pub tool_media_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            run: Duration::from_secs(3600),
            model_call: Duration::from_secs(1800),
            queued_per_project: Some(10_000),
            call_tokens: 65_536,
            tool_rounds: 16,
            tool_calls: 16,
            tool_result_bytes: 256 * 1024,
            tool_media_bytes: 32 * 1024 * 1024,
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
    /// What is different for some projects.
    pub projects: Projects,
    /// The tools that the server runs.
    pub tools: Tools,
    /// What the end of a background run causes.
    pub outbox: Arc<dyn Outbox>,
    /// Do jobs of other kinds than runs.
    pub handlers: Vec<Arc<dyn JobHandler>>,
    /// How jobs are run; its lease also covers the foreground runs of this process.
    pub jobs: antiphon_jobs::Options,
}

/// What all clones of an engine share.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) registry: Registry,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) limits: Limits,
    pub(crate) projects: Projects,
    pub(crate) tools: Tools,
    pub(crate) outbox: Arc<dyn Outbox>,
    pub(crate) live: LiveRuns,
    /// Runs that were prepared by their request and begin now.
    pub(crate) begun: BegunRuns,
    pub(crate) followers: Followers,
    /// This process among those of the store; set once, at the start.
    pub(crate) worker: OnceLock<Worker>,
    pub(crate) tasks: TaskTracker,
    /// No new runs.
    pub(crate) draining: CancellationToken,
    /// The runs under way end.
    pub(crate) shutdown: CancellationToken,
    /// Nothing is kept up any more.
    pub(crate) stopped: CancellationToken,
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

/// Runs that were prepared by their request, by the ids of their jobs.
#[derive(Default)]
pub(crate) struct BegunRuns(Mutex<HashMap<String, Begun>>);

impl BegunRuns {
    pub(crate) fn lock(&self) -> MutexGuard<'_, HashMap<String, Begun>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long background runs have to let go when the process ends.
const HAND_BACK: Duration = Duration::from_secs(5);

impl TurnEngine {
    /// Puts the parts together, ends what an earlier process left in the foreground, and begins to run jobs: background runs, and
    /// what `handlers` do. Needs a tokio runtime.
    ///
    /// # Errors
    /// The store fails.
    pub async fn start(parts: Parts) -> Result<Self, Error> {
        let Parts {
            store,
            registry,
            sealer,
            clock,
            entropy,
            limits,
            projects,
            tools,
            outbox,
            handlers,
            jobs,
        } = parts;
        let shared = Arc::new(Shared {
            followers: Followers::new(Arc::clone(&store)),
            store: Arc::clone(&store),
            registry,
            sealer: Arc::new(sealer),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            limits,
            projects,
            tools,
            outbox,
            live: LiveRuns::default(),
            begun: BegunRuns::default(),
            worker: OnceLock::new(),
            tasks: TaskTracker::new(),
            draining: CancellationToken::new(),
            shutdown: CancellationToken::new(),
            stopped: CancellationToken::new(),
            tick: Instant::now(),
        });
        let runs = RunHandler {
            shared: Arc::downgrade(&shared),
        };
        let lease = jobs.lease;
        let worker = Worker::start(antiphon_jobs::Parts {
            changes: store.changes(),
            store,
            handlers: std::iter::once(Arc::new(runs) as Arc<dyn JobHandler>)
                .chain(handlers)
                .collect(),
            now: Arc::new(move || clock.now()),
            new_id: Arc::new(move || worker_id(entropy.as_ref())),
            options: jobs,
        })
        .await?;
        // Nothing else sets it.
        let _ = shared.worker.set(worker);
        let engine = Self { shared };
        engine.end_orphans().await?;
        let (chores, stopped) = (engine.clone(), engine.shared.stopped.clone());
        let listening = engine.shared.followers.clone().listen();
        tokio::spawn(async move {
            tokio::select! {
                () = stopped.cancelled() => {}
                () = listening => {}
                () = chores.keep_ending_orphans(lease) => {}
            }
        });
        Ok(engine)
    }

    /// The id under which this process runs interactions now; it changes when its lease is lost.
    pub fn worker_id(&self) -> Option<WorkerId> {
        self.shared.worker.get().map(|worker| worker.held().worker().clone())
    }

    /// The worker of this process.
    pub(crate) fn worker(&self) -> Result<&Worker, Error> {
        self.shared.worker.get().ok_or(Error::ShuttingDown)
    }

    /// Ends foreground interactions whose process is gone, again and again.
    async fn keep_ending_orphans(&self, pause: Duration) {
        loop {
            tokio::time::sleep(pause).await;
            if let Err(error) = self.end_orphans().await {
                tracing::warn!(%error, "what a dead process left cannot be ended now");
            }
        }
    }

    async fn end_orphans(&self) -> Result<(), Error> {
        const AT_ONCE: usize = 100;
        loop {
            let orphans = self.shared.store.orphans(self.shared.clock.now(), AT_ONCE).await?;
            let (count, mut ended) = (orphans.len(), 0);
            for (project, id) in orphans {
                // After a stall this process may be the one whose lease has run out.
                if self.shared.live.has(&id) {
                    continue;
                }
                match self.end_orphan(project, id.clone()).await {
                    Ok(()) => {
                        ended += 1;
                        tracing::info!(interaction.id = %id, "ended a foreground interaction whose process is gone");
                    }
                    // One that cannot be read must not keep the others, or the server, waiting.
                    Err(error) => tracing::error!(interaction.id = %id, %error, "it cannot be ended"),
                }
            }
            if count < AT_ONCE || ended == 0 {
                return Ok(());
            }
        }
    }

    /// Fails a stored foreground interaction that is unfinished although nobody runs it: its process died, or the store failed
    /// while it ran.
    pub(crate) async fn end_orphan(&self, project: ProjectId, id: InteractionId) -> Result<(), Error> {
        let Some(stored) = self.shared.store.read(project, id).await? else {
            return Ok(());
        };
        let error = ApiError::new(
            ErrorCode::Aborted,
            "the server or its store failed while this interaction ran; send the request again",
        );
        match self
            .shared
            .store
            .commit(self.ending(stored, Status::Failed, Some(error)))
            .await
        {
            // Somebody else met it first.
            Ok(()) | Err(antiphon_store::Error::Terminal { .. } | antiphon_store::Error::NotFound(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a foreground interaction is this process's although it does not run: the store failed at its end.
    pub(crate) fn was_ours(&self, record: &Record) -> bool {
        !record.background && !record.status.is_terminal() && record.owner == self.worker_id()
    }

    /// The log of an interaction: running here, running elsewhere, waiting or finished.
    async fn log(&self, project: &ProjectId, id: &InteractionId) -> Result<(Arc<EventLog>, Option<Following>), Error> {
        if let Some(run) = self.shared.live.get(project, id) {
            return Ok((run.log, None));
        }
        let absent = || Error::NotFound {
            path: "id",
            id: id.clone(),
        };
        let mut following = self.shared.followers.follow(project, id).await?.ok_or_else(absent)?;
        if self.was_ours(&following.log().record()) {
            if let Some(run) = self.shared.live.get(project, id) {
                return Ok((run.log, None));
            }
            self.end_orphan(project.clone(), id.clone()).await?;
            following = self.shared.followers.follow(project, id).await?.ok_or_else(absent)?;
        }
        Ok((Arc::clone(following.log()), Some(following)))
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
        let (log, _following) = self.log(project, id).await?;
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
        let (log, following) = self.log(project, id).await?;
        let reader = match last_event_id {
            Some(event_id) => log.read_after(event_id)?,
            None => log.read(View::Get),
        };
        Ok(EventStream {
            reader,
            _guard: None,
            _following: following,
        })
    }

    /// Cancels a background run and returns it, cancelled.
    ///
    /// # Errors
    /// It is not there, is over, or runs in the foreground (where closing the connection cancels).
    pub async fn cancel(&self, project: &ProjectId, id: &InteractionId) -> Result<Interaction, Error> {
        let mut ended_here = false;
        if let Some(run) = self.shared.live.get(project, id) {
            if !run.background {
                return Err(in_the_foreground(id));
            }
            run.cancel.cancel();
            run.log.closed().await;
            ended_here = run.log.record().status.is_terminal();
        }
        if !ended_here {
            // It runs elsewhere, or was let go of here in the same moment.
            self.cancel_elsewhere(project, id).await?;
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

    /// Cancels a background run that waits, or that another process runs; that one learns of it from the store.
    async fn cancel_elsewhere(&self, project: &ProjectId, id: &InteractionId) -> Result<(), Error> {
        let Some(stored) = self.shared.store.read(project.clone(), id.clone()).await? else {
            return Ok(());
        };
        if stored.record.status.is_terminal() {
            return Ok(());
        }
        if !stored.record.background {
            return Err(in_the_foreground(id));
        }
        // The entry that the runner would write next: when it has, this commit is refused, and nothing that was shown is lost.
        let probe = match stored.open.last() {
            Some(last) => OpenEntry {
                ordinal: last.ordinal + 1,
                event: OpenEvent::Delta(StepDelta::Text(TextDelta::default())),
                ..last.clone()
            },
            None => OpenEntry {
                index: u32::try_from(stored.steps.len()).unwrap_or(u32::MAX),
                attempt: stored.attempt,
                ordinal: 0,
                event: OpenEvent::Start(Step::ModelOutput(ModelOutput::default())),
            },
        };
        let attempt = stored.attempt;
        let mut commit = self.ending(stored, Status::Cancelled, None);
        commit.attempt = Some(attempt);
        commit.open.push(probe);
        match self.shared.store.commit(commit).await {
            Ok(()) | Err(antiphon_store::Error::Terminal { .. } | antiphon_store::Error::NotFound(_)) => {
                self.shared.followers.poke(id);
                Ok(())
            }
            // It went on, or was taken over, meanwhile: the same on what there is now.
            Err(antiphon_store::Error::AlreadyExists(_) | antiphon_store::Error::Superseded(_)) => {
                Box::pin(self.cancel_elsewhere(project, id)).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Erases an interaction. A background run that nobody can read any more ends; a foreground run goes on for its
    /// client.
    ///
    /// # Errors
    /// It is not there, or the store fails.
    pub async fn delete(&self, project: &ProjectId, id: &InteractionId) -> Result<(), Error> {
        let live = self.shared.live.get(project, id);
        let store = &self.shared.store;
        let erased = store.erase(project.clone(), id.clone()).await?;
        if let Some(root) = store.erased_tree(project.clone(), id.clone()).await? {
            // Nothing can go on with the conversation any more.
            self.shared.tools.forget(&conversation_name(project, &root)).await;
        }
        self.shared.followers.poke(id);
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

    /// Takes no more runs and lets those under way finish for `grace`. Then foreground runs end with `service_unavailable`, and
    /// background runs are handed back: another process, or the next start, goes on with them. Returns when all has been
    /// committed.
    pub async fn shut_down(&self, grace: Duration) {
        let shared = &self.shared;
        shared.draining.cancel();
        shared.tasks.close();
        let ended = Instant::now() + grace;
        let worker = shared.worker.get();
        let jobs = async {
            if let Some(worker) = worker {
                // Runs let go by themselves when `shutdown` says so.
                worker.shut_down(grace.saturating_add(HAND_BACK)).await;
            }
        };
        let runs = async {
            tokio::time::sleep_until(ended).await;
            shared.shutdown.cancel();
            shared.followers.leave_all(&Error::ShuttingDown);
        };
        let all = async {
            tokio::join!(jobs, shared.tasks.wait());
        };
        tokio::pin!(all);
        tokio::select! {
            () = &mut all => {}
            () = runs => all.await,
        }
        // For a run that was being prepared when the last other one ended.
        shared.shutdown.cancel();
        shared.followers.leave_all(&Error::ShuttingDown);
        shared.stopped.cancel();
    }

    /// Erases conversations, of one project or of all, whose newest interaction is older than `age`.
    ///
    /// # Errors
    /// The store fails.
    pub async fn sweep(&self, project: Option<ProjectId>, age: Duration) -> Result<u64, Error> {
        const TREES_AT_ONCE: usize = 100;
        let age = jiff::SignedDuration::try_from(age).unwrap_or(jiff::SignedDuration::MAX);
        let Ok(before) = self.shared.clock.now().checked_sub(age) else {
            return Ok(0);
        };
        let mut total = 0;
        loop {
            let trees = self.shared.store.sweep(project.clone(), before, TREES_AT_ONCE).await?;
            if trees.is_empty() {
                return Ok(total);
            }
            for SweptTree { project, root, members } in trees {
                self.shared.tools.forget(&conversation_name(&project, &root)).await;
                total += members;
            }
        }
    }
}

/// Only background runs are cancelled by a request.
fn in_the_foreground(id: &InteractionId) -> Error {
    let message = format!("the interaction `{id}` runs in the foreground; close its connection to cancel it");
    Error::Precondition { message }
}
