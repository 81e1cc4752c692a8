//! The in-memory store: the reference for what [`Store`] promises, without its durability.

mod documents;
mod interactions;
mod jobs;
mod keys;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use antiphon_interaction::InteractionId;
use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use futures::stream::BoxStream;
use jiff::Timestamp;

use self::documents::Documents;
use self::interactions::Interactions;
use self::jobs::Jobs;
use self::keys::Keys;
use crate::{
    ApiKey, Change, Claim, Commit, Conversation, Document, DocumentQuery, DocumentStore, Error, FollowStore, Job,
    JobBell, JobStore, KeyHash, Known, Leases, NewApiKey, NewJob, News, ProjectId, QueueDepth, Settlement, Store,
    Stored, SweptTree, WorkerId,
};

/// Keeps everything in memory; what it holds ends with its last clone. Clones share one state.
///
/// Every operation is done when it is called: its future is ready at once.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    leases: Leases,
    bell: JobBell,
}

#[derive(Debug, Default)]
struct State {
    interactions: Interactions,
    jobs: Jobs,
    documents: Documents,
    keys: Keys,
}

impl MemoryStore {
    fn state(&self) -> MutexGuard<'_, State> {
        // A state is changed only after every check, so a panic elsewhere never leaves it half changed.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whatever came of it, jobs may have become free.
    fn rung<T>(&self, outcome: T) -> T {
        self.0.bell.ring();
        outcome
    }
}

impl Store for MemoryStore {
    fn commit(&self, commit: Commit) -> BoxFuture<'static, Result<(), Error>> {
        let rings = !commit.enqueue.is_empty() || commit.job.is_some();
        let mut state = self.state();
        let State { interactions, jobs, .. } = &mut *state;
        let committed = interactions.commit(commit, |change, enqueue| jobs.change(change, enqueue));
        drop(state);
        ready(if rings { self.rung(committed) } else { committed }).boxed()
    }

    fn read(&self, project: ProjectId, id: InteractionId) -> BoxFuture<'static, Result<Option<Stored>, Error>> {
        ready(Ok(self.state().interactions.read(&project, &id))).boxed()
    }

    fn conversation(&self, project: ProjectId, leaf: InteractionId) -> BoxFuture<'static, Result<Conversation, Error>> {
        ready(Ok(self.state().interactions.conversation(&project, &leaf))).boxed()
    }

    fn erase(&self, project: ProjectId, id: InteractionId) -> BoxFuture<'static, Result<bool, Error>> {
        let mut state = self.state();
        let erased = state.interactions.erase(&project, &id);
        if erased {
            state.jobs.drop_those_of(|interaction| *interaction == id);
        }
        ready(Ok(erased)).boxed()
    }

    fn sweep(
        &self,
        project: Option<ProjectId>,
        before: Timestamp,
        limit: usize,
    ) -> BoxFuture<'static, Result<Vec<SweptTree>, Error>> {
        let mut state = self.state();
        let (gone, trees) = state.interactions.sweep(project.as_ref(), before, limit);
        state.jobs.drop_those_of(|interaction| gone.contains(interaction));
        ready(Ok(trees)).boxed()
    }

    fn erased_tree(
        &self,
        project: ProjectId,
        id: InteractionId,
    ) -> BoxFuture<'static, Result<Option<InteractionId>, Error>> {
        ready(Ok(self.state().interactions.erased_tree(&project, &id))).boxed()
    }

    fn add_key(&self, key: NewApiKey) -> BoxFuture<'static, Result<(), Error>> {
        ready(self.state().keys.add(key)).boxed()
    }

    fn keys(&self) -> BoxFuture<'static, Result<Vec<ApiKey>, Error>> {
        ready(Ok(self.state().keys.list())).boxed()
    }

    fn revoke_key(&self, id: String) -> BoxFuture<'static, Result<bool, Error>> {
        ready(Ok(self.state().keys.revoke(&id))).boxed()
    }

    fn find_key(&self, hash: KeyHash) -> BoxFuture<'static, Result<Option<ApiKey>, Error>> {
        ready(Ok(self.state().keys.find(hash))).boxed()
    }

    fn secret(&self, name: &'static str, candidate: Vec<u8>) -> BoxFuture<'static, Result<Vec<u8>, Error>> {
        ready(Ok(self.state().keys.secret(name, candidate))).boxed()
    }

    fn check(&self) -> BoxFuture<'static, Result<(), Error>> {
        ready(Ok(())).boxed()
    }
}

