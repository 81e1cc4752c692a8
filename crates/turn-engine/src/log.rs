//! The event log of one interaction: what every reader of it reads.
//!
//! A live run appends to it (a background run only what is committed); a finished interaction's log is made again
//! from the store. Readers are cursors: the POST's own stream, `GET ?stream=true` and the unary reply
//! differ only in where they start and how they number.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use antiphon_interaction::{
    ApiError, ErrorEvent, Interaction, InteractionCompleted, InteractionCreated, InteractionEvent, Status,
    StatusUpdate, Step, StepDelta, StepDeltaEvent, StepStart, StepStop, TextDelta,
};
use antiphon_store::{OpenEvent, Record, Stored, StoredStep};
use tokio::sync::watch;

use crate::marks::unfold;
use crate::position::{Place, Position, View};
use crate::{Error, view};

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

struct Contents {
    record: Record,
    /// The record as `interaction.created` shows it.
    first: Record,
    steps: Vec<StoredStep>,
    entries: Vec<Entry>,
    closed: bool,
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
            steps: Vec::new(),
            entries,
            closed: false,
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
            input,
            steps,
            open,
        } = stored;
        let log = Self::new(record.clone(), input.into(), true);
        let mut entries = Vec::new();
        for stored in &steps {
            let (start, deltas) = unfold(&stored.step, &stored.marks);
            let happenings = std::iter::once(OpenEvent::Start(start).into())
                .chain(deltas.into_iter().map(Happening::from))
                .chain(std::iter::once(Happening::Stop));
            for (ordinal, happening) in (0..).zip(happenings) {
                let place = Place::Step {
                    index: stored.index,
                    ordinal,
                };
                entries.push(Entry {
                    position: Position {
                        attempt: stored.attempt,
                        place,
                    },
                    happening,
                });
            }
        }
        for entry in open {
            let place = Place::Step {
                index: entry.index,
                ordinal: entry.ordinal,
            };
            let happening = entry.event.into();
            entries.push(Entry {
                position: Position {
                    attempt: entry.attempt,
                    place,
                },
                happening,
            });
        }
        if record.status.is_terminal() {
            entries.extend(ending(&record));
        }
        log.append(entries, steps, Some(record));
        log
    }

    /// Adds entries, whole steps and a new record, all at once for readers. A terminal record closes the log.
    pub(crate) fn append(&self, entries: Vec<Entry>, steps: Vec<StoredStep>, record: Option<Record>) {
        let mut contents = self.lock();
        contents.entries.extend(entries);
        contents.steps.extend(steps);
        if let Some(record) = record {
            contents.closed = record.status.is_terminal();
            contents.record = record;
        }
        let length = contents.entries.len();
        drop(contents);
        self.length.send_replace(length);
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
        while !self.lock().closed {
            if length.changed().await.is_err() {
                return;
            }
        }
    }

    /// A cursor at the beginning.
    pub(crate) fn read(self: &Arc<Self>, view: View) -> EventReader {
        EventReader {
            log: Arc::clone(self),
            view,
            next: 0,
            length: self.length.subscribe(),
        }
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
        // Shown in the foreground, and lost with the process before its step was committed: only the end comes after it.
        let lost = || {
            let Place::Step { index, .. } = wanted.place else {
                return None;
            };
            let beyond = usize::try_from(index).is_ok_and(|index| index >= contents.steps.len());
            let is_end = |entry: &Entry| matches!(entry.position.place, Place::Error | Place::Completed);
            (contents.record.status == Status::Failed && beyond)
                .then(|| contents.entries.iter().position(is_end))
                .flatten()
        };
        let next = exact
            .map(|at| at + 1)
            .or_else(replaced)
            .or_else(lost)
            .ok_or_else(unknown)?;
        drop(contents);
        Ok(EventReader {
            log: Arc::clone(self),
            view,
            next,
            length: self.length.subscribe(),
        })
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

/// A cursor over one interaction's events.
pub struct EventReader {
    log: Arc<EventLog>,
    view: View,
    next: usize,
    length: watch::Receiver<usize>,
}

impl EventReader {
    /// The next event; waits for a live run, `None` after the last event. Safe to cancel.
    pub async fn next(&mut self) -> Option<InteractionEvent> {
        loop {
            self.length.borrow_and_update();
            match self.poll_log() {
                Polled::Event(event) => return Some(*event),
                Polled::Closed => return None,
                Polled::Empty => self.length.changed().await.ok()?,
            }
        }
    }

    fn poll_log(&mut self) -> Polled {
        let contents = self.log.lock();
        while let Some(entry) = contents.entries.get(self.next) {
            self.next += 1;
            if self.view == View::Post && matches!(entry.position.place, Place::Input { .. }) {
                continue;
            }
            return Polled::Event(Box::new(self.event(&contents, entry)));
        }
        if contents.closed { Polled::Closed } else { Polled::Empty }
    }

    fn event(&self, contents: &Contents, entry: &Entry) -> InteractionEvent {
        let inputs = self.log.inputs();
        let event_id = self.log.stored.then(|| entry.position.event_id(self.view, inputs));
        let index = match entry.position.place {
            Place::Input { index, .. } => index,
            Place::Step { index, .. } => match self.view {
                View::Post => index,
                View::Get => index + inputs,
            },
            Place::Created | Place::StatusUpdate | Place::Error | Place::Completed => 0,
        };
        match &entry.happening {
            Happening::Created => InteractionEvent::Created(InteractionCreated {
                interaction: view::created(&contents.first),
                event_id,
            }),
            Happening::StatusUpdate(status) => InteractionEvent::StatusUpdate(StatusUpdate {
                interaction_id: contents.record.id.clone(),
                status: status.clone(),
                continuation_token: None,
                event_id,
            }),
            Happening::Start(step) => InteractionEvent::StepStart(StepStart {
                index,
                step: (**step).clone(),
                event_id,
            }),
            Happening::Text(text) => {
                let text = String::from(&**text);
                delta_event(index, StepDelta::Text(TextDelta { text }), event_id)
            }
            Happening::Delta(delta) => delta_event(index, (**delta).clone(), event_id),
            Happening::Stop => InteractionEvent::StepStop(StepStop { index, event_id }),
            Happening::Error(error) => InteractionEvent::Error(ErrorEvent {
                error: (**error).clone(),
                event_id,
            }),
            Happening::Completed => InteractionEvent::Completed(InteractionCompleted {
                interaction: view::completed(&contents.record),
                event_id,
            }),
        }
    }

    /// The interaction as it stands, with its own steps.
    pub fn interaction(&self) -> Interaction {
        let (record, steps) = self.log.snapshot();
        view::whole(&record, steps)
    }
}

fn delta_event(index: u32, delta: StepDelta, event_id: Option<String>) -> InteractionEvent {
    InteractionEvent::StepDelta(StepDeltaEvent {
        index,
        delta,
        metadata: None,
        event_id,
    })
}

enum Polled {
    Event(Box<InteractionEvent>),
    Closed,
    Empty,
}
