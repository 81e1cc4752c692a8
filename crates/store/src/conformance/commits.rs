//! What one commit does, and when it is refused.

use antiphon_interaction::{Status, Step};

use super::Fixture;
use super::sample::{
    ATTEMPT, change, conversation, create, delta, head, id, input, project, read, start, step, turn, update,
};
use crate::{Commit, Conversation, Error, Record, Store as _, Stored};

/// A new interaction reads back with every field as it was given.
pub async fn a_created_interaction_reads_back_whole<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(turn("root", None)).await.unwrap();
    let mut commit = create("leaf", Some("root"));
    let (record, _) = commit.create.as_mut().unwrap();
    record.background = true;
    record.owner = None;
    record.status = Status::Queued;
    let expected = Stored {
        record: record.clone(),
        attempt: ATTEMPT,
        input: input("leaf"),
        steps: Vec::new(),
        open: Vec::new(),
    };
    store.commit(commit).await.unwrap();
    assert_eq!(read(store, "leaf").await, Some(expected));
}

/// A whole turn fits in one commit.
pub async fn one_commit_creates_fills_and_finishes<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let mut commit = create("one", None);
    commit.open = vec![start(1)];
    commit.steps = vec![step(0, "thought"), step(1, "answer")];
    commit.update = Some(update("done", Status::Completed, 7));
    let (record, input) = commit.create.clone().unwrap();
    let record = Record {
        status: Status::Completed,
        updated: super::sample::at(7),
        head: head("done"),
        ..record
    };
    let expected = Stored {
        record,
        attempt: ATTEMPT,
        input,
        steps: commit.steps.clone(),
        open: Vec::new(),
    };
    store.commit(commit).await.unwrap();
    assert_eq!(read(store, "one").await, Some(expected));
}

/// Whatever part is wrong, none of the others is applied.
pub async fn a_commit_with_one_bad_part_changes_nothing<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(create("run", None)).await.unwrap();
    let first = Commit {
        open: vec![start(1)],
        steps: vec![step(0, "first")],
        ..change("run")
    };
    store.commit(first).await.unwrap();
    let before = read(store, "run").await;

    let good = Commit {
        open: vec![delta(1, 1, "more"), start(2)],
        steps: vec![step(1, "second")],
        update: Some(update("other", Status::Completed, 9)),
        ..change("run")
    };
    let bad = [
        Commit {
            steps: vec![step(1, "second"), step(0, "first again")],
            ..good.clone()
        },
        Commit {
            open: vec![delta(1, 1, "more"), start(1)],
            ..good.clone()
        },
        Commit {
            attempt: Some(2),
            ..good.clone()
        },
    ];
    for commit in bad {
        store.commit(commit).await.unwrap_err();
        assert_eq!(read(store, "run").await, before);
    }

    let new = Commit {
        steps: vec![step(0, "first"), step(0, "twice")],
        ..turn("new", Some("run"))
    };
    store.commit(new).await.unwrap_err();
    assert_eq!(read(store, "new").await, None);
    store.commit(turn("new", Some("run"))).await.unwrap();
    store.commit(good).await.unwrap();
}

/// An id is taken by the first that uses it, whatever its project, and stays taken when it is erased.
pub async fn an_id_is_taken_once<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(turn("one", None)).await.unwrap();
    let before = read(store, "one").await;
    let mut elsewhere = create("one", None);
    elsewhere.project = "elsewhere".into();
    for commit in [create("one", None), elsewhere] {
        let refused = store.commit(commit).await.unwrap_err();
        assert!(
            matches!(&refused, Error::AlreadyExists(taken) if *taken == id("one").to_string()),
            "{refused}"
        );
        assert_eq!(read(store, "one").await, before);
    }
    assert!(store.erase(project(), id("one")).await.unwrap());
    let refused = store.commit(create("one", None)).await.unwrap_err();
    assert!(matches!(refused, Error::AlreadyExists(_)), "{refused}");
}

