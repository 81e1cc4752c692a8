//! How many sandboxes may be alive, and who makes room for whom.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// A fixed number of places. Idle sandboxes give theirs up when somebody waits.
#[derive(Debug)]
pub struct Places {
    free: Arc<Semaphore>,
    waiting: AtomicUsize,
    somebody_waits: Notify,
}

/// A place; dropping it frees it.
pub type Place = Option<OwnedSemaphorePermit>;

impl Places {
    pub fn new(count: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(count.clamp(1, Semaphore::MAX_PERMITS))),
            waiting: AtomicUsize::new(0),
            somebody_waits: Notify::new(),
        }
    }

    /// Takes a place, waiting for one.
    pub async fn take(&self) -> Place {
        if let Ok(place) = Arc::clone(&self.free).try_acquire_owned() {
            return Some(place);
        }
        let _waiting = Waiting::new(&self.waiting);
        self.somebody_waits.notify_one();
        // The semaphore is never closed.
        Arc::clone(&self.free).acquire_owned().await.ok()
    }

    /// Is ready when an idle sandbox should make room.
    pub async fn wanted(&self) {
        let notified = self.somebody_waits.notified();
        tokio::pin!(notified);
        // Listens first and looks then, so that nobody is missed between.
        notified.as_mut().enable();
        if self.waiting.load(Ordering::SeqCst) == 0 {
            notified.await;
        }
    }
}

/// Counts a waiter, also one that gives up.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
