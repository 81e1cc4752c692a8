//! Hard delete.

use super::Fixture;
use super::sample::{at, change, conversation, create, delta, id, line, project, read, start, turn};
use crate::{Commit, Conversation, Error, JobStore as _, Store as _};

/// An erased interaction is absent to every question, and erased once.
pub async fn an_erased_interaction_is_gone<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(turn("one", None)).await.unwrap();
    assert!(store.erase(project(), id("one")).await.unwrap());
    assert!(!store.erase(project(), id("one")).await.unwrap());
    assert!(!store.erase(project(), id("nobody")).await.unwrap());
    assert_eq!(read(store, "one").await, None);
    assert_eq!(conversation(store, "one").await, Conversation::NotFound);
    let refused = store.commit(change("one")).await.unwrap_err();
    assert!(
        matches!(&refused, Error::NotFound(absent) if *absent == id("one")),
        "{refused}"
    );
}

/// Erasing ends a run: its next commit finds nothing, and nobody is told to go on with it.
pub async fn a_running_interaction_can_be_erased<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store
        .commit(Commit {
            open: vec![start(0)],
            ..create("run", None)
        })
        .await
        .unwrap();
    assert!(store.erase(project(), id("run")).await.unwrap());
    let refused = store
        .commit(Commit {
            open: vec![delta(0, 1, "more")],
            ..change("run")
        })
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::NotFound(_)), "{refused}");
    assert_eq!(store.orphans(at(0), usize::MAX).await.unwrap(), []);
}

/// Descendants stay readable, and a conversation through the gap names the erased ancestor nearest to its leaf.
pub async fn children_of_an_erased_interaction_stay<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    for (name, parent) in [
        ("root", None),
        ("middle", Some("root")),
        ("leaf", Some("middle")),
        ("side", Some("root")),
    ] {
        store.commit(turn(name, parent)).await.unwrap();
    }
    let before = read(store, "leaf").await;
    assert!(store.erase(project(), id("middle")).await.unwrap());
    assert_eq!(read(store, "leaf").await, before);
    assert_eq!(conversation(store, "leaf").await, Conversation::Erased(id("middle")));
    assert_eq!(line(store, "side").await, ["root", "side"].map(id));

    store.commit(turn("twig", Some("leaf"))).await.unwrap();
    store.commit(turn("child", Some("middle"))).await.unwrap();
    assert!(store.erase(project(), id("root")).await.unwrap());
    assert_eq!(conversation(store, "twig").await, Conversation::Erased(id("middle")));
    assert_eq!(conversation(store, "child").await, Conversation::Erased(id("middle")));
    assert_eq!(conversation(store, "side").await, Conversation::Erased(id("root")));
}
