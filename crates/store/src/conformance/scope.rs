//! Projects.

use antiphon_interaction::Status;

use super::Fixture;
use super::sample::{change, create, id, project, read, turn, update};
use crate::{Commit, Conversation, Error, ProjectId, Store as _};

/// Whatever is asked, another project's interaction is not there, and stays as it is.
pub async fn another_projects_interactions_do_not_exist<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(create("mine", None)).await.unwrap();
    let before = read(store, "mine").await;
    let other = ProjectId::from("other");

    assert_eq!(store.read(other.clone(), id("mine")).await.unwrap(), None);
    assert_eq!(
        store.conversation(other.clone(), id("mine")).await.unwrap(),
        Conversation::NotFound
    );
    assert!(!store.erase(other.clone(), id("mine")).await.unwrap());
    let cancel = Commit {
        update: Some(update("mine", Status::Cancelled, 2)),
        attempt: None,
        ..change("mine")
    };
    let refused = store
        .commit(Commit {
            project: other.clone(),
            ..cancel
        })
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, Error::NotFound(absent) if *absent == id("mine")),
        "{refused}"
    );
    let mut child = turn("child", Some("mine"));
    child.project = other.clone();
    let refused = store.commit(child).await.unwrap_err();
    assert!(
        matches!(&refused, Error::NotFound(absent) if *absent == id("mine")),
        "{refused}"
    );

    assert_eq!(store.read(other, id("child")).await.unwrap(), None);
    assert_eq!(read(store, "mine").await, before);
    assert!(store.erase(project(), id("mine")).await.unwrap());
}
