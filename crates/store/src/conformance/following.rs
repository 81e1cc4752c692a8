//! What a reader gets of a run that another process does.

use antiphon_interaction::Status;

use super::Fixture;
use super::sample::{change, create, delta, id, project, read, start, step, update};
use crate::{Commit, FollowStore as _, Known, News, OpenEntry, ProjectId, Store};

async fn news(store: &impl Store, steps: u32, attempt: u32, entries: u32) -> News {
    let known = Known {
        steps,
        attempt,
        entries,
    };
    store.news(project(), id("run"), known).await.unwrap().unwrap()
}

/// Finished steps and entries of the open one that a reader has are not told again; the rest is, in order.
pub async fn news_is_what_a_reader_does_not_have<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(create("run", None)).await.unwrap();
    let record = read(store, "run").await.unwrap().record;
    let nothing = News {
        record,
        attempt: 1,
        steps: Vec::new(),
        open: Vec::new(),
    };
    assert_eq!(news(store, 0, 0, 0).await, nothing);

    let first = Commit {
        open: vec![start(0), delta(0, 1, "a"), delta(0, 2, "b")],
        ..change("run")
    };
    store.commit(first).await.unwrap();
    assert_eq!(news(store, 0, 0, 0).await.open.len(), 3);
    assert_eq!(news(store, 0, 1, 1).await.open, [delta(0, 1, "a"), delta(0, 2, "b")]);
    assert_eq!(news(store, 0, 1, 3).await, nothing);

    let second = Commit {
        open: vec![start(2), delta(2, 1, "c")],
        steps: vec![step(0, "ab"), step(1, "whole")],
        ..change("run")
    };
    store.commit(second).await.unwrap();
    let expected = News {
        steps: vec![step(0, "ab"), step(1, "whole")],
        open: vec![start(2), delta(2, 1, "c")],
        ..nothing
    };
    // What was known of the open step is in the finished one now.
    assert_eq!(news(store, 0, 1, 2).await, expected);
    assert_eq!(news(store, 1, 1, 1).await.steps, [step(1, "whole")]);
    assert_eq!(news(store, 1, 1, 1).await.open, expected.open);
    assert_eq!(news(store, 2, 1, 1).await.open, [delta(2, 1, "c")]);
    assert_eq!(news(store, 2, 1, 1).await.steps, []);

    let end = Commit {
        steps: vec![step(2, "c")],
        update: Some(update("run", Status::Completed, 5)),
        ..change("run")
    };
    store.commit(end).await.unwrap();
    let last = news(store, 2, 1, 2).await;
    assert_eq!((last.steps, last.open), (vec![step(2, "c")], vec![]));
    assert_eq!(last.record, read(store, "run").await.unwrap().record);
}

/// What a reader has of an abandoned attempt does not count for the one that took over.
pub async fn another_attempt_is_news_from_its_start<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let first = Commit {
        open: vec![start(1), delta(1, 1, "so far")],
        steps: vec![step(0, "done")],
        ..create("run", None)
    };
    store.commit(first).await.unwrap();
    let anew = OpenEntry { attempt: 2, ..start(1) };
    let takes_over = Commit {
        attempt: Some(2),
        takes_over: true,
        open: vec![anew.clone()],
        ..change("run")
    };
    store.commit(takes_over).await.unwrap();
    let told = news(store, 1, 1, 2).await;
    assert_eq!((told.attempt, told.steps, told.open), (2, vec![], vec![anew]));
    assert_eq!(news(store, 1, 2, 1).await.open, []);
}

/// There is no news of what is not there, is another project's, or was erased.
pub async fn an_absent_interaction_has_no_news<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(create("run", None)).await.unwrap();
    let ask = |project: ProjectId, name: &str| store.news(project, id(name), Known::default());
    assert!(ask(project(), "run").await.unwrap().is_some());
    assert_eq!(ask(project(), "nobody").await.unwrap(), None);
    assert_eq!(ask("other".into(), "run").await.unwrap(), None);
    store.erase(project(), id("run")).await.unwrap();
    assert_eq!(ask(project(), "run").await.unwrap(), None);
}
