//! Workers that go silent.

use antiphon_interaction::Status;

use super::Fixture;
use super::sample::{
    LATER, at, begun, change, claim, create, enqueue, expire, id, ids, job, lease, project, read, step, turn, update,
    wanted, worker,
};
use crate::{Commit, Error, JobChange, JobMark, JobStore as _, Settlement, Store as _};

/// Jobs are for workers whose lease runs.
pub async fn without_a_lease_nothing_is_given<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    enqueue(store, "t", vec![job("one")]).await;
    assert_eq!(store.claim(wanted("w", 0)).await.unwrap(), []);
    assert!(lease(store, "w", 0).await);
    expire(&fixture, "w").await;
    assert_eq!(store.claim(wanted("w", LATER)).await.unwrap(), []);
    assert!(lease(store, "w", LATER).await);
    assert_eq!(ids(&store.claim(wanted("w", LATER)).await.unwrap()), ["job one"]);
}

/// When a lease has run out, another takes over under a higher token, and the silent one is shut out of everything.
pub async fn what_a_silent_worker_holds_goes_to_another<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    assert!(lease(store, "silent", 0).await);
    let first = Commit {
        enqueue: vec![begun("run", "silent")],
        ..create("run", None)
    };
    store.commit(first).await.unwrap();
    assert!(lease(store, "w", 0).await);
    assert_eq!(store.claim(wanted("w", 0)).await.unwrap(), []);

    expire(&fixture, "silent").await;
    assert!(lease(store, "w", LATER).await);
    let taken = store.claim(wanted("w", LATER)).await.unwrap();
    assert_eq!((taken[0].fence, taken[0].tries), (2, 2));
    assert!(taken[0].silent_for.is_some(), "how long it took is known");
    assert_eq!(store.held(worker("silent")).await.unwrap(), []);
    assert_eq!(store.held(worker("w")).await.unwrap(), [("job run".to_owned(), 2)]);
    assert!(!lease(store, "silent", LATER).await);
    assert!(!lease(store, "silent", LATER).await, "not on the second try either");
    assert_eq!(store.claim(wanted("silent", LATER)).await.unwrap(), []);

    let write = |fence: u32| Commit {
        steps: vec![step(0, "text")],
        job: Some(JobChange {
            id: "job run".to_owned(),
            fence,
            mark: JobMark::Progressed,
        }),
        ..change("run")
    };
    let refused = store.commit(write(1)).await.unwrap_err();
    assert!(matches!(&refused, Error::Fenced(job) if job == "job run"), "{refused}");
    assert_eq!(read(store, "run").await.unwrap().steps, []);
    let settled = store.settle("job run".to_owned(), 1, Settlement::HandedBack);
    assert!(!settled.await.unwrap());
    store.commit(write(2)).await.unwrap();
}

/// A lease that ran out unnoticed goes on as if it had not: what the worker holds stays its own.
pub async fn a_late_renewal_that_nobody_noticed_is_good<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    enqueue(store, "t", vec![job("one")]).await;
    assert_eq!(ids(&claim(store, "late").await), ["job one"]);
    expire(&fixture, "late").await;
    assert!(lease(store, "late", LATER).await);
    assert!(lease(store, "w", LATER).await);
    assert_eq!(store.claim(wanted("w", LATER)).await.unwrap(), []);
    let done = Settlement::Done { enqueue: Vec::new() };
    assert!(store.settle("job one".to_owned(), 1, done).await.unwrap());
}

/// A worker that retires leaves its jobs to the others, and its id is not used again.
pub async fn what_a_retired_worker_holds_is_free_at_once<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    enqueue(store, "t", vec![job("one")]).await;
    assert_eq!(ids(&claim(store, "old").await), ["job one"]);
    store.retire(worker("old")).await.unwrap();
    store.retire(worker("never seen")).await.unwrap();
    let taken = claim(store, "w").await;
    assert_eq!((ids(&taken), taken[0].fence), (vec!["job one"], 2));
    assert!(!lease(store, "old", 0).await);
    assert!(!lease(store, "never seen", 0).await);
}

/// What runs in the foreground ends with its worker's lease; what is over, erased or in the background is no orphan.
pub async fn foreground_runs_without_a_worker_are_orphans<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    for name in ["w", "gone"] {
        assert!(lease(store, name, 0).await);
    }
    let owned = |name: &str, owner: Option<&str>, background: bool| {
        let mut commit = create(name, None);
        let (record, _) = commit.create.as_mut().unwrap();
        record.owner = owner.map(worker);
        record.background = background;
        commit
    };
    let mut elsewhere = owned("elsewhere", Some("never seen"), false);
    elsewhere.project = "elsewhere".into();
    for commit in [
        owned("c", Some("gone"), false),
        owned("kept", Some("w"), false),
        owned("ended", Some("gone"), false),
        owned("erased", Some("gone"), false),
        owned("a", None, false),
        owned("background", None, true),
        elsewhere,
    ] {
        store.commit(commit).await.unwrap();
    }
    store.commit(turn("done", Some("c"))).await.unwrap();
    let end = Commit {
        update: Some(update("ended", Status::Failed, 3)),
        ..change("ended")
    };
    store.commit(end).await.unwrap();
    store.erase(project(), id("erased")).await.unwrap();

    let unowned = [(project(), id("a")), ("elsewhere".into(), id("elsewhere"))];
    assert_eq!(store.orphans(at(0), 100).await.unwrap(), unowned);
    expire(&fixture, "gone").await;
    assert!(lease(store, "w", LATER - 10).await);
    let [a, elsewhere] = unowned;
    let expected = [(project(), id("c")), a, elsewhere];
    assert_eq!(store.orphans(at(LATER), 100).await.unwrap(), expected);
    assert_eq!(store.orphans(at(LATER), 2).await.unwrap(), expected[..2]);
    store.retire(worker("w")).await.unwrap();
    assert_eq!(store.orphans(at(LATER), 2).await.unwrap()[1], (project(), id("kept")));
}