impl JobStore for MemoryStore {
    fn heartbeat(&self, worker: WorkerId, now: Timestamp, lease: Duration) -> BoxFuture<'static, Result<bool, Error>> {
        ready(Ok(self.0.leases.renew(worker, now, lease))).boxed()
    }

    fn retire(&self, worker: WorkerId) -> BoxFuture<'static, Result<(), Error>> {
        self.0.leases.retire(worker);
        ready(self.rung(Ok(()))).boxed()
    }

    fn claim(&self, claim: Claim) -> BoxFuture<'static, Result<Vec<Job>, Error>> {
        ready(Ok(self.state().jobs.claim(claim, &self.0.leases))).boxed()
    }

    fn held(&self, worker: WorkerId) -> BoxFuture<'static, Result<Vec<(String, u32)>, Error>> {
        ready(Ok(self.state().jobs.held(&worker))).boxed()
    }

    fn settle(&self, id: String, fence: u32, settlement: Settlement) -> BoxFuture<'static, Result<bool, Error>> {
        let settled = self.state().jobs.settle(&id, fence, settlement);
        ready(self.rung(settled)).boxed()
    }

    fn orphans(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> BoxFuture<'static, Result<Vec<(ProjectId, InteractionId)>, Error>> {
        ready(Ok(self.state().interactions.orphans(&self.0.leases, now, limit))).boxed()
    }

    fn queue(&self, now: Timestamp) -> BoxFuture<'static, Result<Vec<QueueDepth>, Error>> {
        ready(Ok(self.state().jobs.depths(&self.0.leases, now))).boxed()
    }
}

impl DocumentStore for MemoryStore {
    fn put_document(&self, document: Document, enqueue: Vec<NewJob>) -> BoxFuture<'static, Result<(), Error>> {
        let mut state = self.state();
        let State { jobs, documents, .. } = &mut *state;
        let put = documents
            .check(&document)
            .and_then(|()| jobs.enqueue(enqueue))
            .map(|()| documents.put(document));
        drop(state);
        ready(self.rung(put)).boxed()
    }

    fn document(
        &self,
        collection: &'static str,
        project: ProjectId,
        id: String,
    ) -> BoxFuture<'static, Result<Option<Document>, Error>> {
        ready(Ok(self.state().documents.get(collection, &project, &id).cloned())).boxed()
    }

    fn documents(&self, query: DocumentQuery) -> BoxFuture<'static, Result<Vec<Document>, Error>> {
        ready(Ok(self.state().documents.list(&query))).boxed()
    }

    fn delete_document(
        &self,
        collection: &'static str,
        project: ProjectId,
        id: String,
        grouped: Option<&'static str>,
    ) -> BoxFuture<'static, Result<bool, Error>> {
        ready(Ok(self.state().documents.delete(collection, &project, &id, grouped))).boxed()
    }

    fn trim_documents(
        &self,
        collection: &'static str,
        project: ProjectId,
        group: String,
        keep: usize,
    ) -> BoxFuture<'static, Result<(), Error>> {
        self.state().documents.trim(collection, project, group, keep);
        ready(Ok(())).boxed()
    }
}

impl FollowStore for MemoryStore {
    fn news(
        &self,
        project: ProjectId,
        id: InteractionId,
        known: Known,
    ) -> BoxFuture<'static, Result<Option<News>, Error>> {
        ready(Ok(self.state().interactions.news(&project, &id, known))).boxed()
    }

    fn changes(&self) -> BoxStream<'static, Change> {
        self.0.bell.listen()
    }
}

#[cfg(test)]
mod tests {
    use super::MemoryStore;
    use crate::conformance::Fixture;

    struct InMemory(MemoryStore);

    impl Fixture for InMemory {
        type Store = MemoryStore;

        async fn fresh() -> Self {
            Self(MemoryStore::default())
        }

        fn store(&self) -> &MemoryStore {
            &self.0
        }
    }

    crate::conformance_suite!(InMemory);
}
