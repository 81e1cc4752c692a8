//! Documents, whose bodies are encrypted.

use antiphon_store::{Document, DocumentQuery, DocumentStore, Error, NewJob, ProjectId};
use futures::future::{BoxFuture, FutureExt as _, ready};

use crate::jobs::seal_jobs;
use crate::payload::{open_text, seal_text};
use crate::seal::Scope;
use crate::{EncryptedStore, Keys};

fn scope<'a>(keys: &'a Keys, document: &Document) -> Scope<'a> {
    let project = document.project.as_str();
    Scope::new(keys, &["document", document.collection, project, &document.id])
}

fn open(keys: &Keys, document: &mut Document) -> Result<(), Error> {
    let (mut scope, revision) = (scope(keys, document), document.revision.to_le_bytes());
    open_text(&mut scope, &revision, &mut document.body)
}

fn seal(keys: &Keys, document: &mut Document, enqueue: &mut [NewJob]) -> Result<(), Error> {
    let (mut scope, revision) = (scope(keys, document), document.revision.to_le_bytes());
    seal_text(&mut scope, &revision, &mut document.body)?;
    seal_jobs(keys, enqueue)
}

impl DocumentStore for EncryptedStore {
    fn put_document(&self, mut document: Document, mut enqueue: Vec<NewJob>) -> BoxFuture<'static, Result<(), Error>> {
        match seal(&self.keys, &mut document, &mut enqueue) {
            Ok(()) => self.inner.put_document(document, enqueue),
            Err(error) => ready(Err(error)).boxed(),
        }
    }

    fn document(
        &self,
        collection: &'static str,
        project: ProjectId,
        id: String,
    ) -> BoxFuture<'static, Result<Option<Document>, Error>> {
        let found = self.inner.document(collection, project, id);
        self.opened(found, |keys, found| {
            found.iter_mut().try_for_each(|document| open(keys, document))
        })
    }

    fn documents(&self, query: DocumentQuery) -> BoxFuture<'static, Result<Vec<Document>, Error>> {
        let found = self.inner.documents(query);
        self.opened(found, |keys, found| {
            found.iter_mut().try_for_each(|document| open(keys, document))
        })
    }

    fn delete_document(
        &self,
        collection: &'static str,
        project: ProjectId,
        id: String,
        grouped: Option<&'static str>,
    ) -> BoxFuture<'static, Result<bool, Error>> {
        self.inner.delete_document(collection, project, id, grouped)
    }

    fn trim_documents(
        &self,
        collection: &'static str,
        project: ProjectId,
        group: String,
        keep: usize,
    ) -> BoxFuture<'static, Result<(), Error>> {
        self.inner.trim_documents(collection, project, group, keep)
    }
}
