//! How a claim ends.

use antiphon_interaction::Status;

use super::Fixture;
use super::sample::{at, change, claim, create, enqueue, ids, job, lease, read, step, update, wanted};
use crate::{Commit, Error, JobChange, JobMark, JobStore as _, NewJob, Settlement, Store as _};

fn done() -> Settlement {
    Settlement::Done { enqueue: Vec::new() }
}

fn marked(name: &str, fence: u32, mark: JobMark) -> Option<JobChange> {
    Some(JobChange {
        id: format!("job {name}"),
        fence,
        mark,
    })
}

/// A job that is over is gone, and what comes of it is there in the same write, even under its id.
pub async fn a_finished_job_leaves_others_in_its_place<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    enqueue(store, "t", vec![job("one")]).await;
    claim(store, "w").await;
    let again = NewJob {
        payload: "2".to_owned(),
        limit: Some(2),
        ..job("one")
    };
    let next = NewJob {
        limit: Some(2),
        ..job("next")
    };
    let settled = Settlement::Done {
        enqueue: vec![again, next.clone()],
    };
    assert!(store.settle("job one".to_owned(), 1, settled).await.unwrap());
    let claimed = claim(store, "w").await;
    assert_eq!(ids(&claimed), ["job one", "job next"]);
    assert_eq!((claimed[0].payload.as_str(), claimed[0].fence), ("2", 1));

    // A full queue refuses the end as well.
    let too_many = Settlement::Done {
        enqueue: vec![
            NewJob {
                id: "b".into(),
                ..next.clone()
            },
            NewJob { id: "c".into(), ..next },
        ],
    };
    let refused = store.settle("job one".to_owned(), 1, too_many).await.unwrap_err();
    assert!(matches!(refused, Error::QueueFull { .. }), "{refused}");
    assert!(store.settle("job one".to_owned(), 1, done()).await.unwrap());
    assert!(store.settle("job next".to_owned(), 1, done()).await.unwrap());
    assert_eq!(store.queue(at(0)).await.unwrap(), []);
}

/// What is put off comes back when it is due, with its new payload, as one more try.
pub async fn a_job_can_go_on_later_with_another_payload<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    enqueue(store, "t", vec![job("one")]).await;
    claim(store, "w").await;
    let later = Settlement::Later {
        due: at(60),
        payload: r#"["a",  2]"#.to_owned(),
    };
    assert!(store.settle("job one".to_owned(), 1, later).await.unwrap());
    assert!(!store.settle("job one".to_owned(), 1, done()).await.unwrap());
    assert_eq!(claim(store, "w").await, []);
    let again = store.claim(wanted("w", 60)).await.unwrap();
    assert_eq!(
        (again[0].payload.as_str(), again[0].fence, again[0].tries),
        (r#"["a",  2]"#, 2, 2)
    );
}

/// A job that is handed back can be claimed at once; the try is not counted and the token is not used again.
pub async fn a_job_given_back_has_not_been_tried<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    enqueue(store, "t", vec![job("one")]).await;
    claim(store, "w").await;
    let settled = store.settle("job one".to_owned(), 1, Settlement::HandedBack);
    assert!(settled.await.unwrap());
    let again = claim(store, "other").await;
    assert_eq!((again[0].fence, again[0].tries), (2, 1));
    assert!(!store.settle("job one".to_owned(), 1, done()).await.unwrap());
    assert!(store.settle("job one".to_owned(), 2, done()).await.unwrap());
}

/// A commit can be the end of its job, and enqueue what follows from it.
pub async fn a_commit_ends_the_job_that_causes_it<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let first = Commit {
        enqueue: vec![job("run")],
        ..create("run", None)
    };
    store.commit(first).await.unwrap();
    claim(store, "w").await;
    let end = Commit {
        steps: vec![step(0, "done")],
        update: Some(update("run", Status::Completed, 1)),
        job: marked("run", 1, JobMark::Done),
        enqueue: vec![job("deliver")],
        ..change("run")
    };
    store.commit(end).await.unwrap();
    assert!(!store.settle("job run".to_owned(), 1, done()).await.unwrap());
    assert_eq!(ids(&claim(store, "w").await), ["job deliver"]);
}

/// Tries are those since the job last got somewhere.
pub async fn progress_counts_the_tries_anew<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let first = Commit {
        enqueue: vec![job("run")],
        ..create("run", None)
    };
    store.commit(first).await.unwrap();
    let mut tries = Vec::new();
    for (name, index) in [("a", None), ("b", None), ("c", Some(0)), ("d", None), ("e", Some(1))] {
        let claimed = claim(store, name).await;
        tries.push((claimed[0].fence, claimed[0].tries));
        if let Some(index) = index {
            let progress = Commit {
                steps: vec![step(index, "got somewhere")],
                job: marked("run", claimed[0].fence, JobMark::Progressed),
                ..change("run")
            };
            store.commit(progress).await.unwrap();
        }
        store.retire(super::sample::worker(name)).await.unwrap();
    }
    assert_eq!(tries, [(1, 1), (2, 2), (3, 3), (4, 1), (5, 2)]);

    // Nothing is taken back from a job that was given back after it got somewhere.
    let claimed = claim(store, "f").await;
    assert_eq!(claimed[0].tries, 1);
    let progress = Commit {
        job: marked("run", 6, JobMark::Progressed),
        ..change("run")
    };
    store.commit(progress).await.unwrap();
    assert!(
        store
            .settle("job run".to_owned(), 6, Settlement::HandedBack)
            .await
            .unwrap()
    );
    assert_eq!(claim(store, "f").await[0].tries, 1);
}

/// Every token but the current one, and that of a job that nobody holds, is refused, and nothing of the commit is applied.
pub async fn an_old_token_changes_nothing<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let first = Commit {
        enqueue: vec![job("run")],
        ..create("run", None)
    };
    store.commit(first).await.unwrap();
    let before = read(store, "run").await;
    let write = |fence: u32, name: &str, mark: JobMark| Commit {
        steps: vec![step(0, "late")],
        update: Some(update("run", Status::Completed, 1)),
        job: marked(name, fence, mark),
        enqueue: vec![job("follows")],
        ..change("run")
    };
    assert!(lease(store, "w", 0).await);
    let refuses = async |commit: Commit| {
        let refused = store.commit(commit).await.unwrap_err();
        assert!(matches!(refused, Error::Fenced(_)), "{refused}");
        assert_eq!(read(store, "run").await, before);
    };
    refuses(write(0, "run", JobMark::Done)).await;
    claim(store, "w").await;
    store.retire(super::sample::worker("w")).await.unwrap();
    assert_eq!(claim(store, "x").await[0].fence, 2);
    for mark in [JobMark::Progressed, JobMark::Done] {
        for (fence, name) in [(0, "run"), (1, "run"), (3, "run"), (2, "nobody's")] {
            refuses(write(fence, name, mark)).await;
        }
    }
    for settlement in [done(), Settlement::HandedBack] {
        assert!(!store.settle("job run".to_owned(), 1, settlement).await.unwrap());
    }
    assert_eq!(claim(store, "y").await, []);
    store.commit(write(2, "run", JobMark::Done)).await.unwrap();
    assert_eq!(ids(&claim(store, "y").await), ["job follows"]);
}
