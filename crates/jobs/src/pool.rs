use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::JobHandler;

/// The room for the jobs of one kind. Each kind has its own, so that slow jobs of one do not hold up the others.
pub(crate) struct Pool {
    pub(crate) handler: Arc<dyn JobHandler>,
    room: Arc<Semaphore>,
    queued: AtomicBool,
}

impl Pool {
    pub(crate) fn new(handler: Arc<dyn JobHandler>, size: usize) -> Self {
        let room = Arc::new(Semaphore::new(size.min(Semaphore::MAX_PERMITS)));
        Self {
            handler,
            room,
            queued: AtomicBool::new(false),
        }
    }

    /// Room for a new job that overtakes none: not while jobs are known to wait for their claim.
    pub(crate) fn one_ahead(&self) -> Option<OwnedSemaphorePermit> {
        let room = self.one().filter(|_| !self.queued.load(Ordering::Acquire));
        if room.is_none() {
            self.queued.store(true, Ordering::Release);
        }
        room
    }

    /// Notes what a claim has shown: that more jobs may wait, or that none do.
    pub(crate) fn note_queued(&self, queued: bool) {
        self.queued.store(queued, Ordering::Release);
    }

    /// Room for one job, if there is any.
    pub(crate) fn one(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.room).try_acquire_owned().ok()
    }

    /// Room for some jobs, as many as there is room for and `most` at most.
    pub(crate) fn some(&self, most: u32) -> Vec<OwnedSemaphorePermit> {
        (0..most).map_while(|_| self.one()).collect()
    }
}

/// A job's id and its token: what is claimed once more is another.
pub(crate) type Claimed = (String, u32);

/// What this process knows to be its own.
#[derive(Default)]
pub(crate) struct Known {
    claimed: Mutex<HashSet<Claimed>>,
}

impl Known {
    /// `None` when it is there already.
    pub(crate) fn add(self: &Arc<Self>, claimed: Claimed, finished: &Arc<Notify>) -> Option<Knowing> {
        self.lock().insert(claimed.clone()).then(|| Knowing {
            claimed,
            known: Arc::clone(self),
            finished: Arc::clone(finished),
        })
    }

    pub(crate) fn has(&self, claimed: &Claimed) -> bool {
        self.lock().contains(claimed)
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Claimed>> {
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Dropped when the job is over here; then there may be room for another.
pub(crate) struct Knowing {
    claimed: Claimed,
    known: Arc<Known>,
    finished: Arc<Notify>,
}

impl Drop for Knowing {
    fn drop(&mut self) {
        self.known.lock().remove(&self.claimed);
        self.finished.notify_one();
    }
}
