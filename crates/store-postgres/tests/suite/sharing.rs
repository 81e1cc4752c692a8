//! Several stores on one schema, as several processes have.

use std::time::Duration;

use antiphon_interaction::Status;
use antiphon_store::{
    Change, Claim, Commit, Conversation, Error, FollowStore as _, Head, JobStore as _, NewJob, Settlement, Store as _,
    Update, WorkerId,
};
use antiphon_store_postgres::PostgresStore;
use futures::StreamExt as _;
use futures::future::{join, join_all};
use jiff::Timestamp;

use crate::sample::{create, id, job, project};
use crate::server::Schema;

const LEASE: Duration = Duration::from_secs(3600);

fn wanted(worker: &str, limit: usize) -> Claim {
    Claim {
        worker: WorkerId::from(worker),
        kinds: vec!["sum".to_owned()],
        now: Timestamp::UNIX_EPOCH,
        limit,
        per_project: Some(10),
    }
}

async fn two() -> (PostgresStore, PostgresStore) {
    let schema = Schema::new();
    (schema.open().await, schema.open().await)
}

#[tokio::test]
async fn a_new_schema_can_be_opened_by_several_at_once() {
    let schema = Schema::new();
    let stores = join_all((0..4).map(|_| schema.open())).await;
    for store in &stores {
        store.check().await.unwrap();
    }
}

/// Background interactions and jobs are told of, and nothing else; whatever an id is made of.
#[tokio::test]
async fn what_one_process_commits_the_others_are_told() {
    let (here, there) = two().await;
    let mut changes = there.changes();
    assert_eq!(changes.next().await, Some(Change::Missed));
    here.commit(create("foreground", false)).await.unwrap();
    for name in ["run", "two\nlines \0 and é"] {
        here.commit(create(name, true)).await.unwrap();
        assert_eq!(changes.next().await, Some(Change::Interaction(id(name))));
    }
    let with_jobs = Commit {
        enqueue: vec![job("a"), job("b")],
        ..create("with jobs", false)
    };
    here.commit(with_jobs).await.unwrap();
    assert_eq!(changes.next().await, Some(Change::Jobs));
    let worker = WorkerId::from("w");
    assert!(
        here.heartbeat(worker.clone(), Timestamp::UNIX_EPOCH, LEASE)
            .await
            .unwrap()
    );
    assert_eq!(here.claim(wanted("w", 2)).await.unwrap().len(), 2);
    assert!(here.settle("a".to_owned(), 1, Settlement::HandedBack).await.unwrap());
    assert_eq!(changes.next().await, Some(Change::Jobs));
    here.retire(worker).await.unwrap();
    assert_eq!(changes.next().await, Some(Change::Jobs));
    assert!(there.erase(project(), id("run")).await.unwrap());
    assert_eq!(changes.next().await, Some(Change::Interaction(id("run"))));
}

/// A batch of more interactions than one notification holds is told of whole.
#[tokio::test]
async fn a_large_batch_is_told_of_whole() {
    let (here, there) = two().await;
    let mut changes = there.changes();
    assert_eq!(changes.next().await, Some(Change::Missed));
    let names: Vec<String> = (0..200).map(|n| format!("{n:0>200}")).collect();
    for done in join_all(names.iter().map(|name| here.commit(create(name, true)))).await {
        done.unwrap();
    }
    for name in &names {
        assert_eq!(changes.next().await, Some(Change::Interaction(id(name))));
    }
}

/// What two processes claim at once is shared out, and a project's limit holds over both.
#[tokio::test]
async fn processes_that_claim_at_once_share_out_the_jobs() {
    let (here, there) = two().await;
    let many = Commit {
        enqueue: (0..30).map(|n| job(&n.to_string())).collect(),
        ..create("run", false)
    };
    here.commit(many).await.unwrap();
    for (store, name) in [(&here, "h"), (&there, "t")] {
        let renewed = store.heartbeat(WorkerId::from(name), Timestamp::UNIX_EPOCH, LEASE);
        assert!(renewed.await.unwrap());
    }
    let claims = (0..16).map(|n| {
        if n % 2 == 0 {
            here.claim(wanted("h", 1))
        } else {
            there.claim(wanted("t", 1))
        }
    });
    let mut got: Vec<String> = Vec::new();
    for claimed in join_all(claims).await {
        got.extend(claimed.unwrap().into_iter().map(|job| job.id));
    }
    assert_eq!(got.len(), 10);
    got.sort_unstable();
    got.dedup();
    assert_eq!(got.len(), 10);
}

/// Two processes cannot both take the last place of a queue.
#[tokio::test]
async fn a_queue_is_full_for_all_processes() {
    let (here, there) = two().await;
    for round in 0..20 {
        let last = |name: &str| Commit {
            enqueue: vec![NewJob {
                kind: round.to_string(),
                limit: Some(1),
                ..job(&format!("{name} {round}"))
            }],
            ..create(&format!("{name} {round}"), false)
        };
        let (first, second) = join(here.commit(last("here")), there.commit(last("there"))).await;
        let refused = match (first, second) {
            (Ok(()), Err(refused)) | (Err(refused), Ok(())) => refused,
            other => panic!("{other:?}"),
        };
        assert!(matches!(refused, Error::QueueFull { limit: 1, .. }), "{refused}");
    }
}

/// A turn that is added while its tree is swept is whole or refused, and never without what it goes on from.
#[tokio::test]
async fn a_sweep_leaves_no_turn_without_its_ancestors() {
    let (here, there) = two().await;
    let (old, young) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(1_000_000).unwrap());
    let end = |commit: Commit, updated: Timestamp| Commit {
        update: Some(Update {
            status: Status::Completed,
            updated,
            head: Head::default(),
        }),
        ..commit
    };
    let below = |name: &str, parent: &str, updated: Timestamp| {
        let mut commit = end(create(name, false), updated);
        let (record, _) = commit.create.as_mut().unwrap();
        record.parent = Some(id(parent));
        commit
    };
    for round in 0..40 {
        let [root, middle, leaf] = ["root", "middle", "leaf"].map(|name| format!("{name} {round}"));
        here.commit(end(create(&root, false), old)).await.unwrap();
        here.commit(below(&middle, &root, old)).await.unwrap();
        let added = here.commit(below(&leaf, &middle, young));
        let (added, swept) = join(added, there.sweep(None, young, 10)).await;
        let line = there.conversation(project(), id(&leaf)).await.unwrap();
        match added {
            Ok(()) => assert!(matches!(line, Conversation::Turns(turns) if turns.len() == 3)),
            Err(refused) => {
                assert!(matches!(refused, Error::NotFound(_)), "{refused}");
                assert_eq!(line, Conversation::NotFound);
            }
        }
        swept.unwrap();
    }
}
