//! A run that goes on under another attempt.

use antiphon_interaction::Status;

use super::Fixture;
use super::sample::{change, create, delta, id, job, read, start, step, update};
use crate::{Commit, Error, JobChange, JobMark, OpenEntry, Store, StoredStep};

fn by(attempt: u32, entry: OpenEntry) -> OpenEntry {
    OpenEntry { attempt, ..entry }
}

fn taking_over(attempt: u32) -> Commit {
    Commit {
        attempt: Some(attempt),
        takes_over: true,
        ..change("run")
    }
}

/// A run with one finished step and an open one.
async fn run(store: &impl Store) {
    let first = Commit {
        open: vec![start(1), delta(1, 1, "so far")],
        steps: vec![step(0, "first")],
        ..create("run", None)
    };
    store.commit(first).await.unwrap();
}

/// The attempt that takes over is the current one from then on: finished steps stay, the open one begins anew under the
/// same index, and the attempt before is shut out.
pub async fn a_later_attempt_takes_over<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    run(store).await;
    assert_eq!(read(store, "run").await.unwrap().attempt, 1);
    store.commit(taking_over(4)).await.unwrap();
    let stored = read(store, "run").await.unwrap();
    assert_eq!(
        (stored.attempt, stored.steps, stored.open),
        (4, vec![step(0, "first")], vec![])
    );

    for attempt in [1, 2, 5] {
        let late = Commit {
            attempt: Some(attempt),
            open: vec![by(attempt, start(1))],
            ..change("run")
        };
        let refused = store.commit(late).await.unwrap_err();
        assert!(
            matches!(&refused, Error::Superseded(run) if *run == id("run")),
            "{refused}"
        );
    }
    let goes_on = Commit {
        attempt: Some(4),
        open: vec![by(4, start(1)), by(4, delta(1, 1, "anew"))],
        ..change("run")
    };
    store.commit(goes_on).await.unwrap();
    // What it has itself written stays when it says again that it takes over, and goes when the next does.
    store.commit(taking_over(4)).await.unwrap();
    assert_eq!(read(store, "run").await.unwrap().open.len(), 2);
    let ends = Commit {
        open: vec![by(5, start(1)), by(5, start(2))],
        steps: vec![StoredStep {
            attempt: 5,
            ..step(1, "anew")
        }],
        ..taking_over(5)
    };
    store.commit(ends).await.unwrap();
    let stored = read(store, "run").await.unwrap();
    assert_eq!(stored.open, [by(5, start(2))]);
    assert_eq!((stored.attempt, stored.steps[1].attempt), (5, 5));
}

/// Taking over goes up.
pub async fn an_earlier_attempt_cannot_take_over<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    run(store).await;
    store.commit(taking_over(3)).await.unwrap();
    let refused = store.commit(taking_over(2)).await.unwrap_err();
    assert!(matches!(refused, Error::Superseded(_)), "{refused}");
    // A change from outside needs no attempt, and ends every one.
    let cancel = Commit {
        attempt: None,
        update: Some(update("run", Status::Cancelled, 1)),
        ..change("run")
    };
    store.commit(cancel).await.unwrap();
    let refused = store.commit(taking_over(4)).await.unwrap_err();
    assert!(matches!(refused, Error::Terminal { .. }), "{refused}");
    assert_eq!(read(store, "run").await.unwrap().attempt, 3);
}

/// When something else of the commit is refused, the earlier attempt and its open step stay.
pub async fn a_refused_takeover_changes_nothing<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    run(store).await;
    let before = read(store, "run").await;
    let fenced = Commit {
        job: Some(JobChange {
            id: "nobody's".to_owned(),
            fence: 1,
            mark: JobMark::Progressed,
        }),
        ..taking_over(2)
    };
    let filled = Commit {
        steps: vec![step(0, "again")],
        enqueue: vec![job("one")],
        ..taking_over(2)
    };
    for commit in [fenced, filled] {
        store.commit(commit).await.unwrap_err();
        assert_eq!(read(store, "run").await, before);
    }
    let goes_on = Commit {
        open: vec![delta(1, 2, "more")],
        ..change("run")
    };
    store.commit(goes_on).await.unwrap();
}
