//! What has no large bytes.

use std::time::Duration;

use antiphon_interaction::InteractionId;
use antiphon_store::{
    Change, Claim, Document, DocumentQuery, DocumentStore, Error, FollowStore, Job, JobStore, Known, NewJob, News,
    ProjectId, QueueDepth, Settlement, WorkerId,
};
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use jiff::Timestamp;

use crate::BlobStore;
use crate::lanes::Lane;

impl FollowStore for BlobStore {
    fn news(
        &self,
        project: ProjectId,
        id: InteractionId,
        known: Known,
    ) -> BoxFuture<'static, Result<Option<News>, Error>> {
        self.restored(project.clone(), self.inner().news(project, id, known))
    }

    fn changes(&self) -> BoxStream<'static, Change> {
        self.inner().changes()
    }
}

impl JobStore for BlobStore {
    fn heartbeat(&self, worker: WorkerId, now: Timestamp, lease: Duration) -> BoxFuture<'static, Result<bool, Error>> {
        self.inner().heartbeat(worker, now, lease)
    }

    fn retire(&self, worker: WorkerId) -> BoxFuture<'static, Result<(), Error>> {
        self.inner().retire(worker)
    }

    fn claim(&self, claim: Claim) -> BoxFuture<'static, Result<Vec<Job>, Error>> {
        self.inner().claim(claim)
    }

    fn held(&self, worker: WorkerId) -> BoxFuture<'static, Result<Vec<(String, u32)>, Error>> {
        self.inner().held(worker)
    }

    fn settle(&self, id: String, fence: u32, settlement: Settlement) -> BoxFuture<'static, Result<bool, Error>> {
        let lane = Lane::Job(id.clone());
        self.behind(lane, move |inner| inner.settle(id, fence, settlement))
    }

    fn orphans(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> BoxFuture<'static, Result<Vec<(ProjectId, InteractionId)>, Error>> {
        self.inner().orphans(now, limit)
    }

    fn queue(&self, now: Timestamp) -> BoxFuture<'static, Result<Vec<QueueDepth>, Error>> {
        self.inner().queue(now)
    }
}

impl DocumentStore for BlobStore {
    fn put_document(&self, document: Document, enqueue: Vec<NewJob>) -> BoxFuture<'static, Result<(), Error>> {
        self.inner().put_document(document, enqueue)
    }

    fn document(
        &self,
        collection: &'static str,
        project: ProjectId,
        id: String,
    ) -> BoxFuture<'static, Result<Option<Document>, Error>> {
        self.inner().document(collection, project, id)
    }

    fn documents(&self, query: DocumentQuery) -> BoxFuture<'static, Result<Vec<Document>, Error>> {
        self.inner().documents(query)
    }

    fn delete_document(
        &self,
        collection: &'static str,
        project: ProjectId,
        id: String,
        grouped: Option<&'static str>,
    ) -> BoxFuture<'static, Result<bool, Error>> {
        self.inner().delete_document(collection, project, id, grouped)
    }

    fn trim_documents(
        &self,
        collection: &'static str,
        project: ProjectId,
        group: String,
        keep: usize,
    ) -> BoxFuture<'static, Result<(), Error>> {
        self.inner().trim_documents(collection, project, group, keep)
    }
}
