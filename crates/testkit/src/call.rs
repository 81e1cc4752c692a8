use std::sync::Arc;

use tokio::sync::watch;

/// How a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallState {
    /// It plays its script.
    Running,
    /// Its answer was read to the end.
    Ended,
    /// Its answer was dropped before the end: the call was cancelled.
    Dropped,
}

/// One call of a fake model, to look at and wait for.
#[derive(Debug)]
pub struct Call<R> {
    request: Arc<R>,
    state: Arc<watch::Sender<CallState>>,
}

impl<R> Clone for Call<R> {
    fn clone(&self) -> Self {
        Self {
            request: Arc::clone(&self.request),
            state: Arc::clone(&self.state),
        }
    }
}

impl<R> Call<R> {
    pub(crate) fn new(request: R) -> Self {
        Self {
            request: Arc::new(request),
            state: Arc::new(watch::Sender::new(CallState::Running)),
        }
    }

    /// What was asked.
    pub fn request(&self) -> &R {
        &self.request
    }

    /// How it stands.
    pub fn state(&self) -> CallState {
        *self.state.borrow()
    }

    /// Waits until the call is over, and says how.
    pub async fn over(&self) -> CallState {
        let mut state = self.state.subscribe();
        // The sender is borrowed from `self`, so waiting cannot fail.
        let _ = state.wait_for(|state| *state != CallState::Running).await;
        *state.borrow()
    }

    fn end(&self, how: CallState) {
        self.state.send_if_modified(|state| {
            let running = *state == CallState::Running;
            if running {
                *state = how;
            }
            running
        });
    }
}

/// Lives in the answer: tells the call when the answer is gone.
pub(crate) struct Watched<R>(pub(crate) Call<R>);

impl<R> Watched<R> {
    pub(crate) fn ended(&self) {
        self.0.end(CallState::Ended);
    }
}

impl<R> Drop for Watched<R> {
    fn drop(&mut self) {
        self.0.end(CallState::Dropped);
    }
}

/// The calls so far, in order.
pub(crate) struct Calls<R>(watch::Sender<Vec<Call<R>>>);

impl<R> Default for Calls<R> {
    fn default() -> Self {
        Self(watch::Sender::new(Vec::new()))
    }
}

impl<R> Calls<R> {
    pub(crate) fn add(&self, request: R) -> Call<R> {
        let call = Call::new(request);
        self.0.send_modify(|calls| calls.push(call.clone()));
        call
    }

    pub(crate) fn all(&self) -> Vec<Call<R>> {
        self.0.borrow().clone()
    }

    /// The call number `index`, from 0; waits for it.
    pub(crate) async fn nth(&self, index: usize) -> Call<R> {
        let mut calls = self.0.subscribe();
        loop {
            if let Some(call) = calls.borrow_and_update().get(index) {
                return call.clone();
            }
            // The sender is borrowed from `self`, so this only ever says that there is news.
            let _ = calls.changed().await;
        }
    }
}
