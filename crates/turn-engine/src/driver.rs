//! The one loop of a run: waits for what happens, asks the [turn](crate::turn) what to do, and does it.
//!
//! A foreground run shows its events at once and commits at the end of each step without waiting, because it ends with its
//! connection or its process; only its last commit is awaited, before its end is shown. A background run shows nothing that
//! is not committed; what piles up is committed every [`FLUSH_INTERVAL`], on ticks that all runs of the
//! process share, so that the store makes one write of them.

use std::sync::Arc;
use std::time::Duration;

use antiphon_interaction::{ApiError, Status, Usage};
use antiphon_jobs::{Held, Outbox};
use antiphon_model_engine::{ModelEngine, ModelEvent};
use antiphon_store::{Commit, JobChange, JobMark, Known, OpenEntry, OpenEvent, Record, Store, StoredStep, Update};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::follow::Followers;
use crate::job::FIRST_FENCE;
use crate::log::{Entry, EventLog, Happening, ending};
use crate::position::{Place, Position};
use crate::toolset::ToolSet;
use crate::turn::{Action, Occurrence, Turn};
use crate::work::Work;
use crate::{Error, Limits};

/// How often the events of background runs are committed, and so how late they are seen at most.
pub const FLUSH_INTERVAL: Duration = Duration::from_millis(25);

/// How often a background run that commits nothing looks whether it was ended from outside.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);

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
    pub(crate) engine: Arc<dyn ModelEngine>,
    pub(crate) tools: Arc<ToolSet>,
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
    /// What readers have been shown.
    pub(crate) shown: Known,
    /// How long the run may still take, and how long it may take altogether.
    pub(crate) time: (Duration, Duration),
    /// The job of a background run.
    pub(crate) job: Option<HeldJob>,
    pub(crate) followers: Followers,
    pub(crate) pending: Vec<BoxFuture<'static, Result<(), antiphon_store::Error>>>,
}

/// The job that stands for a background run.
pub(crate) struct HeldJob {
    pub(crate) id: String,
    pub(crate) fence: u32,
    /// This process's hold on it.
    pub(crate) held: Held,
    /// What the end of a run causes.
    pub(crate) outbox: Arc<dyn Outbox>,
}

/// How a run left this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Departure {
    /// It is over, and its last commit says so, also of its job.
    Ended,
    /// It is over, by somebody else's doing.
    Over,
    /// It goes on elsewhere, or later.
    Left,
    /// It goes on after a pause, because something is broken here.
    Stumbled,
}

/// Whether the run goes on.
enum Next {
    GoOn,
    Ended,
    Over,
    Left,
    Stumbled,
}

impl Driver {
    /// Runs to the end, or until this process has to let go of it. The log is closed when this returns.
    pub(crate) async fn run(mut self, first: Vec<Action>) -> Departure {
        match self.run_on(first).await {
            Next::Left => Departure::Left,
            Next::Stumbled => Departure::Stumbled,
            Next::Ended => Departure::Ended,
            Next::Over | Next::GoOn => Departure::Over,
        }
    }

