//! Retention.

use super::Fixture;
use super::sample::{at, change, create, id, line, project, read, swept, turn, turn_at, update};
use crate::{Commit, Error, Store as _, SweptTree};

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
    assert_eq!(swept(store, None, at(10), ALL).await, 0);
    assert_eq!(swept(store, None, at(20), ALL).await, 2);
    assert_eq!((read(store, "old").await, read(store, "old child").await), (None, None));
    assert_eq!(line(store, "mixed child").await, ["mixed", "mixed child"].map(id));
    let refused = store.commit(turn("late", Some("old"))).await.unwrap_err();
    assert!(
        matches!(&refused, Error::NotFound(absent) if *absent == id("old")),
        "{refused}"
    );
    assert_eq!(swept(store, None, at(31), ALL).await, 3);
    assert_eq!(read(store, "young").await, None);
}

/// A tree with a member under way stays, whatever its age.
pub async fn running_trees_stay<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(turn("root", None)).await.unwrap();
    store.commit(create("run", Some("root"))).await.unwrap();
    assert_eq!(swept(store, None, at(1000), ALL).await, 0);
    let end = Commit {
        update: Some(update("run", antiphon_interaction::Status::Failed, 3)),
        ..change("run")
    };
    store.commit(end).await.unwrap();
    assert_eq!(swept(store, None, at(1000), ALL).await, 2);
}

/// A project's retention touches that project only.
pub async fn a_project_can_be_swept_alone<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(turn("ours", None)).await.unwrap();
    let mut theirs = turn("theirs", None);
    theirs.project = "elsewhere".into();
    store.commit(theirs).await.unwrap();
    assert_eq!(swept(store, Some("elsewhere".into()), at(100), ALL).await, 1);
    assert_eq!(swept(store, Some("elsewhere".into()), at(100), ALL).await, 0);
    assert!(read(store, "ours").await.is_some());
    assert_eq!(swept(store, Some(project()), at(100), ALL).await, 1);
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
    assert_eq!(swept(store, None, at(100), 0).await, 0);
    assert_eq!(swept(store, None, at(100), 2).await, 4);
    assert_eq!(swept(store, None, at(100), 2).await, 2);
    assert_eq!(swept(store, None, at(100), 2).await, 0);
}

/// A sweep names the trees that it took, whole.
pub async fn a_sweep_names_its_trees<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(turn("alone", None)).await.unwrap();
    store.commit(turn("root", None)).await.unwrap();
    store.commit(turn("child", Some("root"))).await.unwrap();
    let mut trees = store.sweep(None, at(100), ALL).await.unwrap();
    trees.sort_by_key(|tree| tree.members);
    let tree = |root: &str, members| SweptTree {
        project: project(),
        root: id(root),
        members,
    };
    assert_eq!(trees, [tree("alone", 1), tree("root", 2)]);
}

/// A tree is over when its last member has been erased, in whatever order.
pub async fn a_tree_is_over_with_its_last_member<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(turn("root", None)).await.unwrap();
    store.commit(turn("child", Some("root"))).await.unwrap();
    store.commit(turn("other", None)).await.unwrap();
    store.erase(project(), id("root")).await.unwrap();
    assert_eq!(store.erased_tree(project(), id("root")).await.unwrap(), None);
    store.erase(project(), id("child")).await.unwrap();
    for member in ["root", "child"] {
        let over = store.erased_tree(project(), id(member)).await.unwrap();
        assert_eq!(over, Some(id("root")));
    }
    assert_eq!(store.erased_tree("elsewhere".into(), id("root")).await.unwrap(), None);
    assert_eq!(store.erased_tree(project(), id("nobody")).await.unwrap(), None);
}

/// Tombstones go with their tree and are counted; an erased run holds nothing back.
pub async fn tombstones_are_swept<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(create("root", None)).await.unwrap();
    store.commit(turn("child", Some("root"))).await.unwrap();
    store.erase(project(), id("root")).await.unwrap();
    assert_eq!(swept(store, None, at(100), ALL).await, 2);
    assert_eq!(read(store, "child").await, None);
    store.commit(turn("root", None)).await.unwrap();
}
