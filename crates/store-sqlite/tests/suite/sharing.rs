//! Several stores on one file, as several processes have.

use std::sync::Barrier;
use std::thread;

use antiphon_store::{ApiKey, JobStore as _, KeyHash, NewApiKey, Store as _};
use antiphon_store_sqlite::SqliteStore;
use futures::FutureExt as _;
use futures::future::join_all;
use jiff::Timestamp;
use rusqlite::Connection;
use tempfile::tempdir;

use crate::sample::{completed, create, id, open, project};

#[test]
fn a_new_file_can_be_opened_by_several_at_once() {
    for _ in 0..10 {
        let folder = tempdir().unwrap();
        let path = folder.path().join("a.db");
        let start = Barrier::new(4);
        thread::scope(|scope| {
            let openers: [_; 4] = std::array::from_fn(|_| {
                scope.spawn(|| {
                    start.wait();
                    open(&path)
                })
            });
            for opener in openers {
                drop(opener.join().unwrap());
            }
        });
    }
}

#[tokio::test]
async fn what_one_process_writes_the_others_see() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.db");
    let (server, command) = (open(&path), open(&path));
    let key = ApiKey {
        id: "k".into(),
        project: project(),
        name: "n".into(),
        created: Timestamp::UNIX_EPOCH,
    };
    command
        .add_key(NewApiKey {
            key: key.clone(),
            hash: KeyHash([1; 32]),
        })
        .await
        .unwrap();
    assert_eq!(server.find_key(KeyHash([1; 32])).await.unwrap(), Some(key));

    let (ours, theirs) = (server.secret("sealing", vec![1]), command.secret("sealing", vec![2]));
    assert_eq!(ours.await.unwrap(), theirs.await.unwrap());

    let both = [&server, &command];
    let started = (0..200).map(|n: usize| both[n % 2].commit(create(&n.to_string(), "text")));
    for done in join_all(started.collect::<Vec<_>>()).await {
        done.unwrap();
    }
    assert_eq!(server.orphans(Timestamp::UNIX_EPOCH, 1000).await.unwrap().len(), 200);
}

#[tokio::test]
async fn reads_do_not_wait_for_a_writer() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store: SqliteStore = open(&path);
    store.commit(create("one", "text")).await.unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut waiting = store.commit(antiphon_store::Commit {
        update: completed(),
        ..crate::sample::change("one")
    });
    let stored = store.read(project(), id("one")).await.unwrap().unwrap();
    assert!(!stored.record.status.is_terminal());
    assert!((&mut waiting).now_or_never().is_none());
    other.execute_batch("COMMIT").unwrap();
    waiting.await.unwrap();
}
