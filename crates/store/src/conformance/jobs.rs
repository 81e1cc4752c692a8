//! Which jobs a claim gives, and which are taken in.

use futures::future::join_all;

use super::Fixture;
use super::sample::{
    ATTEMPT, KIND, LATER, at, begun, change, claim, create, enqueue, expire, id, ids, job, lease, project, read, step,
    swept, turn, update, wanted, worker,
};
use crate::{Claim, Commit, Error, Job, JobChange, JobMark, JobStore as _, NewJob, ProjectId, QueueDepth, Store as _};

/// A claimed job has every field as it was given, to the byte.
pub async fn a_claim_gives_what_was_enqueued<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let new = NewJob {
        payload: r#"{ "n" : 1.50, "é":"\u00e9😀" }"#.to_owned(),
        interaction: Some(id("run")),
        ..job("one")
    };
    enqueue(store, "run", vec![new.clone()]).await;
    let expected = Job {
        id: new.id,
        project: project(),
        kind: new.kind,
        payload: new.payload,
        interaction: new.interaction,
        fence: 1,
        tries: 1,
        silent_for: None,
    };
    assert_eq!(store.held(worker("w")).await.unwrap(), []);
    assert_eq!(claim(store, "w").await, [expected]);
    assert_eq!(store.held(worker("w")).await.unwrap(), [("job one".to_owned(), 1)]);
    assert_eq!(claim(store, "w").await, [], "it is held already");
    assert_eq!(claim(store, "other").await, []);
}

/// Jobs wait until they are due, for a worker that can do them, and for room.
pub async fn only_what_is_due_and_asked_for_is_given<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let due = |name: &str, second: i64| NewJob {
        due: at(second),
        ..job(name)
    };
    let other = NewJob {
        kind: "other".to_owned(),
        ..job("other")
    };
    enqueue(store, "t", vec![due("c", 30), due("a", 10), other, due("b", 20)]).await;
    assert_eq!(claim(store, "w").await, []);
    let none = Claim {
        limit: 0,
        ..wanted("w", 20)
    };
    assert_eq!(store.claim(none).await.unwrap(), []);
    let one = Claim {
        limit: 1,
        ..wanted("w", 20)
    };
    assert_eq!(ids(&store.claim(one).await.unwrap()), ["job a"]);
    assert_eq!(ids(&store.claim(wanted("w", 20)).await.unwrap()), ["job b"]);
    let both = Claim {
        kinds: vec!["nobody's".to_owned(), "other".to_owned(), KIND.to_owned()],
        ..wanted("w", 30)
    };
    assert_eq!(ids(&store.claim(both).await.unwrap()), ["job other", "job c"]);
}

/// An id that is there, waiting or held, is not taken in again; when it is over it can be.
pub async fn what_is_enqueued_twice_is_there_once<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let again = || NewJob {
        payload: "2".to_owned(),
        limit: Some(1),
        ..job("one")
    };
    enqueue(store, "first", vec![job("one"), again()]).await;
    enqueue(store, "second", vec![again()]).await;
    let claimed = claim(store, "w").await;
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].payload, job("one").payload);
    enqueue(store, "third", vec![again()]).await;
    assert_eq!(claim(store, "w").await, []);

    let done = crate::Settlement::Done { enqueue: Vec::new() };
    assert!(store.settle("job one".to_owned(), 1, done).await.unwrap());
    enqueue(store, "fourth", vec![again()]).await;
    let claimed = claim(store, "w").await;
    assert_eq!((claimed[0].payload.as_str(), claimed[0].fence), ("2", 1));
}

/// A job can be begun in the commit that enqueues it; its token is 1, and nobody else gets it while the lease runs.
pub async fn a_job_may_begin_with_its_worker<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    assert!(lease(store, "w", 0).await);
    let commit = Commit {
        enqueue: vec![begun("run", "w")],
        ..create("run", None)
    };
    store.commit(commit).await.unwrap();
    assert_eq!(claim(store, "w").await, []);
    assert_eq!(claim(store, "other").await, []);
    let end = Commit {
        update: Some(update("run", antiphon_interaction::Status::Completed, 1)),
        job: Some(JobChange {
            id: "job run".to_owned(),
            fence: 1,
            mark: JobMark::Done,
        }),
        ..change("run")
    };
    store.commit(end).await.unwrap();
    assert_eq!(store.queue(at(0)).await.unwrap(), []);
}

