use std::sync::Arc;

use antiphon_interaction::{
    ErrorEvent, Interaction, InteractionCompleted, InteractionCreated, InteractionEvent, StatusUpdate, StepDelta,
    StepDeltaEvent, StepStart, StepStop, TextDelta,
};
use tokio::sync::watch;

use super::{Closing, Contents, Entry, EventLog, Happening};
use crate::position::{Place, View};
use crate::view;

/// A cursor over one interaction's events.
pub struct EventReader {
    log: Arc<EventLog>,
    view: View,
    next: usize,
    /// Whether it has been told that the interaction goes on elsewhere.
    told: bool,
    length: watch::Receiver<usize>,
}

impl EventReader {
    /// A cursor before the entry number `next`.
    pub(super) fn new(log: Arc<EventLog>, view: View, next: usize) -> Self {
        let length = log.subscribe();
        Self {
            log,
            view,
            next,
            length,
            told: false,
        }
    }

    /// The next event; waits for a live run, `None` after the last event. When the run goes on elsewhere, the last event is an
    /// error without an id, after which a client resumes behind the event before. Safe to cancel.
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
        match &contents.closing {
            Closing::Open => Polled::Empty,
            Closing::Left(error) if !self.told => {
                self.told = true;
                Polled::Event(Box::new(InteractionEvent::Error(ErrorEvent {
                    error: error.clone(),
                    event_id: None,
                })))
            }
            Closing::Over | Closing::Left(_) => Polled::Closed,
        }
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