    async fn run_on(&mut self, first: Vec<Action>) -> Next {
        let started = Instant::now();
        let mut first_output = true;
        let mut flush_at = None;
        let mut check_at = Instant::now() + CHECK_INTERVAL;
        let (left, whole) = self.time;
        let mut work = Work::new(&self.limits, started + left, whole);
        match self.perform(first, &mut work).await {
            Next::GoOn => {}
            end => return end,
        }
        let lost = self.job.as_ref().map(|job| job.held.lost().clone()).unwrap_or_default();
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
            let background = self.record.background;
            let occurrence = tokio::select! {
                biased;
                () = self.cancel.cancelled() => Occurrence::Cancelled,
                () = lost.cancelled() => return self.leave(&Error::TakenOver),
                () = self.shutdown.cancelled() => {
                    if background {
                        return self.leave(&Error::ShuttingDown);
                    }
                    Occurrence::Failed(Error::ShuttingDown)
                }
                () = flush => {
                    flush_at = None;
                    check_at = Instant::now() + CHECK_INTERVAL;
                    match self.flush().await {
                        Next::GoOn => continue,
                        end => return end,
                    }
                }
                () = sleep_until(check_at), if background => {
                    check_at = Instant::now() + CHECK_INTERVAL;
                    match self.check().await {
                        Next::GoOn => continue,
                        end => return end,
                    }
                }
                occurrence = work.next() => occurrence,
            };
            if first_output && matches!(&occurrence, Occurrence::Model(event) if *event != ModelEvent::Started) {
                first_output = false;
                metrics::histogram!("antiphon_first_output_seconds").record(started.elapsed().as_secs_f64());
            }
            let Some(occurrence) = self.announce(occurrence) else {
                return Next::Over;
            };
            let actions = self.turn.apply(occurrence);
            match self.perform(actions, &mut work).await {
                Next::GoOn => {}
                end => return end,
            }
        }
    }

    /// Lets go of a background run: it stays as it was last committed, for another process or a later start.
    fn leave(&self, why: &Error) -> Next {
        self.log.leave(why.to_api());
        Next::Left
    }

    /// Whether the run was ended from outside while it waited.
    async fn check(&mut self) -> Next {
        let Some(store) = &self.store else { return Next::GoOn };
        let (project, id) = (self.record.project.clone(), self.record.id.clone());
        let known = Known {
            steps: u32::MAX,
            ..Known::default()
        };
        match store.news(project, id.clone(), known).await {
            Ok(Some(news)) if news.record.status.is_terminal() => {
                let status = news.record.status;
                self.dropped(antiphon_store::Error::Terminal { id, status }).await
            }
            Ok(Some(news)) if news.attempt != self.attempt => self.dropped(antiphon_store::Error::Superseded(id)).await,
            Ok(None) => self.dropped(antiphon_store::Error::NotFound(id)).await,
            // A store that cannot be read may be well again before the next commit.
            Ok(Some(_)) | Err(_) => Next::GoOn,
        }
    }

    /// Makes the run known when it is time. `None` when it ended before anybody knew of it.
    fn announce(&mut self, occurrence: Occurrence) -> Option<Occurrence> {
        let due = match (&self.announcement, &occurrence) {
            (Announcement::Made, _) => return Some(occurrence),
            (_, Occurrence::Failed(_) | Occurrence::Cancelled | Occurrence::Tool { .. }) => false,
            (Announcement::WhenAccepted(_), Occurrence::Model(_)) => true,
            (Announcement::WhenAnswering(_), Occurrence::Model(event)) => *event != ModelEvent::Started,
        };
        if !due && matches!(occurrence, Occurrence::Model(_) | Occurrence::Tool { .. }) {
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
            occurrence @ (Occurrence::Model(_) | Occurrence::Tool { .. }) => {
                if streamed {
                    // The stream is about to name the id, so it should be found from now on.
                    self.send_commit();
                }
                told.send(Ok(())).ok();
                Some(occurrence)
            }
        }
    }

    async fn perform(&mut self, actions: Vec<Action>, work: &mut Work) -> Next {
        let mut step_closed = false;
        let mut tool_step = false;
        let mut call_ended = false;
        let mut calls = Vec::new();
        for action in actions {
            match action {
                Action::CallModel(request) => {
                    call_ended = true;
                    work.call(&self.engine, request);
                }
                Action::RunTool { tool, call } => {
                    call_ended = true;
                    calls.push((tool, call));
                }
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
                    tool_step |= self
                        .steps
                        .last()
                        .is_some_and(|stored| stored.step.server_step().is_some());
                }
                Action::Finish {
                    status,
                    errors,
                    usage,
                    continuation_token,
                } => {
                    // What still runs is stopped before the end is told.
                    work.stop();
                    return self.finish(status, errors, usage, continuation_token).await;
                }
            }
        }
        if self.record.background && call_ended {
            // Whoever goes on with the run after a crash goes on counting.
            self.record.head.usage = self.turn.usage();
            self.commit.update = Some(Update {
                status: self.record.status.clone(),
                updated: self.clock.now(),
                head: self.record.head.clone(),
            });
        }
        if !self.record.background {
            if step_closed {
                self.send_commit();
            }
            self.show(None);
        } else if tool_step {
            // A call is durable before it is carried out, and a result as soon as it is there.
            match self.flush().await {
                Next::GoOn => {}
                end => return end,
            }
        }
        if !calls.is_empty() && self.job.as_ref().is_some_and(|job| !job.held.is_sure()) {
            // Somebody else may be carrying them out.
            return self.leave(&Error::TakenOver);
        }
        for (tool, call) in calls {
            work.run(&self.tools, tool, call);
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
        if let Some(Entry {
            position:
                Position {
                    attempt,
                    place: Place::Step { index, ordinal },
                },
            happening,
        }) = self.entries.last()
        {
            self.shown = match happening {
                Happening::Stop => Known {
                    steps: index + 1,
                    ..Known::default()
                },
                Happening::Created
                | Happening::StatusUpdate(_)
                | Happening::Start(_)
                | Happening::Text(_)
                | Happening::Delta(_)
                | Happening::Error(_)
                | Happening::Completed => Known {
                    steps: *index,
                    attempt: *attempt,
                    entries: ordinal + 1,
                },
            };
        }
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
        let mut commit = self.take_commit();
        if let Some(job) = &self.job
            && job.fence > FIRST_FENCE
            && !commit.steps.is_empty()
        {
            commit.job = Some(job.change(JobMark::Progressed));
        }
        let Some(store) = &self.store else { return Next::Over };
        match store.commit(commit).await {
            Ok(()) => {
                self.show(None);
                self.followers.poke(&self.record.id);
                Next::GoOn
            }
            Err(error) => self.dropped(error).await,
        }
    }

    /// The store no longer takes this run's commits: it was deleted, ended or taken over elsewhere, or cannot be written.
    async fn dropped(&mut self, error: antiphon_store::Error) -> Next {
        use antiphon_store::Error as Refusal;

        tracing::warn!(interaction.id = %self.record.id, %error, "a run ends here, because it cannot be stored");
        self.entries.clear();
        self.steps.clear();
        let mut record = Record {
            updated: self.clock.now(),
            ..self.record.clone()
        };
        match error {
            Refusal::Superseded(_) | Refusal::Fenced(_) => return self.leave(&Error::TakenOver),
            Refusal::NotFound(_) => record.status = Status::Cancelled,
            Refusal::Terminal { status, .. } => {
                // Ended from outside, or after another process had gone on with it: readers get what they do not have yet.
                let id = record.id.clone();
                let store = self.store.clone();
                if let Some(store) = store
                    && let Ok(Some(news)) = store.news(record.project.clone(), id, self.shown).await
                {
                    self.log.learn(news, self.shown);
                    return Next::Over;
                }
                record.status = status;
            }
            // It can be gone on with once the store is well again.
            error if self.record.background => {
                self.leave(&Error::Store(error));
                return Next::Stumbled;
            }
            error => {
                record.status = Status::Failed;
                record.head.errors = Some(vec![Error::Store(error).to_api()]);
            }
        }
        measure(&record.status, None);
        self.log.append(ending(&record), Vec::new(), Some(record));
        Next::Over
    }

    async fn finish(
        &mut self,
        status: Status,
        errors: Vec<ApiError>,
        usage: Option<Usage>,
        continuation_token: Option<String>,
    ) -> Next {
        match self.failed_write() {
            // Deleted while it ran: its client still gets the end of it.
            None | Some(antiphon_store::Error::NotFound(_)) => {}
            Some(error) => return self.dropped(error).await,
        }
        let mut record = Record {
            status,
            updated: self.clock.now(),
            ..self.record.clone()
        };
        record.head.usage = usage;
        record.head.continuation_token = continuation_token;
        record.head.errors = (!errors.is_empty()).then_some(errors);
        self.commit.update = Some(Update {
            status: record.status.clone(),
            updated: record.updated,
            head: record.head.clone(),
        });
        if let Some(job) = &self.job {
            self.commit.job = Some(job.change(JobMark::Done));
            self.commit.enqueue = job.outbox.jobs(&record);
        }
        if !self.record.background {
            self.show(None);
        }
        if let Err(error) = self.last_commit().await {
            match error {
                // Deleted while it ran: its client still gets the end of it.
                antiphon_store::Error::NotFound(_) => {}
                error => return self.dropped(error).await,
            }
        }
        measure(&record.status, record.head.usage.as_ref());
        self.entries.extend(ending(&record));
        self.show(Some(record));
        self.followers.poke(&self.record.id);
        Next::Ended
    }

    /// An earlier write that failed. What follows it would leave a hole in what is stored.
    fn failed_write(&mut self) -> Option<antiphon_store::Error> {
        let mut failed = None;
        self.pending.retain_mut(|write| match write.now_or_never() {
            None => true,
            Some(Ok(())) => false,
            Some(Err(error)) => {
                failed.get_or_insert(error);
                false
            }
        });
        failed
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

impl HeldJob {
    fn change(&self, mark: JobMark) -> JobChange {
        JobChange {
            id: self.id.clone(),
            fence: self.fence,
            mark,
        }
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
