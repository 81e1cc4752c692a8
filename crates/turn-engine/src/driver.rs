//! The one loop of a run: waits for what happens, asks the [turn](crate::turn) what to do, and does it.
//!
//! A foreground run shows its events at once and commits at the end of each step without waiting, because it ends with its
//! connection or its process; only its last commit is awaited, before its end is shown. A background run shows nothing that
//! is not committed; what piles up is committed every [`FLUSH_INTERVAL`], on ticks that all runs of the
//! process share, so that the store makes one write of them.

use std::sync::Arc;
use std::time::Duration;

use antiphon_interaction::{ApiError, Status, Usage};
use antiphon_model_engine::{ModelEvent, ModelStream};
use antiphon_store::{Commit, OpenEntry, OpenEvent, Record, Store, StoredStep, Update};
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::log::{Entry, EventLog, Happening, ending};
use crate::position::{Place, Position};
use crate::turn::{Action, Occurrence, Turn};
use crate::{Error, Limits};

/// How often the events of background runs are committed, and so how late they are seen at most.
pub const FLUSH_INTERVAL: Duration = Duration::from_millis(25);

/// From when on a run exists for others.
pub(crate) enum Announcement {
    /// It exists already: it was committed before it began.
    Made,
    /// Once the model has accepted the call; until then a failure is the answer to the request.
    WhenAccepted(oneshot::Sender<Result<(), Error>>),
    /// Once the model has said something; until then a failure is the answer to the request.
    WhenAnswering(oneshot::Sender<Result<(), Error>>),
}

/// What a run is made of.
pub(crate) struct Driver {
    pub(crate) store: Option<Arc<dyn Store>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) tick: Instant,
    pub(crate) turn: Turn,
    pub(crate) record: Record,
    pub(crate) attempt: u32,
    pub(crate) log: Arc<EventLog>,
    pub(crate) announcement: Announcement,
    pub(crate) cancel: CancellationToken,
    pub(crate) shutdown: CancellationToken,
    pub(crate) commit: Commit,
    /// Entries that are not shown yet.
    pub(crate) entries: Vec<Entry>,
    pub(crate) steps: Vec<StoredStep>,
    pub(crate) pending: Vec<BoxFuture<'static, Result<(), antiphon_store::Error>>>,
}

/// Whether the run goes on.
enum Next {
    GoOn,
    Over,
}

