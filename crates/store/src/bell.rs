use std::sync::{Mutex, PoisonError};

use futures::StreamExt as _;
use futures::channel::mpsc::{Sender, channel};
use futures::stream::{BoxStream, pending};

use crate::Change;

/// Tells the followers of one process that there may be jobs.
///
/// Rings that nobody has heard yet are one: a follower that looks after the last of them has missed nothing.
#[derive(Debug, Default)]
pub struct JobBell(Mutex<Vec<Sender<Change>>>);

impl JobBell {
    /// Tells everyone. To be called after the jobs are durable.
    pub fn ring(&self) {
        let mut followers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        followers.retain_mut(|follower| match follower.try_send(Change::Jobs) {
            Ok(()) => true,
            Err(error) => error.is_full(),
        });
    }

    /// The rings from now on. The stream never ends.
    pub fn listen(&self) -> BoxStream<'static, Change> {
        let (follower, rings) = channel(0);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(follower);
        rings.chain(pending()).boxed()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn every_listener_hears_one_ring_for_many() {
        let bell = JobBell::default();
        let (mut first, mut second) = (bell.listen(), bell.listen());
        assert_eq!(first.next().now_or_never(), None);
        for _ in 0..100 {
            bell.ring();
        }
        assert_eq!(first.next().now_or_never(), Some(Some(Change::Jobs)));
        assert_eq!(second.next().now_or_never(), Some(Some(Change::Jobs)));
        drop(second);
        // What was not heard is one; what was rung after it was heard is another.
        while first.next().now_or_never().is_some() {}
        bell.ring();
        assert_eq!(first.next().now_or_never(), Some(Some(Change::Jobs)));
        drop(bell);
        assert_eq!(first.next().now_or_never(), None, "it does not end");
    }
}
