//! From a request to a run.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use antiphon_interaction::{CreateInteraction, Interaction, InteractionEvent, Status};
use antiphon_store::{Commit, ProjectId, Record};
use futures::FutureExt as _;
use tokio::sync::oneshot;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::Instrument as _;

use crate::driver::{Announcement, Driver};
use crate::live::LiveRun;
use crate::log::{EventLog, EventReader};
use crate::position::View;
use crate::prepare::Prepared;
use crate::turn::{Turn, TurnContext};
use crate::{Error, TurnEngine, view};

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
            json_answer,
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
            json_answer,
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
}

/// A fault of ours: a run is to end with an answer or an error.
fn ended_without_an_answer() -> Error {
    Error::Model(antiphon_model_engine::Error::Internal {
        message: "the run ended without an answer".to_owned(),
        source: None,
    })
}
