//! What outlives the process. For stores that keep their data elsewhere.

use super::DurableFixture;
use super::sample::{at, change, conversation, create, delta, id, project, read, start, step, turn};
use crate::{ApiKey, Commit, Conversation, KeyHash, NewApiKey, Store as _};

/// Every read gives after reopening what it gave before.
pub async fn everything_is_there_after_reopening<F: DurableFixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    for (name, parent) in [
        ("root", None),
        ("gone", Some("root")),
        ("leaf", Some("gone")),
        ("side", Some("root")),
    ] {
        store.commit(turn(name, parent)).await.unwrap();
    }
    let run = Commit {
        open: vec![start(1), delta(1, 1, "so far")],
        steps: vec![step(0, "t")],
        ..create("run", None)
    };
    store.commit(run).await.unwrap();
    store.erase(project(), id("gone")).await.unwrap();
    let key = ApiKey {
        id: "key".into(),
        project: project(),
        name: "n".into(),
        created: at(1),
    };
    store
        .add_key(NewApiKey {
            key: key.clone(),
            hash: KeyHash([9; 32]),
        })
        .await
        .unwrap();
    store.secret("sealing", b"first".to_vec()).await.unwrap();
    let before = [
        read(store, "root").await,
        read(store, "leaf").await,
        read(store, "run").await,
    ];
    let side = conversation(store, "side").await;

    let fixture = fixture.reopen().await;
    let store = fixture.store();
    assert_eq!(
        [
            read(store, "root").await,
            read(store, "leaf").await,
            read(store, "run").await
        ],
        before
    );
    assert_eq!(conversation(store, "side").await, side);
    assert_eq!(read(store, "gone").await, None);
    assert_eq!(conversation(store, "leaf").await, Conversation::Erased(id("gone")));
    assert_eq!(store.unfinished().await.unwrap(), [(project(), id("run"))]);
    assert_eq!(store.find_key(KeyHash([9; 32])).await.unwrap(), Some(key));
    assert_eq!(store.secret("sealing", b"second".to_vec()).await.unwrap(), b"first");
    store
        .commit(Commit {
            steps: vec![step(1, "done")],
            ..change("run")
        })
        .await
        .unwrap();
}

/// Dropping the store loses nothing that was started, awaited or not.
pub async fn dropping_the_store_finishes_what_was_started<F: DurableFixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    drop(store.commit(create("run", None)));
    for index in 0..200 {
        drop(store.commit(Commit {
            steps: vec![step(index, "step")],
            ..change("run")
        }));
    }
    let fixture = fixture.reopen().await;
    assert_eq!(read(fixture.store(), "run").await.unwrap().steps.len(), 200);
}
