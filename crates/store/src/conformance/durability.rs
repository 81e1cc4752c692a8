//! What outlives the process. For stores that keep their data elsewhere.

use super::DurableFixture;
use super::sample::{
    LATER, at, begun, change, claim, conversation, create, delta, id, ids, job, lease, project, read, start, step,
    turn, wanted, worker,
};
use crate::{
    ApiKey, Commit, Conversation, Document, DocumentStore as _, JobStore as _, KeyHash, NewApiKey, Store as _,
};

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
    assert_eq!(
        store.orphans(at(0), usize::MAX).await.unwrap(),
        [(project(), id("run"))]
    );
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

/// Jobs and documents are there after reopening, and so is who took over.
pub async fn jobs_and_documents_outlive_the_process<F: DurableFixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let document = Document {
        collection: "webhooks",
        project: project(),
        id: "hook".to_owned(),
        group: Some("g".to_owned()),
        revision: 1,
        created: at(1),
        body: "{}".to_owned(),
    };
    store.put_document(document.clone(), vec![job("waits")]).await.unwrap();
    let run = Commit {
        enqueue: vec![begun("run", "w")],
        ..create("run", None)
    };
    store.commit(run).await.unwrap();
    assert_eq!(ids(&claim(store, "w").await), ["job waits"]);
    let takes_over = Commit {
        attempt: Some(2),
        takes_over: true,
        ..change("run")
    };
    store.commit(takes_over).await.unwrap();
    fixture.expire(worker("w")).await;

    let fixture = fixture.reopen().await;
    let store = fixture.store();
    assert_eq!(read(store, "run").await.unwrap().attempt, 2);
    let found = store.document("webhooks", project(), "hook".to_owned()).await.unwrap();
    assert_eq!(found, Some(document));
    assert!(lease(store, "next", LATER).await);
    let taken = store.claim(wanted("next", LATER)).await.unwrap();
    assert_eq!(ids(&taken), ["job waits", "job run"]);
    assert!(taken.iter().all(|job| (job.fence, job.tries) == (2, 2)));
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
