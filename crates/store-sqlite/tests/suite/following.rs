//! Who waits for jobs hears of them.

use antiphon_store::{Change, Commit, FollowStore as _, JobStore as _, NewJob, Settlement, Store as _, WorkerId};
use futures::{FutureExt as _, StreamExt as _};
use jiff::Timestamp;
use tempfile::tempdir;

use crate::sample::{change, create, open, project, step};

#[tokio::test]
async fn jobs_that_can_be_claimed_are_told_of() {
    let folder = tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    let mut changes = store.changes();
    store.commit(create("run", "text")).await.unwrap();
    store
        .commit(Commit {
            steps: vec![step(0, "text")],
            ..change("run")
        })
        .await
        .unwrap();
    assert_eq!(changes.next().now_or_never(), None, "no jobs yet");

    let job = NewJob {
        id: "job".into(),
        project: project(),
        kind: "sum".into(),
        payload: "{}".into(),
        interaction: None,
        due: Timestamp::UNIX_EPOCH,
        priority: 0,
        worker: Some(WorkerId::from("w")),
        limit: None,
    };
    store
        .commit(Commit {
            enqueue: vec![job],
            ..change("run")
        })
        .await
        .unwrap();
    assert_eq!(changes.next().await, Some(Change::Jobs));
    assert!(store.settle("job".into(), 1, Settlement::HandedBack).await.unwrap());
    assert_eq!(changes.next().await, Some(Change::Jobs));
    store.retire(WorkerId::from("w")).await.unwrap();
    assert_eq!(changes.next().await, Some(Change::Jobs));
}
