//! Commits with large bytes keep their place while the bytes are on their way. The store of objects is held at a gate.

use std::fmt;
use std::sync::Arc;

use antiphon_interaction::{Status, Step};
use antiphon_store::memory::MemoryStore;
use antiphon_store::{Commit, Error, Store as _};
use antiphon_store_blobs::{Backend, BlobStore};
use async_trait::async_trait;
use futures::stream::BoxStream;
use futures::{FutureExt as _, StreamExt as _};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result,
};
use tokio::sync::Semaphore;

use crate::sample::{THRESHOLD, change, create, ended, id, image, long, over, project, said, stored};

/// Lets one `put` through for each permit; a closed gate fails them.
#[derive(Debug)]
struct Gated {
    inner: Arc<InMemory>,
    gate: Arc<Semaphore>,
    reads: Arc<Semaphore>,
}

impl fmt::Display for Gated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("gated")
    }
}

#[async_trait]
impl ObjectStore for Gated {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let permit = self
            .gate
            .acquire()
            .await
            .map_err(|closed| object_store::Error::Generic {
                store: "gated",
                source: closed.into(),
            })?;
        permit.forget();
        self.inner.put_opts(location, payload, opts).await
    }

    async fn put_multipart_opts(&self, path: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(path, opts).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let _permit = self.reads.acquire().await;
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

fn gated(inner: &MemoryStore) -> (BlobStore, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let objects = Gated {
        inner: Arc::default(),
        gate: Arc::clone(&gate),
        reads: Arc::new(Semaphore::new(1)),
    };
    let backend = Backend::Objects(Arc::new(objects), "the gated store".to_owned());
    (over(Arc::new(inner.clone()), backend, THRESHOLD), gate)
}

fn pictured(index: u32) -> Commit {
    Commit {
        steps: vec![stored(index, said(&long("picture")))],
        ..change("run")
    }
}

fn small(index: u32) -> Commit {
    Commit {
        steps: vec![stored(index, said("small"))],
        ..change("run")
    }
}

/// What comes behind large bytes in an interaction, and its children, wait for them; others do not. Nothing is applied before
/// its bytes are stored.
#[tokio::test]
async fn only_the_same_interaction_and_its_children_wait() {
    let inner = MemoryStore::default();
    let (store, gate) = gated(&inner);
    store.commit(create("run", vec![])).await.unwrap();
    let large = store.commit(pictured(0));
    let behind = store.commit(small(1));
    let mut child = create("child", vec![]);
    child.create.as_mut().unwrap().0.parent = Some(id("run"));
    let child = store.commit(child);
    store.commit(create("other", vec![Step::user(vec![])])).await.unwrap();
    assert_eq!(inner.read(project(), id("run")).await.unwrap().unwrap().steps, []);
    assert_eq!(inner.read(project(), id("child")).await.unwrap(), None);

    gate.add_permits(1);
    child.await.unwrap();
    behind.await.unwrap();
    large.await.unwrap();
    let read = store.read(project(), id("run")).await.unwrap().unwrap();
    assert_eq!(
        read.steps,
        [stored(0, said(&long("picture"))), stored(1, said("small"))]
    );
}

/// When the bytes cannot be stored, the commit and those of its run that wait behind it fail, so that no step is missing
/// before another; a change from outside goes through.
#[tokio::test]
async fn a_failure_takes_what_waits_behind_it_along() {
    let inner = MemoryStore::default();
    let (store, gate) = gated(&inner);
    store.commit(create("run", vec![Step::user(vec![])])).await.unwrap();
    let large = store.commit(pictured(0));
    let behind = store.commit(small(1));
    let cancel = Commit {
        attempt: None,
        update: ended(Status::Cancelled),
        ..change("run")
    };
    let cancel = store.commit(cancel);
    gate.close();
    for failed in [large, behind] {
        let error = failed.await.unwrap_err();
        assert!(
            matches!(&error, Error::Unavailable { location, .. } if location == "the gated store"),
            "{error}"
        );
    }
    cancel.await.unwrap();
    let read = store.read(project(), id("run")).await.unwrap().unwrap();
    assert_eq!((read.steps, read.record.status), (vec![], Status::Cancelled));
}

/// A place for large bytes that does not work is found before it is needed; one that does is left as it was.
#[tokio::test]
async fn a_place_can_be_tried_out() {
    let (store, gate) = gated(&MemoryStore::default());
    gate.add_permits(1);
    store.try_out().await.unwrap();
    gate.close();
    let error = store.try_out().await.unwrap_err();
    assert!(
        matches!(&error, Error::Unavailable { location, .. } if location == "the gated store"),
        "{error}"
    );
    let store = over(Arc::new(MemoryStore::default()), Backend::Database, THRESHOLD);
    store.try_out().await.unwrap();
}

/// Servers that start together do not take each other's probe away.
#[tokio::test]
async fn several_may_try_a_place_out_at_once() {
    let place: Arc<InMemory> = Arc::default();
    let store = |reads: &Arc<Semaphore>| {
        let objects = Gated {
            inner: Arc::clone(&place),
            gate: Arc::new(Semaphore::new(1)),
            reads: Arc::clone(reads),
        };
        let backend = Backend::Objects(Arc::new(objects), "the shared place".to_owned());
        over(Arc::new(MemoryStore::default()), backend, THRESHOLD)
    };
    let reads = Arc::new(Semaphore::new(0));
    let slow = store(&reads);
    let slow = tokio::spawn(async move { slow.try_out().await });
    while place.list(None).next().await.is_none() {
        tokio::task::yield_now().await;
    }
    store(&Arc::new(Semaphore::new(1))).try_out().await.unwrap();
    reads.add_permits(1);
    slow.await.unwrap().unwrap();
    assert!(place.list(None).next().await.is_none(), "nothing is left behind");
}

/// A commit with large bytes is applied when its future is dropped, and before the store is.
#[tokio::test]
async fn dropping_the_store_finishes_what_waits() {
    let inner = MemoryStore::default();
    let (store, gate) = gated(&inner);
    drop(store.commit(create("run", vec![Step::user(vec![image(&long("x"))])])));
    assert!(store.commit(small(0)).now_or_never().is_none());
    gate.add_permits(1);
    drop(store);
    assert_eq!(inner.read(project(), id("run")).await.unwrap().unwrap().steps.len(), 1);
}