/// Priority first, then the project with fewest held, counting what this claim gives; then age, then order.
pub async fn higher_priorities_and_emptier_projects_go_first<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let of = |project: &str, name: &str, due: i64, priority: i16| NewJob {
        project: project.into(),
        due: at(due),
        priority,
        ..job(name)
    };
    enqueue(store, "before", vec![of("busy", "held", -9, 0)]).await;
    assert_eq!(ids(&claim(store, "other").await), ["job held"]);
    let jobs = vec![
        of("busy", "busy 1", -8, 0),
        of("busy", "busy 2", -8, 0),
        of("idle", "idle 1", -2, 0),
        of("idle", "idle 2", -3, 0),
        of("late", "late 1", -1, 0),
        of("late", "urgent", 0, 1),
        of("late", "lazy", -9, -1),
    ];
    enqueue(store, "t", jobs).await;
    let expected = [
        "job urgent",
        "job idle 2",
        "job busy 1",
        "job idle 1",
        "job late 1",
        "job busy 2",
        "job lazy",
    ];
    let first = Claim {
        limit: 3,
        ..wanted("w", 0)
    };
    assert!(lease(store, "w", 0).await);
    assert_eq!(ids(&store.claim(first).await.unwrap()), expected[..3]);
    assert_eq!(ids(&store.claim(wanted("w", 0)).await.unwrap()), expected[3..]);
}

/// The limit of a project counts what all workers hold of the kinds asked for, and nothing else.
pub async fn a_project_holds_no_more_than_it_may<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let other_kind = NewJob {
        kind: "other".to_owned(),
        worker: Some(worker("w")),
        ..job("other kind")
    };
    let elsewhere = NewJob {
        project: ProjectId::from("elsewhere"),
        ..job("elsewhere")
    };
    assert!(lease(store, "w", 0).await);
    enqueue(store, "t", vec![other_kind, job("a"), job("b"), job("c"), elsewhere]).await;
    let two = |name: &str, second: i64| Claim {
        per_project: Some(2),
        ..wanted(name, second)
    };
    let one = Claim {
        limit: 1,
        ..two("w", 0)
    };
    assert_eq!(ids(&store.claim(one).await.unwrap()), ["job a"]);
    assert!(lease(store, "x", 0).await);
    assert_eq!(
        ids(&store.claim(two("x", 0)).await.unwrap()),
        ["job elsewhere", "job b"]
    );
    assert_eq!(store.claim(two("x", 0)).await.unwrap(), []);

    // What a silent worker holds does not count, and can be claimed.
    expire(&fixture, "w").await;
    expire(&fixture, "x").await;
    assert!(lease(store, "y", LATER).await);
    assert_eq!(
        ids(&store.claim(two("y", LATER)).await.unwrap()),
        ["job a", "job elsewhere", "job b"]
    );
}

/// Each job goes to one of those that want it.
pub async fn workers_that_claim_at_once_get_different_jobs<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let jobs = (0..40).map(|n| job(&n.to_string())).collect();
    enqueue(store, "t", jobs).await;
    let names: Vec<String> = (0..8).map(|n| format!("w{n}")).collect();
    for name in &names {
        assert!(lease(store, name, 0).await);
    }
    let claims = names.iter().map(|name| async move {
        let mut got = Vec::new();
        loop {
            let some = Claim {
                limit: 3,
                ..wanted(name, 0)
            };
            let more = store.claim(some).await.unwrap();
            if more.is_empty() {
                return got;
            }
            got.extend(more);
        }
    });
    let mut got: Vec<Job> = join_all(claims).await.into_iter().flatten().collect();
    // A claim may pass over what another is taking, and find nothing; what is left then is still there.
    got.extend(store.claim(wanted("w0", 0)).await.unwrap());
    let mut names = ids(&got);
    names.sort_unstable();
    let mut expected: Vec<String> = (0..40).map(|n| format!("job {n}")).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert!(got.iter().all(|job| job.fence == 1));
}

