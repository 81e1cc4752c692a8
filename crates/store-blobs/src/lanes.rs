//! Keeps what waits for large bytes, and what comes behind it, in order.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use antiphon_interaction::InteractionId;
use futures::FutureExt as _;
use futures::channel::oneshot;
use futures::future::Shared;

/// What writes are kept in order for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Writes to an interaction, or below it.
    Interaction(InteractionId),
    /// Writes to a job.
    Job(String),
}

/// The writes that have not been handed on yet: the last one of each lane.
#[derive(Default)]
pub struct Lanes(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    last: HashMap<Lane, (u64, Shared<oneshot::Receiver<bool>>)>,
    number: u64,
}

/// A place behind the writes that came before.
pub struct Ticket {
    lanes: Arc<Lanes>,
    mine: Vec<Lane>,
    number: u64,
    before: Vec<Shared<oneshot::Receiver<bool>>>,
    handed_on: Option<oneshot::Sender<bool>>,
}

impl Lanes {
    /// A place in the lanes of `mine`, behind those of `behind` too; `None` when nothing is before it and it `may_pass`.
    pub fn enter(self: &Arc<Self>, mine: Vec<Lane>, behind: Option<&Lane>, may_pass: bool) -> Option<Ticket> {
        let mut waiting = self.waiting();
        if may_pass && waiting.last.is_empty() {
            return None;
        }
        let before: Vec<_> = mine
            .iter()
            .chain(behind)
            .filter_map(|lane| waiting.last.get(lane).map(|(_, last)| last.clone()))
            .collect();
        if may_pass && before.is_empty() {
            return None;
        }
        let (handed_on, last) = oneshot::channel();
        let last = last.shared();
        waiting.number += 1;
        let number = waiting.number;
        for lane in &mine {
            waiting.last.insert(lane.clone(), (number, last.clone()));
        }
        Some(Ticket {
            lanes: Arc::clone(self),
            mine,
            number,
            before,
            handed_on: Some(handed_on),
        })
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Each change is one insertion or removal, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// Waits until all that came before has been handed on; `false` when something of it was not.
    pub async fn turn(&mut self) -> bool {
        let mut all = true;
        for before in std::mem::take(&mut self.before) {
            all &= before.await.unwrap_or(false);
        }
        all
    }

    /// Lets the next ones go. A ticket that is dropped without this was not handed on.
    pub fn handed_on(mut self) {
        if let Some(sender) = self.handed_on.take() {
            // Nobody may be behind it.
            let _ = sender.send(true);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut waiting = self.lanes.waiting();
        for lane in &self.mine {
            if waiting.last.get(lane).is_some_and(|(number, _)| *number == self.number) {
                waiting.last.remove(lane);
            }
        }
    }
}