/// A change needs an interaction.
pub async fn an_absent_interaction_cannot_change<F: Fixture>() {
    let fixture = F::fresh().await;
    let refused = fixture.store().commit(change("nobody")).await.unwrap_err();
    assert!(
        matches!(&refused, Error::NotFound(absent) if *absent == id("nobody")),
        "{refused}"
    );
    assert_eq!(conversation(fixture.store(), "nobody").await, Conversation::NotFound);
}

/// A new interaction's parent must have been there.
pub async fn a_parent_that_never_existed_is_refused<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let refused = store.commit(turn("leaf", Some("nobody"))).await.unwrap_err();
    assert!(
        matches!(&refused, Error::NotFound(absent) if *absent == id("nobody")),
        "{refused}"
    );
    assert_eq!(read(store, "leaf").await, None);
}

/// After a terminal status every change is refused with that status.
pub async fn a_terminal_interaction_never_changes<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let statuses = [
        "completed",
        "requires_action",
        "incomplete",
        "failed",
        "cancelled",
        "a status of tomorrow",
    ];
    for status in statuses.map(Status::from) {
        let name = status.as_str();
        let end = Commit {
            update: Some(update(name, status.clone(), 3)),
            ..change(name)
        };
        store.commit(create(name, None)).await.unwrap();
        store.commit(end.clone()).await.unwrap();
        let before = read(store, name).await;
        let changes = [
            end.clone(),
            Commit {
                steps: vec![step(0, "late")],
                ..change(name)
            },
            Commit {
                open: vec![start(0)],
                ..change(name)
            },
            Commit {
                update: Some(update(name, Status::Cancelled, 4)),
                attempt: None,
                ..change(name)
            },
            Commit {
                attempt: Some(2),
                ..end
            },
        ];
        for commit in changes {
            let refused = store.commit(commit).await.unwrap_err();
            let named =
                matches!(&refused, Error::Terminal { id: over, status: with } if *over == id(name) && *with == status);
            assert!(named, "{refused}");
            assert_eq!(read(store, name).await, before);
        }
    }
}

/// Only the current attempt writes; a change from outside the run needs none.
pub async fn another_attempt_is_fenced_off<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let refused = store
        .commit(Commit {
            attempt: Some(2),
            ..create("run", None)
        })
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, Error::Superseded(run) if *run == id("run")),
        "{refused}"
    );
    assert_eq!(read(store, "run").await, None);

    store.commit(create("run", None)).await.unwrap();
    for attempt in [0, 2] {
        let commit = Commit {
            steps: vec![step(0, "not mine")],
            attempt: Some(attempt),
            ..change("run")
        };
        let refused = store.commit(commit).await.unwrap_err();
        assert!(matches!(refused, Error::Superseded(_)), "{refused}");
    }
    assert_eq!(read(store, "run").await.unwrap().steps, []);

    let cancel = Commit {
        update: Some(update("run", Status::Cancelled, 2)),
        attempt: None,
        ..change("run")
    };
    store.commit(cancel).await.unwrap();
    assert_eq!(read(store, "run").await.unwrap().record.status, Status::Cancelled);
}

/// A step, and an entry of the open step, is written once; a finished step takes no more entries.
pub async fn a_place_is_filled_once<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(create("run", None)).await.unwrap();
    let first = Commit {
        open: vec![start(1)],
        steps: vec![step(0, "first")],
        ..change("run")
    };
    store.commit(first).await.unwrap();
    let again = [
        Commit {
            steps: vec![step(0, "again")],
            ..change("run")
        },
        Commit {
            open: vec![start(1)],
            ..change("run")
        },
        Commit {
            open: vec![delta(0, 1, "late")],
            ..change("run")
        },
    ];
    for commit in again {
        let refused = store.commit(commit).await.unwrap_err();
        assert!(matches!(refused, Error::AlreadyExists(_)), "{refused}");
    }
    let stored = read(store, "run").await.unwrap();
    let steps: Vec<Step> = stored.steps.into_iter().map(|step| step.step).collect();
    assert_eq!(
        (steps, stored.open),
        (vec![super::sample::output("first")], vec![start(1)])
    );
}
