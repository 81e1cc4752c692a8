//! The objects, wherever they lie.

use std::sync::Arc;

use antiphon_store::{Document, DocumentQuery, Error, ProjectId, Store};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt as _, TryStreamExt as _, once};
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _};

use crate::keys::Owner;
use crate::reference::Hash;
use crate::{Backend, Clock};

/// The documents of this crate belong to no tenant.
const PROJECT: &str = "antiphon-blobs";
/// One document per interaction, with those of [`BODIES`] as its group.
const OWNERS: &str = "blob-owners";
const BODIES: &str = "blobs";
const PAGE: usize = 500;

/// Where large bytes lie.
#[derive(Clone)]
pub struct Objects {
    backend: Backend,
    store: Arc<dyn Store>,
    now: Clock,
}

/// A folder of objects with something in it.
pub struct Found {
    /// Whose.
    pub owner: Owner,
    /// When the object, or the folder, was made.
    pub made: Timestamp,
    /// The object; `None` stands for the whole folder.
    pub object: Option<Path>,
}

impl Objects {
    /// `store` keeps them when the backend is the database; `now` is the time then.
    pub fn new(backend: Backend, store: Arc<dyn Store>, now: Clock) -> Self {
        Self { backend, store, now }
    }

    /// Stores `text`; storing it again changes nothing.
    pub async fn put(&self, folder: &str, hash: &Hash, text: String) -> Result<(), Error> {
        match &self.backend {
            Backend::Objects(objects, _) => {
                let path = object(folder, hash);
                let put = objects.put(&path, Bytes::from(text).into()).await;
                put.map(|_| ()).map_err(|source| self.unavailable(source))
            }
            Backend::Database => {
                let owner = self.document(OWNERS, folder.to_owned(), None, "{}".to_owned());
                self.put_once(owner.clone()).await?;
                let body = format!("\"{}\"", STANDARD.encode(text));
                let id = format!("{folder}/{}", hash.as_str());
                let body = self.document(BODIES, id, Some(folder.to_owned()), body);
                self.put_once(body).await?;
                // An erasure in between has taken the owner, and nothing else leads to the body.
                self.put_once(owner).await
            }
        }
    }

    /// The text that was stored under this hash.
    pub async fn get(&self, folder: &str, hash: &Hash) -> Result<String, Error> {
        let text = match &self.backend {
            Backend::Objects(objects, _) => match objects.get(&object(folder, hash)).await {
                Ok(found) => {
                    let bytes = found.bytes().await.map_err(|source| self.unavailable(source))?;
                    String::from_utf8(bytes.into()).ok()
                }
                Err(object_store::Error::NotFound { .. }) => return Err(self.damaged(folder, hash, "is missing")),
                Err(source) => return Err(self.unavailable(source)),
            },
            Backend::Database => {
                let id = format!("{folder}/{}", hash.as_str());
                let Some(found) = self.store.document(BODIES, PROJECT.into(), id).await? else {
                    return Err(self.damaged(folder, hash, "is missing"));
                };
                let bytes = STANDARD.decode(found.body.trim_matches('"')).ok();
                bytes.and_then(|bytes| String::from_utf8(bytes).ok())
            }
        };
        text.filter(|text| Hash::of(text.as_bytes()) == *hash)
            .ok_or_else(|| self.damaged(folder, hash, "is not what was stored"))
    }

    /// Deletes all objects of a folder; returns how many, as far as that is known.
    pub async fn delete_folder(&self, folder: &str) -> Result<u64, Error> {
        match &self.backend {
            Backend::Objects(objects, _) => {
                let listed = objects.list(Some(&Path::from(folder)));
                let paths = listed.map_ok(|meta| meta.location).boxed();
                let mut deleted = 0;
                let mut outcomes = objects.delete_stream(paths);
                while let Some(outcome) = outcomes.next().await {
                    match outcome {
                        Ok(_) => deleted += 1,
                        // Somebody else did it.
                        Err(object_store::Error::NotFound { .. }) => {}
                        Err(source) => return Err(self.unavailable(source)),
                    }
                }
                Ok(deleted)
            }
            Backend::Database => {
                let gone = self
                    .store
                    .delete_document(OWNERS, PROJECT.into(), folder.to_owned(), Some(BODIES));
                Ok(u64::from(gone.await?))
            }
        }
    }

