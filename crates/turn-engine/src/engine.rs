use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use antiphon_interaction::{
    ApiError, Content, CreateInteraction, ErrorCode, Interaction, InteractionEvent, InteractionId, ServiceTier,
    Settings, Status, Step, ThinkingSummaries,
};
use antiphon_model_engine::{Message, ModelInfo, ModelRequest, ModelStream, Registry, Sampling};
use antiphon_store::{Commit, Conversation, Head, ProjectId, Record, Store, Update};
use futures::FutureExt as _;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::clock::Clock;
use crate::driver::{Announcement, Driver};
use crate::entropy::{Entropy, interaction_id};
use crate::history::Renderer;
use crate::input::PlacedSteps;
use crate::live::{LiveRun, LiveRuns};
use crate::log::{EventLog, EventReader};
use crate::position::View;
use crate::seal::Sealer;
use crate::turn::{Turn, TurnContext};
use crate::{Error, recovery, rules, view};

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

struct Shared {
    store: Arc<dyn Store>,
    registry: Registry,
    sealer: Arc<Sealer>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    limits: Limits,
    live: LiveRuns,
    tasks: TaskTracker,
    /// No new runs.
    draining: CancellationToken,
    /// The runs under way end.
    shutdown: CancellationToken,
    /// When the ticks of background commits began.
    tick: Instant,
}

/// The one way to start, read, cancel and delete interactions. Cheap to clone.
#[derive(Clone)]
pub struct TurnEngine {
    shared: Arc<Shared>,
}

/// What a request became.
pub enum Created {
    /// The finished interaction; or a background one that has just begun.
    Interaction(Box<Interaction>),
    /// Its events.
    Events(EventStream),
}

/// The events of an interaction. Dropping the stream of a foreground run cancels the run.
pub struct EventStream {
    reader: EventReader,
    _guard: Option<DropGuard>,
}

impl EventStream {
    /// The next event; `None` after the last. Safe to cancel.
    pub async fn next(&mut self) -> Option<InteractionEvent> {
        self.reader.next().await
    }
}

/// The models, and why some are missing.
#[derive(Debug)]
pub struct ModelListing {
    /// The models, the default first.
    pub models: Vec<ModelInfo>,
    /// What went wrong with engines that gave no list.
    pub failures: Vec<Error>,
}