/// A project's full queue refuses the commit, all of it; what ends makes room, also in the same commit.
pub async fn a_full_queue_refuses_the_whole_commit<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let limited = |name: &str| NewJob {
        limit: Some(2),
        ..job(name)
    };
    let elsewhere = NewJob {
        project: ProjectId::from("elsewhere"),
        ..job("elsewhere")
    };
    let other_kind = NewJob {
        kind: "other".to_owned(),
        ..job("other kind")
    };
    enqueue(store, "t", vec![elsewhere, other_kind, limited("a")]).await;
    let over = Commit {
        enqueue: vec![limited("b"), limited("c")],
        ..turn("over", None)
    };
    let refused = store.commit(over).await.unwrap_err();
    assert!(
        matches!(&refused, Error::QueueFull { project: whose, kind, limit: 2 } if *whose == project() && kind == KIND),
        "{refused}"
    );
    assert_eq!(read(store, "over").await, None);
    assert_eq!(ids(&claim(store, "w").await), ["job elsewhere", "job a"]);

    enqueue(store, "b", vec![limited("b")]).await;
    store.commit(create("run", None)).await.unwrap();
    let swap = Commit {
        steps: vec![step(0, "s")],
        job: Some(JobChange {
            id: "job a".to_owned(),
            fence: 1,
            mark: JobMark::Done,
        }),
        enqueue: vec![limited("c")],
        ..change("run")
    };
    let too_much = Commit {
        enqueue: vec![limited("c"), limited("d")],
        ..swap.clone()
    };
    let refused = store.commit(too_much).await.unwrap_err();
    assert!(matches!(refused, Error::QueueFull { .. }), "{refused}");
    store.commit(swap).await.unwrap();
    assert_eq!(ids(&claim(store, "w").await), ["job b", "job c"]);
}

/// Erasing or sweeping an interaction takes its jobs along, held or not, and no others.
pub async fn jobs_go_with_their_interaction<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let of = |name: &str, interaction: &str| NewJob {
        interaction: Some(id(interaction)),
        ..job(name)
    };
    assert!(lease(store, "w", 0).await);
    enqueue(store, "erased", vec![of("e1", "erased"), begun("erased", "w")]).await;
    enqueue(store, "swept", vec![of("s", "swept"), job("free")]).await;
    assert!(store.erase(project(), id("erased")).await.unwrap());
    let done = crate::Settlement::Done { enqueue: Vec::new() };
    assert!(!store.settle("job erased".to_owned(), 1, done).await.unwrap());
    store.commit(create("run", None)).await.unwrap();
    enqueue(store, "other", vec![of("kept", "run")]).await;
    assert_eq!(swept(store, None, at(100), usize::MAX).await, 3);
    assert_eq!(ids(&claim(store, "w").await), ["job free", "job kept"]);
    let late = Commit {
        steps: vec![step(0, "s")],
        attempt: Some(ATTEMPT),
        ..change("erased")
    };
    assert!(matches!(store.commit(late).await, Err(Error::NotFound(_))));
}

/// What waits, what is held, what is left behind, and for how long, by kind.
pub async fn the_queue_is_told_by_kind<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    assert_eq!(store.queue(at(0)).await.unwrap(), []);
    for name in ["w", "gone"] {
        assert!(lease(store, name, 0).await);
    }
    let of = |name: &str, kind: &str, due: i64, by: Option<&str>| NewJob {
        kind: kind.to_owned(),
        due: at(due),
        worker: by.map(worker),
        ..job(name)
    };
    let jobs = vec![
        of("a", "one", -10, None),
        of("b", "one", -20, None),
        of("c", "one", 20, None),
        of("d", "one", -30, Some("w")),
        of("e", "one", -40, Some("gone")),
        of("f", "another", LATER + 5, None),
    ];
    enqueue(store, "t", jobs).await;
    expire(&fixture, "gone").await;
    assert!(lease(store, "w", LATER - 10).await);
    let depth = |kind: &str, waiting, held, abandoned, oldest_due| QueueDepth {
        kind: kind.to_owned(),
        waiting,
        held,
        abandoned,
        oldest_due,
    };
    let expected = [depth("another", 1, 0, 0, None), depth("one", 3, 1, 1, Some(at(-20)))];
    assert_eq!(store.queue(at(LATER)).await.unwrap(), expected);
}
