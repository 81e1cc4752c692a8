//! The event log of one interaction: what every reader of it reads.
//!
//! A live run appends to it (a background run only what is committed); a finished interaction's log is made again
//! from the store. Readers are cursors: the POST's own stream, `GET ?stream=true` and the unary reply
//! differ only in where they start and how they number. What another process runs is followed: its log grows by the
//! [news](EventLog::learn) that the store has of it.

mod reader;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use antiphon_interaction::{ApiError, Status, Step, StepDelta, TextDelta};
use antiphon_store::{Known, News, OpenEntry, OpenEvent, Record, Stored, StoredStep};
use tokio::sync::watch;

use crate::Error;
use crate::marks::unfold;
use crate::position::{Place, Position, View};

pub use reader::EventReader;

/// What happened at a place. Small, because a log has one for each delta of a run.
#[derive(Debug, Clone)]
pub(crate) enum Happening {
    Created,
    StatusUpdate(Status),
    Start(Box<Step>),
    /// The usual delta: text.
    Text(Box<str>),
    /// Any other delta.
    Delta(Box<StepDelta>),
    Stop,
    Error(Box<ApiError>),
    Completed,
}

impl From<OpenEvent> for Happening {
    fn from(event: OpenEvent) -> Self {
        match event {
            OpenEvent::Start(step) => Self::Start(Box::new(step)),
            OpenEvent::Delta(delta) => delta.into(),
        }
    }
}

impl From<StepDelta> for Happening {
    fn from(delta: StepDelta) -> Self {
        if let StepDelta::Text(TextDelta { text }) = delta {
            Self::Text(text.into_boxed_str())
        } else {
            Self::Delta(Box::new(delta))
        }
    }
}

/// One entry of a log.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) position: Position,
    pub(crate) happening: Happening,
}

impl Entry {
    fn of_step(attempt: u32, index: u32, ordinal: u32, happening: Happening) -> Self {
        Self {
            position: Position {
                attempt,
                place: Place::Step { index, ordinal },
            },
            happening,
        }
    }
}

struct Contents {
    record: Record,
    /// The record as `interaction.created` shows it.
    first: Record,
    /// The attempt that makes what comes.
    attempt: u32,
    steps: Vec<StoredStep>,
    entries: Vec<Entry>,
    closing: Closing,
}

/// Whether more will come.
#[derive(Debug, Clone, PartialEq)]
enum Closing {
    Open,
    /// The interaction is over.
    Over,
    /// The interaction goes on elsewhere; readers are told so with this error.
    Left(ApiError),
}

/// The log of one interaction. See the module's text.
pub(crate) struct EventLog {
    input: Arc<[Step]>,
    stored: bool,
    contents: Mutex<Contents>,
    length: watch::Sender<usize>,
}

impl EventLog {
    /// A log that begins with the interaction's creation; its input steps are in it from the start.
    pub(crate) fn new(record: Record, input: Arc<[Step]>, stored: bool) -> Self {
        let mut entries = vec![
            Entry {
                position: Position {
                    attempt: 1,
                    place: Place::Created,
                },
                happening: Happening::Created,
            },
            Entry {
                position: Position {
                    attempt: 1,
                    place: Place::StatusUpdate,
                },
                happening: Happening::StatusUpdate(Status::InProgress),
            },
        ];
        for (index, step) in (0_u32..).zip(input.iter()) {
            for (ordinal, happening) in (0..).zip([OpenEvent::Start(step.clone()).into(), Happening::Stop]) {
                let position = Position {
                    attempt: 1,
                    place: Place::Input { index, ordinal },
                };
                entries.push(Entry { position, happening });
            }
        }
        let first = Record {
            status: Status::InProgress,
            updated: record.created,
            ..record.clone()
        };
        let (length, _) = watch::channel(entries.len());
        let contents = Contents {
            record,
            first,
            attempt: 1,
            steps: Vec::new(),
            entries,
            closing: Closing::Open,
        };
        Self {
            input,
            stored,
            contents: Mutex::new(contents),
            length,
        }
    }

    /// The log of a stored interaction, as its readers saw it when it ran.
    pub(crate) fn replay(stored: Stored) -> Self {
        let Stored {
            record,
            attempt,
            input,
            steps,
            open,
        } = stored;
        let log = Self::new(record.clone(), input.into(), true);
        let news = News {
            record,
            attempt,
            steps,
            open,
        };
        log.learn(news, Known::default());
        log
    }

    /// Adds what the store has beyond `known`, and says how much is known now.
    pub(crate) fn learn(&self, news: News, known: Known) -> Known {
        let News {
            record,
            attempt,
            steps,
            open,
        } = news;
        let mut entries = Vec::new();
        let mut now_known = known;
        for stored in &steps {
            let (start, deltas) = unfold(&stored.step, &stored.marks);
            let happenings = std::iter::once(OpenEvent::Start(start).into())
                .chain(deltas.into_iter().map(Happening::from))
                .chain(std::iter::once(Happening::Stop));
            // Of the step that was open, the beginning may be here already.
            let seen = if stored.index == known.steps && stored.attempt == known.attempt {
                known.entries
            } else {
                0
            };
            for (ordinal, happening) in (0..).zip(happenings).skip_while(|(ordinal, _)| *ordinal < seen) {
                entries.push(Entry::of_step(stored.attempt, stored.index, ordinal, happening));
            }
            now_known = Known {
                steps: stored.index + 1,
                attempt: 0,
                entries: 0,
            };
        }
        for OpenEntry {
            index,
            attempt,
            ordinal,
            event,
        } in open
        {
            entries.push(Entry::of_step(attempt, index, ordinal, event.into()));
            (now_known.attempt, now_known.entries) = (attempt, ordinal + 1);
        }
        if record.status.is_terminal() {
            entries.extend(ending(&record));
        }
        self.lock().attempt = attempt;
        self.append(entries, steps, Some(record));
        now_known
    }