/// A request, checked and ready for its model.
struct Prepared {
    record: Record,
    input: Vec<Step>,
    model: ModelStream,
    summaries: bool,
    text_only: bool,
    call_ids: HashSet<String>,
    callable: HashSet<String>,
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
    async fn end_orphan(&self, project: ProjectId, id: InteractionId) -> Result<(), Error> {
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

    /// Starts a run. In the foreground it ends when this future, or the stream it gives, is dropped.
    ///
    /// # Errors
    /// The request breaks a rule, refers to what is not there, or fails before the model has said anything; then nothing is
    /// stored.
    pub async fn create(&self, project: &ProjectId, request: CreateInteraction) -> Result<Created, Error> {
        if self.shared.draining.is_cancelled() {
            return Err(Error::ShuttingDown);
        }
        let stored = request.store != Some(false);
        let streamed = request.stream == Some(true);
        let background = request.background == Some(true);
        let prepared = self.prepare(project, request).await?;
        if self.shared.draining.is_cancelled() {
            return Err(Error::ShuttingDown);
        }
        let log = Arc::new(EventLog::new(
            prepared.record.clone(),
            prepared.input.clone().into(),
            stored,
        ));
        let cancel = CancellationToken::new();
        if background {
            let reader = log.read(View::Post);
            // As it was accepted: it may be over before its task says that it has begun.
            let accepted = view::whole(&prepared.record, Vec::new());
            // On a task of its own: a client that goes away now must not leave a run that nobody runs.
            let starting = self.clone().start_in_background(prepared, Arc::clone(&log), cancel);
            self.shared
                .tasks
                .spawn(starting)
                .await
                .unwrap_or_else(|_| Err(ended_without_an_answer()))?;
            if streamed {
                return Ok(Created::Events(EventStream { reader, _guard: None }));
            }
            return Ok(Created::Interaction(Box::new(accepted)));
        }
        let (tell, told) = oneshot::channel();
        let announcement = if streamed {
            Announcement::WhenAccepted(tell)
        } else {
            Announcement::WhenAnswering(tell)
        };
        let reader = log.read(View::Post);
        let guard = cancel.clone().drop_guard();
        self.start(prepared, stored, Arc::clone(&log), announcement, &cancel);
        told.await.unwrap_or_else(|_| Err(ended_without_an_answer()))?;
        if streamed {
            return Ok(Created::Events(EventStream {
                reader,
                _guard: Some(guard),
            }));
        }
        log.closed().await;
        Ok(Created::Interaction(Box::new(reader.interaction())))
    }

    /// Makes a background run durable and starts it.
    async fn start_in_background(
        self,
        prepared: Prepared,
        log: Arc<EventLog>,
        cancel: CancellationToken,
    ) -> Result<(), Error> {
        let record = &prepared.record;
        let (project, id) = (record.project.clone(), record.id.clone());
        // On the list first: what is stored, unfinished and not on the list counts as orphaned.
        let run = LiveRun {
            project: project.clone(),
            log: Arc::clone(&log),
            cancel: cancel.clone(),
            background: true,
        };
        self.shared.live.insert(id.clone(), run);
        let mut commit = Commit::new(project, id.clone());
        commit.create = Some((record.clone(), prepared.input.clone()));
        if let Err(error) = self.shared.store.commit(commit).await {
            self.shared.live.remove(&id);
            return Err(error.into());
        }
        self.start(prepared, true, log, Announcement::Made, &cancel);
        Ok(())
    }

    /// Checks the request against everything that is known, and starts nothing.
    async fn prepare(&self, project: &ProjectId, request: CreateInteraction) -> Result<Prepared, Error> {
        rules::check(&request)?;
        let shared = &self.shared;
        if shared.registry.is_empty() {
            return Err(Error::NoModel);
        }
        let functions = rules::functions(&request)?;
        let name = request.model.clone().unwrap_or_default();
        let output_format = rules::output_format(&name, &request)?;
        let tool_selection = rules::tool_selection(&request, &functions, &output_format)?;
        let resolved = shared.registry.resolve(&name).await?;
        let capabilities = &resolved.info.capabilities;
        if !functions.is_empty() && !capabilities.function_calling {
            return Err(Error::invalid(
                "tools",
                format!("the model `{name}` does not call functions; use a model that does"),
            ));
        }

        let mut renderer = Renderer::new(project, &shared.sealer, &name, capabilities);
        if let Some(parent) = &request.previous_interaction_id {
            for turn in self.conversation(project, parent).await? {
                renderer.stored(&turn.input)?;
                renderer.stored(&turn.output)?;
            }
        }
        let Some(input) = request.input else {
            return Err(Error::invalid("input", "is missing; say what the model is to answer"));
        };
        let input = PlacedSteps::from(input);
        renderer.input(&input)?;
        let (messages, call_ids) = renderer.finish()?;
        let text_only = messages.iter().all(Message::is_text);

        let config = request.generation_config.clone().unwrap_or_default();
        let callable = rules::callable(&functions, &tool_selection);
        let model_request = ModelRequest {
            model: resolved.info.name.clone(),
            system_instruction: request.system_instruction.clone(),
            messages,
            functions,
            tool_selection,
            output_format,
            sampling: Sampling {
                temperature: config.temperature,
                top_p: config.top_p,
                seed: config.seed,
                stop_sequences: config.stop_sequences.clone().unwrap_or_default(),
                max_output_tokens: config.max_output_tokens,
            },
            thinking_level: config.thinking_level.clone(),
        };
        let now = shared.clock.now();
        let head = Head {
            model: Some(name),
            agent: None,
            // There is one tier here, whatever was asked for.
            service_tier: Some(ServiceTier::Standard),
            settings: Settings {
                system_instruction: request.system_instruction,
                tools: request.tools,
                generation_config: request.generation_config,
                agent_config: None,
                response_format: request.response_format,
                labels: request.labels,
                environment: None,
                safety_settings: request.safety_settings,
                webhook_config: None,
            },
            usage: None,
            errors: None,
            continuation_token: None,
        };
        let record = Record {
            id: interaction_id(shared.entropy.as_ref()),
            project: project.clone(),
            parent: request.previous_interaction_id,
            background: request.background == Some(true),
            status: Status::InProgress,
            created: now,
            updated: now,
            head,
        };
        Ok(Prepared {
            record,
            input: input.into_steps(),
            model: resolved.engine.generate(model_request),
            summaries: config.thinking_summaries == Some(ThinkingSummaries::Auto),
            call_ids,
            text_only,
            callable,
        })
    }

    async fn conversation(
        &self,
        project: &ProjectId,
        leaf: &InteractionId,
    ) -> Result<Vec<antiphon_store::Turn>, Error> {
        let path = "previous_interaction_id";
        let running = |id: &InteractionId| Error::Precondition {
            message: format!("{path}: the interaction `{id}` is still in progress; wait until it has ended"),
        };
        if let Some(run) = self.shared.live.get(project, leaf)
            && !run.log.record().status.is_terminal()
        {
            return Err(running(leaf));
        }
        match self.shared.store.conversation(project.clone(), leaf.clone()).await? {
            Conversation::NotFound => Err(Error::NotFound { path, id: leaf.clone() }),
            Conversation::Erased(ancestor) => Err(Error::Erased { ancestor }),
            Conversation::Turns(turns) => match turns.last() {
                Some(last) if !last.status.is_terminal() && self.shared.live.get(project, leaf).is_some() => {
                    Err(running(leaf))
                }
                Some(last) if !last.status.is_terminal() => {
                    self.end_orphan(project.clone(), leaf.clone()).await?;
                    Box::pin(self.conversation(project, leaf)).await
                }
                _ => Ok(turns),
            },
        }
    }

    fn start(
        &self,
        prepared: Prepared,
        stored: bool,
        log: Arc<EventLog>,
        announcement: Announcement,
        cancel: &CancellationToken,
    ) {
        let shared = &self.shared;
        let Prepared {
            record,
            input,
            model,
            summaries,
            text_only,
            call_ids,
            callable,
        } = prepared;
        let mut commit = Commit::new(record.project.clone(), record.id.clone());
        commit.attempt = Some(1);
        if !record.background {
            commit.create = Some((record.clone(), input));
        }
        let turn = Turn::new(TurnContext {
            project: record.project.clone(),
            attempt: 1,
            summaries,
            callable,
            call_ids,
            text_only,
            sealer: Arc::clone(&shared.sealer),
            entropy: Arc::clone(&shared.entropy),
        });
        if stored {
            let run = LiveRun {
                project: record.project.clone(),
                log: Arc::clone(&log),
                cancel: cancel.clone(),
                background: record.background,
            };
            shared.live.insert(record.id.clone(), run);
        }
        let driver = Driver {
            store: stored.then(|| Arc::clone(&shared.store)),
            clock: Arc::clone(&shared.clock),
            limits: shared.limits,
            tick: shared.tick,
            turn,
            record: record.clone(),
            attempt: 1,
            log: Arc::clone(&log),
            announcement,
            cancel: cancel.clone(),
            shutdown: shared.shutdown.clone(),
            commit,
            entries: Vec::new(),
            steps: Vec::new(),
            pending: Vec::new(),
        };
        let engine = Arc::clone(shared);
        let span = tracing::info_span!(
            "run",
            interaction.id = %record.id,
            model = record.head.model.as_deref().unwrap_or_default(),
            background = record.background,
        );
        let run = async move {
            if AssertUnwindSafe(driver.run(model)).catch_unwind().await.is_err() {
                tracing::error!(interaction.id = %record.id, "a run panicked");
                let mut failed = Record {
                    status: Status::Failed,
                    ..record.clone()
                };
                failed.head.errors = Some(vec![ended_without_an_answer().to_api()]);
                log.append(crate::log::ending(&failed), Vec::new(), Some(failed));
            }
            engine.live.remove(&record.id);
        };
        shared.tasks.spawn(run.instrument(span));
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

/// A fault of ours: a run is to end with an answer or an error.
fn ended_without_an_answer() -> Error {
    Error::Model(antiphon_model_engine::Error::Internal {
        message: "the run ended without an answer".to_owned(),
        source: None,
    })
}
