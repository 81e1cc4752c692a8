use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::WorkerId;

/// The leases of workers, for a store of one process: they end with the process, so memory is the right place for them, and
/// renewing one writes nothing.
#[derive(Debug, Default)]
pub struct Leases(Mutex<HashMap<WorkerId, Lease>>);

/// What a worker held may go to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenOver {
    /// See [`Job::silent_for`](crate::Job::silent_for).
    pub silent_for: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lease {
    Until(Timestamp),
    /// Retired, or another took what the worker held, which it held until then. Kept, so that the worker learns of it.
    Lost(Option<Timestamp>),
}

impl Lease {
    fn runs(self, now: Timestamp) -> bool {
        match self {
            Self::Until(end) => now < end,
            Self::Lost(_) => false,
        }
    }

    /// As it is after being renewed, which a lost one cannot be.
    fn renewed(&mut self, end: Timestamp) -> Self {
        match self {
            Self::Until(until) => *until = end,
            Self::Lost(_) => {}
        }
        *self
    }
}

impl Leases {
    /// See [`JobStore::heartbeat`](crate::JobStore::heartbeat).
    pub fn renew(&self, worker: WorkerId, now: Timestamp, lease: Duration) -> bool {
        let end = SignedDuration::try_from(lease)
            .ok()
            .and_then(|lease| now.checked_add(lease).ok())
            .unwrap_or(Timestamp::MAX);
        let lease = self.lock().entry(worker).or_insert(Lease::Until(end)).renewed(end);
        matches!(lease, Lease::Until(_))
    }

    /// See [`JobStore::retire`](crate::JobStore::retire).
    pub fn retire(&self, worker: WorkerId) {
        self.lock().insert(worker, Lease::Lost(None));
    }

    /// Whether the worker has a lease and it has not run out.
    pub fn runs(&self, worker: &WorkerId, now: Timestamp) -> bool {
        self.lock().get(worker).is_some_and(|lease| lease.runs(now))
    }

    /// Takes what the worker holds for another, after which its lease is lost. `None` while its lease runs.
    pub fn take_over(&self, worker: &WorkerId, now: Timestamp) -> Option<TakenOver> {
        let mut leases = self.lock();
        let end = match leases.get(worker) {
            Some(Lease::Until(end)) if now < *end => return None,
            Some(Lease::Until(end)) => Some(*end),
            Some(Lease::Lost(end)) => *end,
            None => None,
        };
        leases.insert(worker.clone(), Lease::Lost(end));
        let silent_for = end.and_then(|end| Duration::try_from(now.duration_since(end)).ok());
        Some(TakenOver { silent_for })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<WorkerId, Lease>> {
        // Each change is one insertion, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_that_runs_is_not_taken_over_and_one_that_was_is_not_renewed() {
        let leases = Leases::default();
        let (worker, lease) = (WorkerId::from("w"), Duration::from_secs(5));
        let at = |second: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second);
        assert!(leases.renew(worker.clone(), at(0), lease));
        assert_eq!(leases.take_over(&worker, at(4)), None);
        assert!(leases.renew(worker.clone(), at(4), lease));
        assert_eq!(leases.take_over(&worker, at(8)), None, "it has come back");
        let taken = |seconds: u64| {
            Some(TakenOver {
                silent_for: Some(Duration::from_secs(seconds)),
            })
        };
        assert_eq!(leases.take_over(&worker, at(9)), taken(0));
        assert_eq!(leases.take_over(&worker, at(12)), taken(3), "its other jobs");
        assert!(!leases.renew(worker.clone(), at(12), lease));
        assert!(!leases.runs(&worker, at(0)));
        let unknown = TakenOver { silent_for: None };
        assert_eq!(
            leases.take_over(&WorkerId::from("of another process"), at(0)),
            Some(unknown)
        );
    }
}
