use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::Timestamp;

use crate::ProjectId;

/// A job that could be given to a worker, as far as the choice depends on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Whose.
    pub project: ProjectId,
    /// Higher goes first.
    pub priority: i16,
    /// Since when.
    pub due: Timestamp,
    /// Its place in the order of enqueueing, unique.
    pub order: i64,
}

/// Chooses jobs in the order that [`JobStore`](crate::JobStore) promises; each one chosen counts for its project from then on.
/// `held` says how many of the same kinds workers hold, by project. Returns the [orders](Candidate::order).
///
/// Of each project the first `limit` candidates (by priority, then by `due`, then by order) are enough.
pub fn share_out(
    mut candidates: Vec<Candidate>,
    mut held: HashMap<ProjectId, u64>,
    per_project: Option<u32>,
    limit: usize,
) -> Vec<i64> {
    candidates.sort_by_key(|candidate| (Reverse(candidate.priority), candidate.due, candidate.order));
    let mut ranked: Vec<(Candidate, u64)> = candidates
        .into_iter()
        .map(|candidate| {
            let held = held.entry(candidate.project.clone()).or_default();
            let before = *held;
            *held += 1;
            (candidate, before)
        })
        .filter(|(_, before)| per_project.is_none_or(|most| *before < u64::from(most)))
        .collect();
    ranked.sort_by_key(|(candidate, before)| (Reverse(candidate.priority), *before, candidate.due, candidate.order));
    ranked
        .into_iter()
        .take(limit)
        .map(|(candidate, _)| candidate.order)
        .collect()
}
