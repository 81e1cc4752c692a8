//! What is erased is gone from the files too.

use std::fs;
use std::path::Path;

use antiphon_interaction::{Status, StepDelta, TextDelta};
use antiphon_store::{Commit, Head, OpenEntry, OpenEvent, Store as _, StoredStep, Update};
use antiphon_store_sqlite::SqliteStore;
use jiff::Timestamp;
use tempfile::tempdir;

use crate::sample::{change, completed, create, id, open, project, step};

const MARKER: &str = "xyzzy-the-secret";

/// Text of about `length` bytes that is the marker all over.
fn secret(length: usize) -> String {
    MARKER.repeat(1 + length / MARKER.len())
}

fn found_in(folder: &Path) -> Vec<String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| {
            fs::read(entry.path())
                .unwrap()
                .windows(MARKER.len())
                .any(|window| window == MARKER.as_bytes())
        })
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

/// Interactions with secrets in every part, of every length, among others without, so that pages split and merge.
async fn fill(store: &SqliteStore) -> Vec<String> {
    let mut secrets = Vec::new();
    for n in 0..120_usize {
        let name = format!("secret {n}");
        let length = [20, 300, 900, 2500, 5000, 40_000][n % 6];
        let mut commit = create(&name, &secret(length));
        commit.steps = vec![StoredStep {
            marks: secret(length / 4).into_bytes(),
            ..step(0, &secret(length))
        }];
        let event = OpenEvent::Delta(StepDelta::Text(TextDelta {
            text: secret(length / 8),
        }));
        commit.open = (0..4)
            .map(|ordinal| OpenEntry {
                index: 1,
                attempt: 1,
                ordinal,
                event: event.clone(),
            })
            .collect();
        store.commit(commit).await.unwrap();
        let plain = Commit {
            steps: vec![step(0, &"plain ".repeat(n * 7))],
            ..create(&format!("plain {n}"), "plain")
        };
        store
            .commit(Commit {
                update: completed(),
                ..plain
            })
            .await
            .unwrap();
        if n % 3 > 0 {
            let settings = antiphon_interaction::Settings {
                system_instruction: Some(secret(length)),
                ..antiphon_interaction::Settings::default()
            };
            let head = Head {
                settings,
                ..Head::default()
            };
            let status = if n % 3 == 1 {
                Status::Completed
            } else {
                Status::InProgress
            };
            let update = Some(Update {
                status,
                updated: Timestamp::UNIX_EPOCH,
                head,
            });
            store
                .commit(Commit {
                    update,
                    ..change(&name)
                })
                .await
                .unwrap();
        }
        secrets.push(name);
    }
    secrets
}

#[tokio::test]
async fn erased_content_is_in_no_file() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = open(&path);
    let mut secrets = fill(&store).await;
    assert!(!found_in(folder.path()).is_empty());
    // Neither in the order in which they were written nor all from one end.
    secrets.sort_by_key(|name| name.bytes().rev().collect::<Vec<_>>());
    for name in secrets {
        assert!(store.erase(project(), id(&name)).await.unwrap());
    }
    drop(store);
    assert_eq!(found_in(folder.path()), Vec::<String>::new());
    assert!(open(&path).read(project(), id("plain 7")).await.unwrap().is_some());
}

#[tokio::test]
async fn swept_content_is_in_no_file() {
    let folder = tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    for name in fill(&store).await {
        let _ = store
            .commit(Commit {
                update: completed(),
                ..change(&name)
            })
            .await;
    }
    let swept = store.sweep(None, Timestamp::MAX, usize::MAX).await.unwrap();
    assert_eq!(swept.iter().map(|tree| tree.members).sum::<u64>(), 240);
    drop(store);
    assert_eq!(found_in(folder.path()), Vec::<String>::new());
}

#[tokio::test]
async fn one_erased_interaction_is_in_no_file_when_that_is_acknowledged() {
    let folder = tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    for (name, text) in [("before", "plain"), ("one", &secret(9000)), ("after", "plain")] {
        let turn = Commit {
            steps: vec![step(0, text)],
            update: completed(),
            ..create(name, text)
        };
        store.commit(turn).await.unwrap();
    }
    assert!(store.erase(project(), id("one")).await.unwrap());
    assert_eq!(found_in(folder.path()), Vec::<String>::new());
}

#[tokio::test]
async fn a_reader_that_holds_the_log_only_delays_the_scrubbing() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = open(&path);
    store.commit(create("one", &secret(100))).await.unwrap();
    let reader = rusqlite::Connection::open(&path).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM inputs").unwrap();
    assert!(store.erase(project(), id("one")).await.unwrap());
    assert!(!found_in(folder.path()).is_empty());
    reader.execute_batch("COMMIT").unwrap();
    store.check().await.unwrap();
    assert_eq!(found_in(folder.path()), Vec::<String>::new());
}

#[tokio::test]
async fn a_log_that_a_killed_process_left_is_cut_too() {
    let (folder, after) = (tempdir().unwrap(), tempdir().unwrap());
    let path = folder.path().join("a.db");
    let store = open(&path);
    store.commit(create("one", &secret(100))).await.unwrap();
    let reader = rusqlite::Connection::open(&path).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM inputs").unwrap();
    assert!(store.erase(project(), id("one")).await.unwrap());
    // What lies there now is what a kill would leave.
    for file in ["a.db", "a.db-wal"] {
        fs::copy(folder.path().join(file), after.path().join(file)).unwrap();
    }
    assert!(!found_in(after.path()).is_empty());
    let store = open(&after.path().join("a.db"));
    store.check().await.unwrap();
    assert_eq!(found_in(after.path()), Vec::<String>::new());
    assert!(store.read(project(), id("one")).await.unwrap().is_none());
}
