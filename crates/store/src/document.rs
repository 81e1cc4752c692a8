use futures::future::BoxFuture;
use jiff::Timestamp;

use crate::{Error, NewJob, ProjectId};

/// A small resource with an identity, such as a webhook. What it says is JSON that a store does not look into.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its kind, such as `webhooks`.
    pub collection: &'static str,
    /// Whose.
    pub project: ProjectId,
    /// Its id, unique in the collection, over all projects.
    pub id: String,
    /// What it belongs to, within the collection; a list can ask for one group.
    pub group: Option<String>,
    /// Counts its versions, from 1.
    pub revision: u64,
    /// When it was made.
    pub created: Timestamp,
    /// The JSON.
    pub body: String,
}

/// Which documents are wanted, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentQuery {
    /// The kind.
    pub collection: &'static str,
    /// Whose.
    pub project: ProjectId,
    /// Only this group's.
    pub group: Option<String>,
    /// Only those behind this one in the order.
    pub after: Option<(Timestamp, String)>,
    /// At most so many.
    pub limit: usize,
}

/// Keeps [`Document`]s.
///
/// Contract for implementers, beside that of [`Store`](crate::Store): documents of another project do not exist; the order of
/// a list is by `created`, then by `id`, both descending.
pub trait DocumentStore: Send + Sync + 'static {
    /// Writes a document and enqueues jobs with it. With `revision` 1 it must be new; otherwise the stored one must have the revision
    /// before it.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] when it should be new and is not, [`Error::Conflict`] when the stored one is absent or has
    /// another revision, [`Error::QueueFull`] for a job beyond its `limit`.
    fn put_document(&self, document: Document, enqueue: Vec<NewJob>) -> BoxFuture<'static, Result<(), Error>>;

    /// The document with this id.
    fn document(
        &self,
        collection: &'static str,
        project: ProjectId,
        id: String,
    ) -> BoxFuture<'static, Result<Option<Document>, Error>>;

    /// Some documents, newest first.
    fn documents(&self, query: DocumentQuery) -> BoxFuture<'static, Result<Vec<Document>, Error>>;

    /// Removes a document, and with it those of `grouped` (a collection) whose group is its id. Returns whether it was there; if
    /// it was not, nothing is removed.
    fn delete_document(
        &self,
        collection: &'static str,
        project: ProjectId,
        id: String,
        grouped: Option<&'static str>,
    ) -> BoxFuture<'static, Result<bool, Error>>;

    /// Removes the oldest documents of a group beyond the `keep` newest.
    fn trim_documents(
        &self,
        collection: &'static str,
        project: ProjectId,
        group: String,
        keep: usize,
    ) -> BoxFuture<'static, Result<(), Error>>;
}
