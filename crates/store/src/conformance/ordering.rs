//! In which order things happen.

use antiphon_interaction::Status;
use futures::FutureExt as _;
use futures::future::join_all;

use super::Fixture;
use super::sample::{change, create, read, step, turn, update};
use crate::{Commit, Error, Store as _};

/// Commits apply in the order of the calls, in whatever order their futures are awaited.
pub async fn commits_apply_in_the_order_they_were_started<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let mut started = vec![store.commit(create("run", None))];
    for index in 0..40 {
        started.push(store.commit(Commit {
            steps: vec![step(index, "step")],
            ..change("run")
        }));
    }
    started.push(store.commit(Commit {
        update: Some(update("run", Status::Completed, 2)),
        ..change("run")
    }));
    let late = store.commit(Commit {
        steps: vec![step(40, "late")],
        ..change("run")
    });
    assert!(matches!(late.await, Err(Error::Terminal { .. })));
    for commit in started.into_iter().rev() {
        commit.await.unwrap();
    }
    assert_eq!(read(store, "run").await.unwrap().steps.len(), 40);
}

/// A write whose future is polled once and dropped is applied, before those that were started after it.
pub async fn a_dropped_future_still_applies<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    drop(store.commit(create("run", None)).now_or_never());
    drop(
        store
            .commit(Commit {
                steps: vec![step(0, "first")],
                ..change("run")
            })
            .now_or_never(),
    );
    store
        .commit(Commit {
            steps: vec![step(1, "second")],
            ..change("run")
        })
        .await
        .unwrap();
    assert_eq!(
        read(store, "run").await.unwrap().steps,
        [step(0, "first"), step(1, "second")]
    );
}

/// One caller's mistake is told to that caller only, also when its commit shares a batch with others.
pub async fn concurrent_callers_each_get_their_own_answer<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.commit(turn("taken", None)).await.unwrap();
    let answers = join_all((0..64).map(|n| {
        let name = if n % 4 == 0 {
            "taken".to_owned()
        } else {
            format!("new {n}")
        };
        async move { (n, store.commit(turn(&name, None)).await) }
    }))
    .await;
    for (n, answer) in answers {
        match answer {
            Ok(()) => assert!(n % 4 != 0 && read(store, &format!("new {n}")).await.is_some(), "{n}"),
            Err(refused) => assert!(
                n % 4 == 0 && matches!(refused, Error::AlreadyExists(_)),
                "{n}: {refused}"
            ),
        }
    }
}