impl Driver {
    /// Runs to the end. The log is closed when this returns.
    pub(crate) async fn run(mut self, mut model: ModelStream) {
        let started = Instant::now();
        let mut first_output = true;
        let mut flush_at = None;
        let (what, limit) = if self.limits.run < self.limits.model_call {
            ("the run", self.limits.run)
        } else {
            ("the model's answer", self.limits.model_call)
        };
        let deadline = sleep_until(started + limit);
        tokio::pin!(deadline);
        loop {
            if self.record.background && !self.entries.is_empty() {
                // Kept over the turns of the loop: a model that never pauses must not put it off.
                flush_at.get_or_insert_with(|| next_tick(self.tick));
            }
            let flush = async move {
                match flush_at {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let occurrence = tokio::select! {
                biased;
                () = self.cancel.cancelled() => Occurrence::Cancelled,
                () = self.shutdown.cancelled() => Occurrence::Failed(Error::ShuttingDown),
                () = &mut deadline => Occurrence::Failed(Error::Deadline { what, limit }),
                () = flush => {
                    flush_at = None;
                    match self.flush().await {
                        Next::GoOn => continue,
                        Next::Over => return,
                    }
                }
                event = model.next() => match event {
                    Some(Ok(event)) => Occurrence::Model(event),
                    Some(Err(error)) => Occurrence::Failed(error.into()),
                    None => Occurrence::Failed(Error::Model(antiphon_model_engine::Error::Interrupted {
                        message: "the model's answer ended without an end".to_owned(),
                        source: None,
                    })),
                },
            };
            if first_output && matches!(&occurrence, Occurrence::Model(event) if *event != ModelEvent::Started) {
                first_output = false;
                metrics::histogram!("antiphon_first_output_seconds").record(started.elapsed().as_secs_f64());
            }
            let Some(occurrence) = self.announce(occurrence) else {
                return;
            };
            let actions = self.turn.apply(occurrence);
            if matches!(self.perform(actions).await, Next::Over) {
                return;
            }
        }
    }

    /// Makes the run known when it is time. `None` when it ended before anybody knew of it.
    fn announce(&mut self, occurrence: Occurrence) -> Option<Occurrence> {
        let due = match (&self.announcement, &occurrence) {
            (Announcement::Made, _) => return Some(occurrence),
            (_, Occurrence::Failed(_) | Occurrence::Cancelled) => false,
            (Announcement::WhenAccepted(_), Occurrence::Model(_)) => true,
            (Announcement::WhenAnswering(_), Occurrence::Model(event)) => *event != ModelEvent::Started,
        };
        if !due && matches!(occurrence, Occurrence::Model(_)) {
            return Some(occurrence);
        }
        let streamed = matches!(self.announcement, Announcement::WhenAccepted(_));
        let (Announcement::WhenAccepted(told) | Announcement::WhenAnswering(told)) =
            std::mem::replace(&mut self.announcement, Announcement::Made)
        else {
            return Some(occurrence);
        };
        match occurrence {
            Occurrence::Failed(error) => {
                self.log.append(
                    Vec::new(),
                    Vec::new(),
                    Some(Record {
                        status: Status::Failed,
                        ..self.record.clone()
                    }),
                );
                // The request may be gone; then nobody waits for the answer.
                told.send(Err(error)).ok();
                None
            }
            Occurrence::Cancelled => {
                self.log.append(
                    Vec::new(),
                    Vec::new(),
                    Some(Record {
                        status: Status::Cancelled,
                        ..self.record.clone()
                    }),
                );
                told.send(Err(Error::Cancelled {
                    message: "the client went away",
                }))
                .ok();
                None
            }
            Occurrence::Model(event) => {
                if streamed {
                    // The stream is about to name the id, so it should be found from now on.
                    self.send_commit();
                }
                told.send(Ok(())).ok();
                Some(Occurrence::Model(event))
            }
        }
    }

    async fn perform(&mut self, actions: Vec<Action>) -> Next {
        let mut step_closed = false;
        for action in actions {
            match action {
                Action::Open { index, step } => self.grow(index, 0, OpenEvent::Start(step)),
                Action::Grow { index, ordinal, delta } => self.grow(index, ordinal, OpenEvent::Delta(delta)),
                Action::Close { step, ordinal } => {
                    self.push(
                        Place::Step {
                            index: step.index,
                            ordinal,
                        },
                        Happening::Stop,
                    );
                    self.commit.open.retain(|entry| entry.index != step.index);
                    self.commit.steps.push(step.clone());
                    self.steps.push(step);
                    step_closed = true;
                }
                Action::Finish { status, errors, usage } => {
                    self.finish(status, errors, usage).await;
                    return Next::Over;
                }
            }
        }
        if !self.record.background {
            if step_closed {
                self.send_commit();
            }
            self.show(None);
        }
        Next::GoOn
    }

    fn grow(&mut self, index: u32, ordinal: u32, event: OpenEvent) {
        if self.record.background {
            self.commit.open.push(OpenEntry {
                index,
                attempt: self.attempt,
                ordinal,
                event: event.clone(),
            });
        }
        self.push(Place::Step { index, ordinal }, event.into());
    }

    fn push(&mut self, place: Place, happening: Happening) {
        self.entries.push(Entry {
            position: Position {
                attempt: self.attempt,
                place,
            },
            happening,
        });
    }

    fn show(&mut self, record: Option<Record>) {
        self.log.append(
            std::mem::take(&mut self.entries),
            std::mem::take(&mut self.steps),
            record,
        );
    }

    /// The commit so far; another one begins.
    fn take_commit(&mut self) -> Commit {
        let mut next = Commit::new(self.commit.project.clone(), self.commit.id.clone());
        next.attempt = Some(self.attempt);
        std::mem::replace(&mut self.commit, next)
    }

    /// Hands the commit to the store without waiting for it.
    fn send_commit(&mut self) {
        // The last commit usually comes soon, and shares its write.
        let commit = Commit {
            patient: true,
            ..self.take_commit()
        };
        let Some(store) = &self.store else { return };
        // Polled once, so that it is on its way before the next one.
        let mut write = tokio::task::unconstrained(store.commit(commit)).boxed();
        match (&mut write).now_or_never() {
            None => self.pending.push(write),
            Some(result) => self.pending.push(std::future::ready(result).boxed()),
        }
    }

    /// Commits and then shows what a background run has done since the last time.
    async fn flush(&mut self) -> Next {
        let commit = self.take_commit();
        let Some(store) = &self.store else { return Next::Over };
        match store.commit(commit).await {
            Ok(()) => {
                self.show(None);
                Next::GoOn
            }
            Err(error) => {
                self.dropped(error);
                Next::Over
            }
        }
    }

    /// The store no longer takes this run's commits: it was deleted, ended elsewhere, or cannot be written.
    fn dropped(&mut self, error: antiphon_store::Error) {
        tracing::warn!(interaction.id = %self.record.id, %error, "a run ends, because it cannot be stored");
        let gone = matches!(
            error,
            antiphon_store::Error::NotFound(_) | antiphon_store::Error::Terminal { .. }
        );
        let (status, errors) = if gone {
            (Status::Cancelled, None)
        } else {
            (Status::Failed, Some(vec![Error::Store(error).to_api()]))
        };
        measure(&status, None);
        let mut record = Record {
            status,
            updated: self.clock.now(),
            ..self.record.clone()
        };
        record.head.errors = errors;
        self.log.append(ending(&record), Vec::new(), Some(record));
    }

    async fn finish(&mut self, status: Status, errors: Vec<ApiError>, usage: Option<Usage>) {
        measure(&status, usage.as_ref());
        let mut record = Record {
            status,
            updated: self.clock.now(),
            ..self.record.clone()
        };
        record.head.usage = usage;
        record.head.errors = (!errors.is_empty()).then_some(errors);
        self.commit.update = Some(Update {
            status: record.status.clone(),
            updated: record.updated,
            head: record.head.clone(),
        });
        if !self.record.background {
            self.show(None);
        }
        if let Err(error) = self.last_commit().await {
            match error {
                // Deleted while it ran: its client still gets the end of it.
                antiphon_store::Error::NotFound(_) => {}
                error => {
                    self.entries.clear();
                    self.steps.clear();
                    return self.dropped(error);
                }
            }
        }
        self.entries.extend(ending(&record));
        self.show(Some(record));
    }

    async fn last_commit(&mut self) -> Result<(), antiphon_store::Error> {
        let Some(store) = self.store.clone() else { return Ok(()) };
        let last = store.commit(self.take_commit());
        let earlier = futures::future::join_all(std::mem::take(&mut self.pending));
        // `join` polls in order, so the last commit is written after the earlier ones.
        let (earlier, last) = futures::future::join(earlier, last).await;
        earlier.into_iter().collect::<Result<(), _>>().and(last)
    }
}

fn measure(status: &Status, usage: Option<&Usage>) {
    metrics::counter!("antiphon_runs_total", "status" => status.as_str().to_owned()).increment(1);
    let Some(usage) = usage else { return };
    for (kind, tokens) in [
        ("input", usage.total_input_tokens),
        ("cached", usage.total_cached_tokens),
        ("output", usage.total_output_tokens),
        ("thought", usage.total_thought_tokens),
    ] {
        metrics::counter!("antiphon_tokens_total", "kind" => kind).increment(tokens);
    }
}

/// The next of the ticks that all runs share.
fn next_tick(first: Instant) -> Instant {
    let interval = FLUSH_INTERVAL.as_nanos();
    let since = Instant::now().duration_since(first).as_nanos();
    let to_go = interval - since % interval;
    Instant::now() + Duration::from_nanos(u64::try_from(to_go).unwrap_or_default())
}