    /// Adds entries, whole steps and a new record, all at once for readers. A terminal record closes the log.
    pub(crate) fn append(&self, entries: Vec<Entry>, steps: Vec<StoredStep>, record: Option<Record>) {
        let mut contents = self.lock();
        contents.entries.extend(entries);
        contents.steps.extend(steps);
        if let Some(record) = record {
            if record.status.is_terminal() {
                contents.closing = Closing::Over;
            }
            contents.record = record;
        }
        let length = contents.entries.len();
        drop(contents);
        self.length.send_replace(length);
    }

    /// Ends the log although the interaction goes on, elsewhere or later; `error` tells readers what to do.
    pub(crate) fn leave(&self, error: ApiError) {
        let mut contents = self.lock();
        if contents.closing == Closing::Open {
            contents.closing = Closing::Left(error);
        }
        drop(contents);
        self.length.send_modify(|_| {});
    }

    /// The interaction and its own finished steps.
    pub(crate) fn snapshot(&self) -> (Record, Vec<Step>) {
        let contents = self.lock();
        (
            contents.record.clone(),
            contents.steps.iter().map(|stored| stored.step.clone()).collect(),
        )
    }

    pub(crate) fn record(&self) -> Record {
        self.lock().record.clone()
    }

    pub(crate) fn input(&self) -> &[Step] {
        &self.input
    }

    /// Waits until nothing more will be added.
    pub(crate) async fn closed(&self) {
        let mut length = self.length.subscribe();
        while self.lock().closing == Closing::Open {
            if length.changed().await.is_err() {
                return;
            }
        }
    }

    /// Whether nothing more will be added.
    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closing != Closing::Open
    }

    /// A cursor at the beginning.
    pub(crate) fn read(self: &Arc<Self>, view: View) -> EventReader {
        EventReader::new(Arc::clone(self), view, 0)
    }

    /// A cursor behind the event that `event_id` names, in that event's numbering.
    pub(crate) fn read_after(self: &Arc<Self>, event_id: &str) -> Result<EventReader, Error> {
        let inputs = self.inputs();
        let unknown = || {
            Error::invalid(
                "last_event_id",
                format!("`{event_id}` is not an event of this interaction; leave it out to read from the start"),
            )
        };
        let (view, wanted) = Position::parse(event_id, inputs).ok_or_else(unknown)?;
        let contents = self.lock();
        let exact = contents.entries.iter().position(|entry| match wanted.place {
            Place::Step { .. } => entry.position == wanted,
            Place::Created | Place::StatusUpdate | Place::Input { .. } | Place::Error | Place::Completed => {
                entry.position.place == wanted.place
            }
        });
        // The step of an abandoned attempt was begun anew: go on at the start that replaced it.
        let replaced = || {
            let Place::Step { index, .. } = wanted.place else {
                return None;
            };
            contents.entries.iter().position(|entry| {
                entry.position.place == Place::Step { index, ordinal: 0 } && entry.position.attempt > wanted.attempt
            })
        };
        // It is about to be: nothing of it is there yet.
        let awaited = || match wanted.place {
            Place::Step { index, .. } => {
                let next = u32::try_from(contents.steps.len()).is_ok_and(|steps| index >= steps);
                (next && wanted.attempt < contents.attempt).then_some(contents.entries.len())
            }
            Place::Created | Place::StatusUpdate | Place::Input { .. } | Place::Error | Place::Completed => None,
        };
        // Lost with its process before its step was committed, and not begun anew: only the end comes after it.
        let lost = || {
            let Place::Step { index, .. } = wanted.place else {
                return None;
            };
            let beyond = usize::try_from(index).is_ok_and(|index| index >= contents.steps.len());
            let is_end = |entry: &Entry| matches!(entry.position.place, Place::Error | Place::Completed);
            let abandoned = contents.record.status.is_terminal() && wanted.attempt < contents.attempt;
            ((contents.record.status == Status::Failed || abandoned) && beyond)
                .then(|| contents.entries.iter().position(is_end))
                .flatten()
        };
        let next = exact
            .map(|at| at + 1)
            .or_else(replaced)
            .or_else(lost)
            .or_else(awaited)
            .ok_or_else(unknown)?;
        drop(contents);
        Ok(EventReader::new(Arc::clone(self), view, next))
    }

    fn subscribe(&self) -> watch::Receiver<usize> {
        self.length.subscribe()
    }

    fn inputs(&self) -> u32 {
        u32::try_from(self.input.len()).unwrap_or(u32::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The entries that tell how an interaction ended.
pub(crate) fn ending(record: &Record) -> Vec<Entry> {
    let entry = |place, happening| Entry {
        position: Position { attempt: 1, place },
        happening,
    };
    let error = (record.status == Status::Failed)
        .then(|| record.head.errors.as_ref()?.first().cloned())
        .flatten()
        .map(|error| entry(Place::Error, Happening::Error(Box::new(error))));
    error
        .into_iter()
        .chain(std::iter::once(entry(Place::Completed, Happening::Completed)))
        .collect()
}
