//! The server itself goes down.

use antiphon_store::{Change, FollowStore as _, Store as _};
use antiphon_store_postgres::PostgresStore;
use futures::StreamExt as _;

use crate::sample::{create, id, steps, with_step};
use crate::server::{Schema, script};

/// The server crashes between and under commits: what was acknowledged is there, what was queued is applied once.
#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_server_crashes() {
    // The other tests' server stays up.
    let folder = tempfile::tempdir().unwrap();
    let schema = Schema::at(script("start", Some(folder.path())));
    let store: PostgresStore = schema.open().await;
    let mut changes = store.changes();
    assert_eq!(changes.next().await, Some(Change::Missed));
    store.commit(create("run", true)).await.unwrap();
    assert_eq!(changes.next().await, Some(Change::Interaction(id("run"))));
    for index in 0..20 {
        store.commit(with_step("run", index)).await.unwrap();
    }
    let queued: Vec<_> = (20..100).map(|index| store.commit(with_step("run", index))).collect();
    script("restart", Some(folder.path()));
    for commit in queued {
        commit.await.unwrap();
    }
    assert_eq!(steps(&store, "run").await, 100);
    while changes.next().await != Some(Change::Missed) {}
    store.commit(with_step("run", 100)).await.unwrap();
    assert_eq!(changes.next().await, Some(Change::Interaction(id("run"))));
    drop(store);
    script("stop", Some(folder.path()));
}
