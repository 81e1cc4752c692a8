//! Objects go with their interaction.

use std::sync::Arc;

use antiphon_interaction::{Status, Step};
use antiphon_store::memory::MemoryStore;
use antiphon_store::{Commit, DocumentQuery, DocumentStore as _, ProjectId, Store as _};
use antiphon_store_blobs::{Backend, BlobStore};
use futures::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use crate::sample::{NOW, THRESHOLD, change, create, ended, id, image, in_folder, long, objects, over, project};

fn with_picture(name: &str) -> Commit {
    create(name, vec![Step::user(vec![image(&long(name))])])
}

/// When an erasure is acknowledged the objects are gone, and others' are there.
#[tokio::test]
async fn an_erased_interaction_leaves_no_object() {
    let folder = TempDir::new().unwrap();
    let store = over(Arc::new(MemoryStore::default()), in_folder(folder.path()), THRESHOLD);
    for name in ["gone", "stays"] {
        store.commit(with_picture(name)).await.unwrap();
    }
    let elsewhere = ProjectId::from("elsewhere");
    assert!(!store.erase(elsewhere, id("gone")).await.unwrap());
    assert_eq!(objects(folder.path()).len(), 2);
    assert!(store.erase(project(), id("gone")).await.unwrap());
    let left = objects(folder.path());
    assert_eq!(left.len(), 1);
    assert!(left[0].starts_with(folder.path().join("blobs/tests/v1_stays")));
    assert!(store.read(project(), id("stays")).await.unwrap().is_some());
}

async fn garbage_is_collected(store: &BlobStore, count: impl Fn() -> usize, now: impl Fn() -> Timestamp) {
    for name in ["swept", "kept"] {
        store.commit(with_picture(name)).await.unwrap();
    }
    let end = Commit {
        update: ended(Status::Completed),
        ..change("swept")
    };
    store.commit(end).await.unwrap();
    // Its objects are stored, and then it fails: nothing is there to change.
    let late = Commit {
        create: None,
        steps: vec![crate::sample::stored(0, crate::sample::said(&long("late")))],
        ..change("never there")
    };
    store.commit(late).await.unwrap_err();
    let swept = store.sweep(None, Timestamp::MAX, 100).await.unwrap();
    assert_eq!(swept.len(), 1);
    let before = count();

    let now = now();
    assert_eq!(
        store.collect_garbage(now).await.unwrap(),
        0,
        "they may belong to a commit under way"
    );
    let later = now + SignedDuration::from_hours(2);
    assert_eq!(store.collect_garbage(later).await.unwrap(), 2);
    assert_eq!(count(), before - 2);
    assert!(store.read(project(), id("kept")).await.unwrap().is_some());
    assert_eq!(store.collect_garbage(later).await.unwrap(), 0);
}

/// What a sweep and a failed commit leave goes once it is an hour old.
#[tokio::test]
async fn garbage_in_files_is_collected() {
    let folder = TempDir::new().unwrap();
    let store = over(Arc::new(MemoryStore::default()), in_folder(folder.path()), THRESHOLD);
    let files = || objects(folder.path());
    // The system dates files.
    let now = || {
        let dates = files()
            .into_iter()
            .map(|file| file.metadata().unwrap().modified().unwrap());
        Timestamp::try_from(dates.max().unwrap()).unwrap()
    };
    garbage_is_collected(&store, || files().len(), now).await;
}

/// The same where objects are documents.
#[tokio::test]
async fn garbage_in_the_database_is_collected() {
    let inner = MemoryStore::default();
    let store = over(Arc::new(inner.clone()), Backend::Database, THRESHOLD);
    let bodies = || {
        let query = DocumentQuery {
            collection: "blobs",
            project: ProjectId::from("antiphon-blobs"),
            group: None,
            after: None,
            limit: 100,
        };
        inner.documents(query).now_or_never().unwrap().unwrap().len()
    };
    garbage_is_collected(&store, bodies, || NOW).await;
}
