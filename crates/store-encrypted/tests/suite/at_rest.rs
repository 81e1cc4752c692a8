//! What lies on the disk.

use std::path::{Path, PathBuf};
use std::time::Duration;

use antiphon_store::{Claim, Commit, DocumentStore as _, JobStore as _, Settlement, Store as _, WorkerId};
use jiff::Timestamp;
use tempfile::TempDir;

use crate::sample::{FIRST, MARKER, document, encrypted, failed, id, job, project, run, sqlite_with_blobs};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn holds(file: &Path, text: &str) -> bool {
    let bytes = std::fs::read(file).unwrap();
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Neither the database, nor its log, nor an object shows what was said, asked, set, queued, documented or kept secret, while the
/// store is open and after; what operators need stays readable.
#[tokio::test]
async fn no_file_shows_what_was_stored() {
    let folder = TempDir::new().unwrap();
    // The long one goes to an object, the short ones stay in the database.
    let store = encrypted(sqlite_with_blobs(folder.path(), 2000), FIRST).await;
    let mut commit = run("run");
    commit.steps.push(crate::sample::stored(2, &MARKER.repeat(1000)));
    commit.open.clear();
    store.commit(commit.clone()).await.unwrap();
    store.commit(run("open")).await.unwrap();
    let end = Commit {
        update: failed(),
        ..Commit::new(project(), id("run"))
    };
    store.commit(end).await.unwrap();
    store
        .put_document(document("hook"), vec![job("of a hook")])
        .await
        .unwrap();
    store.secret("sealing", MARKER.as_bytes().to_vec()).await.unwrap();
    let worker = WorkerId::from("w");
    let now = Timestamp::UNIX_EPOCH;
    assert!(
        store
            .heartbeat(worker.clone(), now, Duration::from_secs(60))
            .await
            .unwrap()
    );
    let claim = Claim {
        worker,
        kinds: vec!["kind".to_owned()],
        now,
        limit: 10,
        per_project: None,
    };
    let claimed = store.claim(claim).await.unwrap();
    assert_eq!(claimed.len(), 3);
    assert!(claimed.iter().all(|job| job.payload.contains(MARKER)));
    let later = Settlement::Later {
        due: now,
        payload: format!("\"{MARKER}\""),
    };
    assert!(store.settle("run".to_owned(), claimed[0].fence, later).await.unwrap());

    let read = store.read(project(), id("run")).await.unwrap().unwrap();
    assert_eq!(read.steps, commit.steps);
    assert_eq!(read.input, commit.create.unwrap().1);
    assert_eq!(read.record.head, crate::sample::head());
    let check = |when: &str| {
        let found = files(folder.path());
        assert!(
            found.iter().any(|file| file.starts_with(folder.path().join("blobs"))),
            "{when}: {found:?}"
        );
        for file in &found {
            assert!(!holds(file, MARKER), "{}, {when}", file.display());
        }
        let readable = |text| found.iter().any(|file| holds(file, text));
        assert!(
            readable("v1_run") && readable("a model") && readable("failed"),
            "{when}"
        );
    };
    check("open");
    drop(store);
    check("closed");
}
