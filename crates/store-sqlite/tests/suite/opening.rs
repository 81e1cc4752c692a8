//! Which files are taken, and what is said of the others.

use std::fs;
use std::os::unix::fs::FileExt as _;

use antiphon_store::{Error, JobStore as _, Store as _};
use antiphon_store_sqlite::{Options, SqliteStore};
use jiff::Timestamp;
use rusqlite::Connection;
use tempfile::tempdir;

use crate::sample::{create, id, open, project};

#[test]
fn a_newer_file_is_refused_with_both_formats() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.db");
    drop(open(&path));
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let refused = SqliteStore::open(&path, Options::default()).err().unwrap();
    assert!(
        matches!(
            refused,
            Error::Newer {
                found: 99,
                supported: 2,
                ..
            }
        ),
        "{refused}"
    );
    assert!(
        refused.to_string().starts_with(&path.display().to_string()),
        "{refused}"
    );
}

#[tokio::test]
async fn a_file_of_the_first_format_is_brought_up_to_date() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.db");
    let first = Connection::open(&path).unwrap();
    first
        .execute_batch(include_str!("../../migrations/0001_interactions.sql"))
        .unwrap();
    first
        .execute_batch(
            "INSERT INTO interactions (seq, id, project, root_seq, background, status, finished, attempt, created, updated, head) \
                 VALUES (1, 'old', 'default', 1, 0, 'in_progress', 0, 1, 0, 0, '{}'); \
             INSERT INTO inputs (seq, steps) VALUES (1, '[]')",
        )
        .unwrap();
    first.pragma_update(None, "application_id", 0x416e_7469).unwrap();
    first.pragma_update(None, "user_version", 1).unwrap();
    drop(first);
    let store = open(&path);
    let stored = store.read(project(), id("old")).await.unwrap().unwrap();
    assert_eq!((stored.record.owner, stored.attempt), (None, 1));
    assert_eq!(
        store.orphans(Timestamp::UNIX_EPOCH, 9).await.unwrap(),
        [(project(), id("old"))]
    );
}

#[test]
fn what_is_no_database_of_ours_is_refused_and_left_alone() {
    let folder = tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "dear diary ".repeat(1000)).unwrap();
    let other = folder.path().join("other.db");
    Connection::open(&other)
        .unwrap()
        .execute_batch("CREATE TABLE songs (title TEXT)")
        .unwrap();
    for path in [text, other] {
        let before = fs::read(&path).unwrap();
        let refused = SqliteStore::open(&path, Options::default()).err().unwrap();
        let named = matches!(&refused, Error::Damaged { location, .. } if *location == path.display().to_string());
        assert!(named, "{refused}");
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[test]
fn a_file_that_cannot_be_made_is_named() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("missing").join("a.db");
    let refused = SqliteStore::open(&path, Options::default()).err().unwrap();
    assert!(matches!(refused, Error::Unavailable { .. }), "{refused}");
    assert!(refused.to_string().contains(&path.display().to_string()), "{refused}");
}

#[tokio::test]
async fn a_torn_file_is_refused() {
    let folder = tempdir().unwrap();
    let whole = folder.path().join("whole.db");
    let store = open(&whole);
    for n in 0..50 {
        store
            .commit(create(&n.to_string(), &"text ".repeat(500)))
            .await
            .unwrap();
    }
    drop(store);
    let bytes = fs::read(&whole).unwrap();
    for length in [60, 4000, 4096, 3 * 4096 + 17, bytes.len() / 2, bytes.len() - 4096] {
        let path = folder.path().join(format!("torn at {length}.db"));
        fs::write(&path, &bytes[..length]).unwrap();
        let refused = SqliteStore::open(&path, Options::default()).err().unwrap();
        assert!(matches!(refused, Error::Damaged { .. }), "{length}: {refused}");
    }
}

#[tokio::test]
async fn a_page_gone_bad_is_reported_as_damage_by_whoever_meets_it() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = open(&path);
    for n in 0..50 {
        store
            .commit(create(&n.to_string(), &"text ".repeat(500)))
            .await
            .unwrap();
    }
    drop(store);
    let root: u32 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'inputs'", [], |row| {
            row.get(0)
        })
        .unwrap();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    let page = [0xff; 4096];
    let inner = file.metadata().unwrap().len() / 4096 - 1;
    file.write_all_at(&page, u64::from(root - 1) * 4096).unwrap();
    file.write_all_at(&page, inner * 4096).unwrap();
    match SqliteStore::open(&path, Options::default()) {
        Err(refused) => assert!(matches!(refused, Error::Damaged { .. }), "{refused}"),
        Ok(store) => {
            let refused = store.read(project(), id("7")).await.unwrap_err();
            assert!(matches!(refused, Error::Damaged { .. }), "{refused}");
        }
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = open(&path);
    store.commit(create("one", "text")).await.unwrap();
    Connection::open(&path)
        .unwrap()
        .execute("UPDATE interactions SET head = '{\"model\":7}'", [])
        .unwrap();
    let refused = store.read(project(), id("one")).await.unwrap_err();
    let named = matches!(&refused, Error::Damaged { message, .. } if message.contains("the head of one"));
    assert!(named, "{refused}");
}
