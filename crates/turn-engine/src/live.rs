//! The runs of this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use antiphon_interaction::InteractionId;
use antiphon_store::ProjectId;
use tokio_util::sync::CancellationToken;

use crate::log::EventLog;

/// A run that is under way in this process.
#[derive(Clone)]
pub(crate) struct LiveRun {
    pub(crate) project: ProjectId,
    pub(crate) log: Arc<EventLog>,
    pub(crate) cancel: CancellationToken,
    pub(crate) background: bool,
}

/// All of them, by id.
#[derive(Default)]
pub(crate) struct LiveRuns {
    runs: Mutex<HashMap<InteractionId, LiveRun>>,
}

impl LiveRuns {
    pub(crate) fn insert(&self, id: InteractionId, run: LiveRun) {
        self.lock().insert(id, run);
    }

    /// The run, unless it is another project's.
    pub(crate) fn get(&self, project: &ProjectId, id: &InteractionId) -> Option<LiveRun> {
        self.lock().get(id).filter(|run| run.project == *project).cloned()
    }

    /// Whether this process runs it now.
    pub(crate) fn has(&self, id: &InteractionId) -> bool {
        self.lock().contains_key(id)
    }

    /// Takes the run off the list; nobody finds it any more.
    pub(crate) fn remove(&self, id: &InteractionId) {
        self.lock().remove(id);
    }

    /// Takes this run off the list; one of the same id that has begun since stays.
    pub(crate) fn remove_run(&self, id: &InteractionId, log: &Arc<EventLog>) {
        let mut runs = self.lock();
        if runs.get(id).is_some_and(|run| Arc::ptr_eq(&run.log, log)) {
            runs.remove(id);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<InteractionId, LiveRun>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
