//! Retention.

use super::Fixture;
use super::sample::{at, change, create, id, line, project, read, turn, turn_at, update};
use crate::{Commit, Error, Store as _};

const ALL: usize = usize::MAX;

/// A tree goes when its newest member is older than the limit, whole; one young member keeps all.
pub async fn a_tree_goes_by_its_newest_member<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    for (name, parent, second) in [
        ("old", None, 10),
        ("old child", Some("old"), 19),
        ("mixed", None, 10),
        ("mixed child", Some("mixed"), 20),
        ("young", None, 30),
    ] {
        store.commit(turn_at(name, parent, second)).await.unwrap();
    }
    assert_eq!(store.sweep(None, at(10), ALL).await.unwrap(), 0);
    assert_eq!(store.sweep(None, at(20), ALL).await.unwrap(), 2);
    assert_eq!((read(store, "old").await, read(store, "old child").await), (None, None));
    assert_eq!(line(store, "mixed child").await, ["mixed", "mixed child"].map(id));
    let refused = store.commit(turn("late", Some("old"))).await.unwrap_err();
    assert!(
        matches!(&refused, Error::NotFound(absent) if *absent == id("old")),
        "{refused}"
    );
    assert_eq!(store.sweep(None, at(31), ALL).await.unwrap(), 3);
    assert_eq!(read(store, "young").await, None);
}

/// A tree with a member under way stays, whatever its age.
pub async fn running_trees_stay<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(turn("root", None)).await.unwrap();
    store.commit(create("run", Some("root"))).await.unwrap();
    assert_eq!(store.sweep(None, at(1000), ALL).await.unwrap(), 0);
    let end = Commit {
        update: Some(update("run", antiphon_interaction::Status::Failed, 3)),
        ..change("run")
    };
    store.commit(end).await.unwrap();
    assert_eq!(store.sweep(None, at(1000), ALL).await.unwrap(), 2);
}

/// A project's retention touches that project only.
pub async fn a_project_can_be_swept_alone<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(turn("ours", None)).await.unwrap();
    let mut theirs = turn("theirs", None);
    theirs.project = "elsewhere".into();
    store.commit(theirs).await.unwrap();
    assert_eq!(store.sweep(Some("elsewhere".into()), at(100), ALL).await.unwrap(), 1);
    assert_eq!(store.sweep(Some("elsewhere".into()), at(100), ALL).await.unwrap(), 0);
    assert!(read(store, "ours").await.is_some());
    assert_eq!(store.sweep(Some(project()), at(100), ALL).await.unwrap(), 1);
}

/// One sweep takes no more trees than it is told to, and the next goes on.
pub async fn a_sweep_takes_limit_trees_at_most<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    for tree in ["a", "b", "c"] {
        let child = format!("{tree} child");
        store.commit(turn(tree, None)).await.unwrap();
        store.commit(turn(&child, Some(tree))).await.unwrap();
    }
    assert_eq!(store.sweep(None, at(100), 0).await.unwrap(), 0);
    assert_eq!(store.sweep(None, at(100), 2).await.unwrap(), 4);
    assert_eq!(store.sweep(None, at(100), 2).await.unwrap(), 2);
    assert_eq!(store.sweep(None, at(100), 2).await.unwrap(), 0);
}

/// Tombstones go with their tree and are counted; an erased run holds nothing back.
pub async fn tombstones_are_swept<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(create("root", None)).await.unwrap();
    store.commit(turn("child", Some("root"))).await.unwrap();
    store.erase(project(), id("root")).await.unwrap();
    assert_eq!(store.sweep(None, at(100), ALL).await.unwrap(), 2);
    assert_eq!(read(store, "child").await, None);
    store.commit(turn("root", None)).await.unwrap();
}