    /// Deletes one thing found.
    pub async fn delete(&self, found: &Found) -> Result<u64, Error> {
        match (&self.backend, &found.object) {
            (Backend::Objects(objects, _), Some(path)) => match objects.delete(path).await {
                Ok(()) => Ok(1),
                Err(object_store::Error::NotFound { .. }) => Ok(0),
                Err(source) => Err(self.unavailable(source)),
            },
            (Backend::Objects(..) | Backend::Database, _) => match found.owner.folder() {
                Some(folder) => self.delete_folder(&folder).await,
                None => Ok(0),
            },
        }
    }

    /// Everything there is; what is not of ours is left out.
    pub fn list(&self) -> BoxStream<'_, Result<Found, Error>> {
        match &self.backend {
            Backend::Objects(objects, _) => objects
                .list(None)
                .map_err(|source| self.unavailable(source))
                .try_filter_map(async |meta| Ok(found(&meta)))
                .boxed(),
            Backend::Database => once(self.owners())
                .map_ok(|owners| futures::stream::iter(owners).map(Ok))
                .try_flatten()
                .boxed(),
        }
    }

    async fn owners(&self) -> Result<Vec<Found>, Error> {
        let mut owners = Vec::new();
        let mut after = None;
        loop {
            let query = DocumentQuery {
                collection: OWNERS,
                project: PROJECT.into(),
                group: None,
                after,
                limit: PAGE,
            };
            let page = self.store.documents(query).await?;
            after = page.last().map(|last| (last.created, last.id.clone()));
            let is_last = page.len() < PAGE;
            owners.extend(page.into_iter().filter_map(|document| {
                Some(Found {
                    owner: Owner::of_folder(&document.id)?,
                    made: document.created,
                    object: None,
                })
            }));
            if is_last {
                return Ok(owners);
            }
        }
    }

    fn document(&self, collection: &'static str, id: String, group: Option<String>, body: String) -> Document {
        Document {
            collection,
            project: ProjectId::from(PROJECT),
            id,
            group,
            revision: 1,
            created: (self.now)(),
            body,
        }
    }

    async fn put_once(&self, document: Document) -> Result<(), Error> {
        match self.store.put_document(document, Vec::new()).await {
            Ok(()) | Err(Error::AlreadyExists(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The error of a step that refers to something that is no hash.
    pub fn broken(&self, folder: &str) -> Error {
        self.damaged_at(format!("a reference of {folder} names no object"))
    }

    fn damaged(&self, folder: &str, hash: &Hash, how: &str) -> Error {
        self.damaged_at(format!("the object {folder}/{} {how}", hash.as_str()))
    }

    fn damaged_at(&self, message: String) -> Error {
        Error::Damaged {
            location: self.location().to_owned(),
            message,
        }
    }

    /// Large bytes could not be moved.
    pub fn unavailable(&self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        Error::Unavailable {
            location: self.location().to_owned(),
            source: source.into(),
        }
    }

    fn location(&self) -> &str {
        match &self.backend {
            Backend::Objects(_, name) => name,
            Backend::Database => "the store of objects in the database",
        }
    }
}

fn object(folder: &str, hash: &Hash) -> Path {
    Path::from(format!("{folder}/{}", hash.as_str()))
}

fn found(meta: &ObjectMeta) -> Option<Found> {
    let (folder, _) = meta.location.as_ref().rsplit_once('/')?;
    Some(Found {
        owner: Owner::of_folder(folder)?,
        made: Timestamp::from_millisecond(meta.last_modified.timestamp_millis()).ok()?,
        object: Some(meta.location.clone()),
    })
}
