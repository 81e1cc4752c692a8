use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::JobHandler;

/// The room for the jobs of one kind. Each kind has its own, so that slow jobs of one do not hold up the others.
pub(crate) struct Pool {
    pub(crate) handler: Arc<dyn JobHandler>,
    room: Arc<Semaphore>,
    /// How often a job was left to the claims, or they had to leave some.
    left: AtomicU64,
    /// How many of those times are over: a later claim found no more.
    caught_up: AtomicU64,
}

impl Pool {
    pub(crate) fn new(handler: Arc<dyn JobHandler>, size: usize) -> Self {
        let room = Arc::new(Semaphore::new(size.min(Semaphore::MAX_PERMITS)));
        Self {
            handler,
            room,
            left: AtomicU64::new(0),
            caught_up: AtomicU64::new(0),
        }
    }

    /// Room for a new job that overtakes none: not while jobs are known to wait for their claim.
    pub(crate) fn one_ahead(&self) -> Option<OwnedSemaphorePermit> {
        let waiting = self.left.load(Ordering::Acquire) != self.caught_up.load(Ordering::Acquire);
        let room = if waiting { None } else { self.one() };
        if room.is_none() {
            self.note_left();
        }
        room
    }

    /// What a claim is to give [`Self::note_caught_up`]; to be asked before it.
    pub(crate) fn left(&self) -> u64 {
        self.left.load(Ordering::Acquire)
    }

    /// Notes that jobs may wait.
    pub(crate) fn note_left(&self) {
        self.left.fetch_add(1, Ordering::AcqRel);
    }

    /// Notes that a claim found no more of the jobs that were left before it.
    pub(crate) fn note_caught_up(&self, left: u64) {
        self.caught_up.store(left, Ordering::Release);
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
