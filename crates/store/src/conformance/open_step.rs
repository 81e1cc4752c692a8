//! The step that a background run is making.

use antiphon_interaction::Status;

use super::Fixture;
use super::sample::{change, create, delta, read, start, step, update};
use crate::{Commit, OpenEntry, Store as _};

/// Entries add up in order; the finished step takes their place, and other steps' entries stay.
pub async fn a_finished_step_replaces_its_open_entries<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store
        .commit(Commit {
            open: vec![start(0)],
            ..create("run", None)
        })
        .await
        .unwrap();
    store
        .commit(Commit {
            open: vec![delta(0, 1, "on"), delta(0, 2, "ce")],
            ..change("run")
        })
        .await
        .unwrap();
    let stored = read(store, "run").await.unwrap();
    assert_eq!(stored.open, [start(0), delta(0, 1, "on"), delta(0, 2, "ce")]);

    let end = Commit {
        open: vec![delta(0, 3, "!"), start(1)],
        steps: vec![step(0, "once!")],
        ..change("run")
    };
    store.commit(end).await.unwrap();
    let stored = read(store, "run").await.unwrap();
    assert_eq!((stored.steps, stored.open), (vec![step(0, "once!")], vec![start(1)]));
}

/// Entries read back by step, attempt and ordinal; what a later attempt writes comes behind what it replaces.
pub async fn entries_read_back_by_place<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let again = OpenEntry { attempt: 2, ..start(0) };
    let entries = vec![again.clone(), delta(0, 300, "b"), start(0), delta(0, 2, "a")];
    store
        .commit(Commit {
            open: entries,
            ..create("run", None)
        })
        .await
        .unwrap();
    let stored = read(store, "run").await.unwrap();
    assert_eq!(stored.open, [start(0), delta(0, 2, "a"), delta(0, 300, "b"), again]);
}

/// A terminal interaction has no open step, whether its end came alone or with entries.
pub async fn a_terminal_status_drops_the_open_step<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store
        .commit(Commit {
            open: vec![start(0)],
            ..create("run", None)
        })
        .await
        .unwrap();
    let cancel = Commit {
        open: vec![delta(0, 1, "cut")],
        attempt: None,
        update: Some(update("run", Status::Cancelled, 2)),
        ..change("run")
    };
    store.commit(cancel).await.unwrap();
    let stored = read(store, "run").await.unwrap();
    assert_eq!((stored.steps, stored.open), (vec![], vec![]));
}
