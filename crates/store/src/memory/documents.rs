use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Document, DocumentQuery, Error, ProjectId};

/// Documents by collection and id.
#[derive(Debug, Default)]
pub(super) struct Documents(BTreeMap<(&'static str, String), Document>);

impl Documents {
    /// Whether the document may be written; then [`Self::put`] cannot fail.
    pub(super) fn check(&self, document: &Document) -> Result<(), Error> {
        let stored = self.0.get(&(document.collection, document.id.clone()));
        if document.revision == 1 {
            return match stored {
                Some(_) => Err(Error::AlreadyExists(document.id.clone())),
                None => Ok(()),
            };
        }
        match stored {
            Some(stored) if stored.project == document.project && stored.revision + 1 == document.revision => Ok(()),
            Some(_) | None => Err(Error::Conflict(document.id.clone())),
        }
    }

    pub(super) fn put(&mut self, document: Document) {
        self.0.insert((document.collection, document.id.clone()), document);
    }

    pub(super) fn get(&self, collection: &'static str, project: &ProjectId, id: &str) -> Option<&Document> {
        self.0
            .get(&(collection, id.to_owned()))
            .filter(|document| document.project == *project)
    }

    pub(super) fn list(&self, query: &DocumentQuery) -> Vec<Document> {
        let DocumentQuery {
            collection,
            project,
            group,
            after,
            limit,
        } = query;
        let in_group = |document: &&Document| group.is_none() || document.group == *group;
        let behind = |document: &&Document| after.as_ref().is_none_or(|after| place_of(document) < *after);
        let mut found: Vec<Document> = self
            .0
            .values()
            .filter(|document| document.collection == *collection && document.project == *project)
            .filter(in_group)
            .filter(behind)
            .cloned()
            .collect();
        found.sort_by_key(|document| Reverse(place_of(document)));
        found.truncate(*limit);
        found
    }

    pub(super) fn delete(
        &mut self,
        collection: &'static str,
        project: &ProjectId,
        id: &str,
        grouped: Option<&'static str>,
    ) -> bool {
        if self.get(collection, project, id).is_none() {
            return false;
        }
        self.0.remove(&(collection, id.to_owned()));
        if let Some(grouped) = grouped {
            let belongs = |document: &Document| {
                document.collection == grouped && document.project == *project && document.group.as_deref() == Some(id)
            };
            self.0.retain(|_, document| !belongs(document));
        }
        true
    }

    pub(super) fn trim(&mut self, collection: &'static str, project: ProjectId, group: String, keep: usize) {
        let all = DocumentQuery {
            collection,
            project,
            group: Some(group),
            after: None,
            limit: usize::MAX,
        };
        for document in self.list(&all).into_iter().skip(keep) {
            self.0.remove(&(collection, document.id));
        }
    }
}

fn place_of(document: &Document) -> (Timestamp, String) {
    (document.created, document.id.clone())
}
