use std::sync::Arc;

use futures::future::join_all;

use super::{Hit, Query, SearchBackend, SearchKind, merge::merge};

/// What several queries over several backends gave.
pub(super) struct Found {
    /// The best hits, each page once.
    pub(super) hits: Vec<Hit>,
    /// What failed, in words for the model.
    pub(super) failures: Vec<String>,
    /// How many queries at least one backend answered.
    pub(super) answered: usize,
}

/// Asks every backend every query, all at once.
pub(super) async fn search(
    backends: &[Arc<dyn SearchBackend>],
    kinds: &[SearchKind],
    queries: &[String],
    limit: usize,
) -> Found {
    let mut searches = Vec::new();
    for (index, text) in queries.iter().enumerate() {
        for kind in kinds {
            for backend in backends.iter().filter(|backend| backend.finds(*kind)) {
                let search = backend.search(Query {
                    text: text.clone(),
                    kind: *kind,
                    limit,
                });
                searches.push(async move { (index, backend.name(), search.await) });
            }
        }
    }
    let mut lists = Vec::new();
    let mut failures = Vec::new();
    let mut answered = vec![false; queries.len()];
    for (index, backend, result) in join_all(searches).await {
        match result {
            Ok(hits) => {
                lists.push(hits);
                if let Some(answered) = answered.get_mut(index) {
                    *answered = true;
                }
            }
            Err(error) => {
                // Not the query: it is the user's.
                tracing::warn!(
                    search.backend = backend,
                    error = &error as &dyn std::error::Error,
                    "a search failed"
                );
                let query = queries.get(index).map(String::as_str).unwrap_or_default();
                failures.push(format!("The search for \"{query}\" failed: {error}."));
            }
        }
    }
    Found {
        hits: merge(lists, limit),
        failures,
        answered: answered.iter().filter(|answered| **answered).count(),
    }
}
