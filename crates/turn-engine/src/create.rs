//! From a request to a run.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use antiphon_interaction::{CreateInteraction, Interaction, InteractionEvent, Status};
use antiphon_store::{Commit, Known, ProjectId, Record};
use futures::FutureExt as _;
use tokio::sync::oneshot;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::Instrument as _;

use crate::driver::{Announcement, Departure, Driver, HeldJob};
use crate::engine::Shared;
use crate::follow::Following;
use crate::live::LiveRun;
use crate::log::{EventLog, EventReader};
use crate::position::View;
use crate::prepare::Prepared;
use crate::resume::{Begun, Listed};
use crate::turn::{Done, LoopLimits, Turn, TurnContext};
use crate::{Error, TurnEngine, job, view};

/// What a request became.
pub enum Created {
    /// The finished interaction; or a background one that has just begun.
    Interaction(Box<Interaction>),
    /// Its events.
    Events(EventStream),
}

/// The events of an interaction. Dropping the stream of a foreground run cancels the run.
pub struct EventStream {
    pub(crate) reader: EventReader,
    pub(crate) _guard: Option<DropGuard>,
    /// Keeps the log growing of what another process runs.
    pub(crate) _following: Option<Following>,
}

impl EventStream {
    /// The next event; `None` after the last. Safe to cancel.
    pub async fn next(&mut self) -> Option<InteractionEvent> {
        self.reader.next().await
    }
}

impl TurnEngine {
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
        let prepared = Box::pin(self.prepare(project, request)).await?;
        if self.shared.draining.is_cancelled() {
            return Err(Error::ShuttingDown);
        }
        let cancel = CancellationToken::new();
        if background {
            // On a task of its own: a client that goes away now must not leave a run half begun.
            let beginning = Box::pin(self.clone().begin_in_background(prepared, cancel));
            let (accepted, reader, following) = to_the_end(&self.shared, beginning).await?;
            if streamed {
                return Ok(Created::Events(EventStream {
                    reader,
                    _guard: None,
                    _following: following,
                }));
            }
            return Ok(Created::Interaction(Box::new(accepted)));
        }
        let log = Arc::new(EventLog::new(
            prepared.record.clone(),
            prepared.input.clone().into(),
            stored,
        ));
        let (tell, told) = oneshot::channel();
        let announcement = if streamed {
            Announcement::WhenAccepted(tell)
        } else {
            Announcement::WhenAnswering(tell)
        };
        let reader = log.read(View::Post);
        let guard = cancel.clone().drop_guard();
        self.begin_in_foreground(prepared, stored, Arc::clone(&log), announcement, &cancel);
        told.await.unwrap_or_else(|_| Err(ended_without_an_answer()))?;
        if streamed {
            return Ok(Created::Events(EventStream {
                reader,
                _guard: Some(guard),
                _following: None,
            }));
        }
        log.closed().await;
        Ok(Created::Interaction(Box::new(reader.interaction())))
    }

    /// Makes a background run durable; begins it where there is room, and leaves it in the queue otherwise.
    async fn begin_in_background(
        self,
        prepared: Prepared,
        cancel: CancellationToken,
    ) -> Result<(Interaction, EventReader, Option<Following>), Error> {
        let shared = &self.shared;
        let mut prepared = prepared;
        let (project, id) = (prepared.record.project.clone(), prepared.record.id.clone());
        let job_id = job::id_of(&id);
        let reservation = self.worker()?.reserve(job::KIND, &job_id);
        if reservation.is_none() {
            prepared.record.status = Status::Queued;
        }
        let record = prepared.record.clone();
        let worker = reservation
            .as_ref()
            .map(|reservation| reservation.held().worker().clone());
        let policy = shared.projects.of(&project);
        let mut new_job = job::of_run(&record, prepared.payload.as_ref(), worker);
        new_job.priority = policy.priority;
        new_job.limit = policy.queued.or(shared.limits.queued_per_project);
        let mut commit = Commit::new(project.clone(), id.clone());
        commit.create = Some((record.clone(), prepared.input.clone()));
        commit.enqueue.push(new_job.clone());
        // As it was accepted: it may be over before this is told.
        let accepted = view::whole(&record, Vec::new());
        let Some(reservation) = reservation else {
            shared.store.commit(commit).await.map_err(queue_full)?;
            let following = shared.followers.follow(&project, &id).await?;
            let following = following.ok_or_else(|| Error::NotFound { path: "id", id })?;
            let reader = following.log().read(View::Post);
            return Ok((accepted, reader, Some(following)));
        };
        let log = Arc::new(EventLog::new(record, prepared.input.clone().into(), true));
        let reader = log.read(View::Post);
        // On the list first: what is stored, unfinished and not on the list is read from the store.
        let listed = Listed::new(shared, project.clone(), id.clone(), log, cancel.clone());
        shared.store.commit(commit).await.map_err(queue_full)?;
        let begun = Begun {
            prepared,
            listed,
            cancel,
        };
        shared.begun.lock().insert(job_id.clone(), begun);
        reservation.begin(new_job);
        Ok((accepted, reader, None))
    }

    /// Starts a foreground run on a task of its own.
    fn begin_in_foreground(
        &self,
        prepared: Prepared,
        stored: bool,
        log: Arc<EventLog>,
        announcement: Announcement,
        cancel: &CancellationToken,
    ) {
        let engine = self.clone();
        let cancel = cancel.clone();
        if stored {
            let run = LiveRun {
                project: prepared.record.project.clone(),
                log: Arc::clone(&log),
                cancel: cancel.clone(),
                background: false,
            };
            self.shared.live.insert(prepared.record.id.clone(), run);
        }
        let id = prepared.record.id.clone();
        // Made here, so that the task holds the run's future and not also what it was made of.
        let driven = self.drive(Run {
            prepared,
            stored,
            log,
            announcement,
            cancel,
            job: None,
        });
        self.shared.tasks.spawn(async move {
            driven.await;
            engine.shared.live.remove(&id);
        });
    }

    /// Drives a run to its end, or until this process lets go of it.
    pub(crate) fn drive(&self, run: Run) -> impl Future<Output = Departure> + Send + use<> {
        let shared = &self.shared;
        let Run {
            prepared,
            stored,
            log,
            announcement,
            cancel,
            job,
        } = run;
        let Prepared {
            record,
            input,
            engine,
            request,
            tools,
            summaries,
            takes_images,
            call_ids,
            sources,
            callable,
            budget,
            issuer,
            payload: _,
            done,
        } = prepared;
        let attempt = job.as_ref().map_or(1, |job| job.fence);
        let done_steps = done.as_ref().map_or(0, Done::next_index);
        let mut commit = Commit::new(record.project.clone(), record.id.clone());
        commit.attempt = Some(attempt);
        if !record.background {
            commit.create = Some((record.clone(), input));
        }
        let tools = Arc::new(tools);
        let (turn, first) = Turn::begin(TurnContext {
            project: record.project.clone(),
            attempt,
            done,
            request,
            summaries,
            takes_images,
            callable,
            call_ids,
            sources,
            tools: Arc::clone(&tools),
            limits: LoopLimits {
                rounds: shared.limits.tool_rounds,
                calls: shared.limits.tool_calls,
                result_bytes: shared.limits.tool_result_bytes,
                media_bytes: shared.limits.tool_media_bytes,
            },
            budget,
            issuer,
            sealer: Arc::clone(&shared.sealer),
            entropy: Arc::clone(&shared.entropy),
        });
        let left = shared.limits.run.saturating_sub(self.age(&record));
        let driver = Driver {
            store: stored.then(|| Arc::clone(&shared.store)),
            clock: Arc::clone(&shared.clock),
            limits: shared.limits,
            tick: shared.tick,
            engine,
            tools,
            turn,
            record: record.clone(),
            attempt,
            log: Arc::clone(&log),
            announcement,
            cancel,
            shutdown: shared.shutdown.clone(),
            commit,
            entries: Vec::new(),
            steps: Vec::new(),
            shown: Known {
                steps: done_steps,
                ..Known::default()
            },
            time: (left, shared.limits.run),
            job,
            followers: shared.followers.clone(),
            pending: Vec::new(),
        };
        let span = tracing::info_span!(
            "run",
            interaction.id = %record.id,
            model = record.head.model.as_deref().unwrap_or_default(),
            background = record.background,
            attempt,
        );
        let run = AssertUnwindSafe(Box::pin(driver.run(first)))
            .catch_unwind()
            .instrument(span);
        async move {
            match run.await {
                Ok(departure) => departure,
                Err(_) => {
                    tracing::error!(interaction.id = %record.id, "a run panicked");
                    if record.background {
                        log.leave(ended_without_an_answer().to_api());
                        return Departure::Stumbled;
                    }
                    let mut failed = Record {
                        status: Status::Failed,
                        ..record
                    };
                    failed.head.errors = Some(vec![ended_without_an_answer().to_api()]);
                    log.append(crate::log::ending(&failed), Vec::new(), Some(failed));
                    Departure::Over
                }
            }
        }
    }

    /// How long ago an interaction was accepted; nothing when the clock was set back since.
    pub(crate) fn age(&self, record: &Record) -> Duration {
        let age = self.shared.clock.now().duration_since(record.created);
        Duration::try_from(age).unwrap_or_default()
    }
}

/// A run that is ready to be driven.
pub(crate) struct Run {
    pub(crate) prepared: Prepared,
    pub(crate) stored: bool,
    pub(crate) log: Arc<EventLog>,
    pub(crate) announcement: Announcement,
    pub(crate) cancel: CancellationToken,
    pub(crate) job: Option<HeldJob>,
}

/// Runs a future to its end, also when whoever waits for it goes away.
async fn to_the_end<T: Send + 'static>(
    shared: &Shared,
    future: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    let task = shared.tasks.spawn(future);
    task.await.unwrap_or_else(|_| Err(ended_without_an_answer()))
}

fn queue_full(error: antiphon_store::Error) -> Error {
    match error {
        antiphon_store::Error::QueueFull { limit, .. } => Error::QueueFull { limit },
        error => error.into(),
    }
}

/// A fault of ours: a run is to end with an answer or an error.
fn ended_without_an_answer() -> Error {
    Error::Model(antiphon_model_engine::Error::Internal {
        message: "the run ended without an answer".to_owned(),
        source: None,
    })
}
