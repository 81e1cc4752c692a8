//! Any sequence of operations gives on SQLite what it gives in memory.

use std::fmt::Debug;
use std::time::Duration;

use antiphon_interaction::{Content, InteractionId, ModelOutput, Status, Step, StepDelta, TextDelta};
use antiphon_store::memory::MemoryStore;
use antiphon_store::{
    ApiKey, Claim, Commit, Document, DocumentQuery, Error, Head, JobChange, JobMark, KeyHash, Known, NewApiKey, NewJob,
    OpenEntry, OpenEvent, ProjectId, Record, Settlement, Store, StoredStep, Update, WorkerId,
};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tempfile::tempdir;
use tokio::runtime;

use crate::sample::open;

const SEQUENCES: u32 = 60;
const IDS: u8 = 7;
const PROJECTS: u8 = 2;
const JOBS: u8 = 5;
const WORKERS: u8 = 3;
const LEASE: Duration = Duration::from_secs(4);
const KINDS: [&str; 2] = ["one", "two"];
const COLLECTIONS: [&str; 2] = ["webhooks", "deliveries"];

#[derive(Debug, Clone)]
enum Operation {
    Commit(Box<Commit>),
    Erase(ProjectId, InteractionId),
    Sweep(Option<ProjectId>, Timestamp, usize),
    Heartbeat(WorkerId, Timestamp),
    Retire(WorkerId),
    Claim(Claim),
    Settle(String, u32, Settlement),
    Put(Document, Vec<NewJob>),
    Delete(&'static str, ProjectId, String, Option<&'static str>),
    Trim(&'static str, ProjectId, String, usize),
    AddKey(NewApiKey),
    RevokeKey(String),
    Secret(Vec<u8>),
    Reopen,
}

fn id(n: u8) -> InteractionId {
    InteractionId::from(format!("v1_{n}").as_str())
}

fn project(n: u8) -> ProjectId {
    ProjectId::from(format!("project {n}").as_str())
}

fn worker_id(n: u8) -> WorkerId {
    WorkerId::from(format!("worker {n}").as_str())
}

fn at(second: u8) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::new(i64::from(second), 1)
}

fn ids() -> impl Strategy<Value = InteractionId> {
    (0..IDS).prop_map(id)
}

/// Mostly the first, so that sequences get somewhere.
fn projects() -> impl Strategy<Value = ProjectId> {
    prop_oneof![9 => Just(0), 1 => 1..PROJECTS].prop_map(project)
}

fn statuses() -> impl Strategy<Value = Status> {
    prop_oneof![4 => Just(Status::InProgress), 1 => Just(Status::Queued), 1 => Just(Status::Completed), 1 => Just(Status::Failed)]
}

fn heads() -> impl Strategy<Value = Head> {
    option::of("[a-z\\PC]{0,6}").prop_map(|model| Head {
        model,
        ..Head::default()
    })
}

fn texts() -> impl Strategy<Value = Vec<Content>> {
    vec("\\PC{0,12}".prop_map(Content::text), 0..3)
}

fn creations() -> impl Strategy<Value = (Record, Vec<Step>)> {
    let record = (
        option::of(ids()),
        any::<bool>(),
        option::of(workers()),
        statuses(),
        0..20_u8,
        heads(),
    );
    let inputs = vec(texts().prop_map(Step::user), 0..3);
    (record, inputs).prop_map(|((parent, background, owner, status, second, head), input)| {
        let (created, updated) = (at(second), at(second));
        // The commit's own id and project count; these are set to them below.
        (
            Record {
                id: id(0),
                project: project(0),
                parent,
                background,
                owner,
                status,
                created,
                updated,
                head,
            },
            input,
        )
    })
}

fn entries() -> impl Strategy<Value = OpenEntry> {
    let event = prop_oneof![
        texts().prop_map(|content| OpenEvent::Start(Step::ModelOutput(ModelOutput { content, error: None }))),
        "\\PC{0,5}".prop_map(|text| OpenEvent::Delta(StepDelta::Text(TextDelta { text }))),
    ];
    (0..3_u32, 1..3_u32, 0..4_u32, event).prop_map(|(index, attempt, ordinal, event)| OpenEntry {
        index,
        attempt,
        ordinal,
        event,
    })
}

fn steps() -> impl Strategy<Value = StoredStep> {
    (0..4_u32, 1..3_u32, texts(), vec(any::<u8>(), 0..5)).prop_map(|(index, attempt, content, marks)| StoredStep {
        index,
        attempt,
        step: Step::ModelOutput(ModelOutput { content, error: None }),
        marks,
    })
}

fn workers() -> impl Strategy<Value = WorkerId> {
    (0..WORKERS).prop_map(worker_id)
}

fn job_ids() -> impl Strategy<Value = String> {
    (0..JOBS).prop_map(|n| n.to_string())
}

fn new_jobs() -> impl Strategy<Value = Vec<NewJob>> {
    let texts = (job_ids(), projects(), select(&KINDS), "\\PC{0,5}", option::of(ids()));
    let rest = (
        0..12_u8,
        -1..2_i16,
        option::of(workers()),
        option::weighted(0.3, 1..4_u32),
    );
    let job = (texts, rest).prop_map(
        |((id, project, kind, payload, interaction), (due, priority, worker, limit))| NewJob {
            id,
            project,
            kind: kind.to_owned(),
            payload,
            interaction,
            due: at(due),
            priority,
            worker,
            limit,
        },
    );
    vec(job, 0..3)
}

fn job_changes() -> impl Strategy<Value = JobChange> {
    let mark = prop_oneof![Just(JobMark::Progressed), Just(JobMark::Done)];
    (job_ids(), 0..4_u32, mark).prop_map(|(id, fence, mark)| JobChange { id, fence, mark })
}

fn queue_operations() -> impl Strategy<Value = Operation> {
    let kinds = subsequence(KINDS.to_vec(), 0..=2);
    let claims = (workers(), kinds, 0..25_u8, 0..4_usize, option::weighted(0.3, 1..3_u32));
    let settlement = prop_oneof![
        new_jobs().prop_map(|enqueue| Settlement::Done { enqueue }),
        (0..25_u8, "\\PC{0,5}").prop_map(|(due, payload)| Settlement::Later { due: at(due), payload }),
        Just(Settlement::HandedBack),
    ];
    prop_oneof![
        4 => (workers(), 0..25_u8).prop_map(|(worker, second)| Operation::Heartbeat(worker, at(second))),
        1 => workers().prop_map(Operation::Retire),
        6 => claims.prop_map(|(worker, kinds, now, limit, per_project)| Operation::Claim(Claim {
            worker,
            kinds: kinds.into_iter().map(str::to_owned).collect(),
            now: at(now),
            limit,
            per_project,
        })),
        4 => (job_ids(), 0..4_u32, settlement).prop_map(|(id, fence, settlement)| Operation::Settle(id, fence, settlement)),
    ]
}

fn document_operations() -> impl Strategy<Value = Operation> {
    let names = || (0..4_u8).prop_map(|n| n.to_string());
    let place = (select(&COLLECTIONS), projects(), names(), option::of(names()));
    let document = (place, 0..4_u64, 0..3_u8, "\\PC{0,5}");
    let put = (document, new_jobs()).prop_map(|(((collection, project, id, group), revision, created, body), jobs)| {
        let document = Document {
            collection,
            project,
            id,
            group,
            revision,
            created: at(created),
            body,
        };
        Operation::Put(document, jobs)
    });
    let delete = (
        select(&COLLECTIONS),
        projects(),
        names(),
        option::of(select(&COLLECTIONS)),
    );
    prop_oneof![
        6 => put,
        1 => delete.prop_map(|(collection, project, id, grouped)| Operation::Delete(collection, project, id, grouped)),
        1 => (select(&COLLECTIONS), projects(), names(), 0..3_usize)
            .prop_map(|(collection, project, group, keep)| Operation::Trim(collection, project, group, keep)),
    ]
}

fn commits() -> impl Strategy<Value = Operation> {
    let attempt = prop_oneof![2 => Just(None), 6 => Just(Some(1)), 1 => Just(Some(2)), 1 => Just(Some(3))];
    let update = (statuses(), 0..20_u8, heads()).prop_map(|(status, second, head)| Update {
        status,
        updated: at(second),
        head,
    });
    let parts = (
        option::of(creations()),
        attempt,
        vec(entries(), 0..3),
        vec(steps(), 0..3),
        option::of(update),
        prop::bool::weighted(0.2),
        (option::weighted(0.2, job_changes()), new_jobs()),
    );
    (projects(), ids(), parts).prop_map(|(project, id, parts)| {
        let (create, attempt, open, steps, update, takes_over, (job, enqueue)) = parts;
        let create = create.map(|(record, input)| {
            (
                Record {
                    id: id.clone(),
                    project: project.clone(),
                    ..record
                },
                input,
            )
        });
        Operation::Commit(Box::new(Commit {
            project,
            id,
            create,
            attempt,
            takes_over,
            open,
            steps,
            update,
            job,
            enqueue,
            patient: false,
        }))
    })
}

fn operations() -> impl Strategy<Value = Operation> {
    let key = (0..3_u8, 0..3_u8).prop_map(|(n, hash)| {
        let key = ApiKey {
            id: n.to_string(),
            project: project(0),
            name: "n".into(),
            created: at(n),
        };
        Operation::AddKey(NewApiKey {
            key,
            hash: KeyHash([hash; 32]),
        })
    });
    prop_oneof![
        20 => commits(),
        12 => queue_operations(),
        5 => document_operations(),
        2 => (projects(), ids()).prop_map(|(project, id)| Operation::Erase(project, id)),
        1 => (option::of(projects()), 0..25_u8, 0..3_usize)
            .prop_map(|(project, second, limit)| Operation::Sweep(project, at(second), limit)),
        1 => key,
        1 => (0..3_u8).prop_map(|n| Operation::RevokeKey(n.to_string())),
        1 => vec(any::<u8>(), 0..3).prop_map(Operation::Secret),
        1 => Just(Operation::Reopen),
    ]
}

/// A result that can be compared: errors by what they say.
fn told<T: Debug>(result: Result<T, Error>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("error: {error}"),
    }
}

async fn perform(store: &impl Store, operation: Operation) -> String {
    match operation {
        Operation::Commit(commit) => told(store.commit(*commit).await),
        Operation::Erase(project, id) => told(store.erase(project, id).await),
        Operation::Sweep(project, before, limit) => {
            let swept = store.sweep(project, before, limit).await;
            told(swept.map(|mut trees| {
                trees.sort_by(|one, other| one.root.cmp(&other.root));
                trees
            }))
        }
        Operation::Heartbeat(worker, now) => told(store.heartbeat(worker, now, LEASE).await),
        Operation::Retire(worker) => told(store.retire(worker).await),
        Operation::Claim(claim) => told(store.claim(claim).await),
        Operation::Settle(id, fence, settlement) => told(store.settle(id, fence, settlement).await),
        Operation::Put(document, enqueue) => told(store.put_document(document, enqueue).await),
        Operation::Delete(collection, project, id, grouped) => {
            told(store.delete_document(collection, project, id, grouped).await)
        }
        Operation::Trim(collection, project, group, keep) => {
            told(store.trim_documents(collection, project, group, keep).await)
        }
        Operation::AddKey(key) => told(store.add_key(key).await),
        Operation::RevokeKey(id) => told(store.revoke_key(id).await),
        Operation::Secret(candidate) => told(store.secret("sealing", candidate).await),
        Operation::Reopen => told(store.check().await),
    }
}

/// Everything that can be read.
async fn view(store: &impl Store) -> Vec<String> {
    let mut view = vec![told(store.keys().await)];
    for now in [at(4), at(25)] {
        view.push(told(store.orphans(now, 5).await));
        view.push(told(store.queue(now).await));
    }
    for (worker, process) in (0..WORKERS).flat_map(|worker| [(worker, 0), (worker, 1)]) {
        let worker = WorkerId::from(format!("{} of {process}", worker_id(worker)).as_str());
        view.push(told(store.held(worker).await));
    }
    for (collection, project) in COLLECTIONS.into_iter().zip(0..PROJECTS) {
        for group in [None, Some("1".to_owned())] {
            let query = DocumentQuery {
                collection,
                project: self::project(project),
                group,
                after: Some((at(1), "2".to_owned())),
                limit: 3,
            };
            view.push(told(
                store
                    .documents(DocumentQuery {
                        after: None,
                        ..query.clone()
                    })
                    .await,
            ));
            view.push(told(store.documents(query).await));
        }
    }
    for hash in 0..3 {
        view.push(told(store.find_key(KeyHash([hash; 32])).await));
    }
    for (project, id) in (0..PROJECTS).flat_map(|p| (0..IDS).map(move |n| (project(p), id(n)))) {
        view.push(told(store.read(project.clone(), id.clone()).await));
        let known = Known {
            steps: 1,
            attempt: 2,
            entries: 1,
        };
        view.push(told(store.news(project.clone(), id.clone(), known).await));
        view.push(told(store.conversation(project, id).await));
    }
    view
}

/// The workers of a process have their own names, and in SQLite their leases end with it.
fn of_process(process: usize, operation: &mut Operation) {
    let rename = |worker: &mut WorkerId| *worker = WorkerId::from(format!("{worker} of {process}").as_str());
    let rename_in = |jobs: &mut [NewJob]| jobs.iter_mut().filter_map(|job| job.worker.as_mut()).for_each(rename);
    match operation {
        Operation::Commit(commit) => {
            let record = commit.create.as_mut().map(|(record, _)| record);
            record
                .and_then(|record| record.owner.as_mut())
                .into_iter()
                .for_each(rename);
            rename_in(&mut commit.enqueue);
        }
        Operation::Heartbeat(worker, _) | Operation::Retire(worker) => rename(worker),
        Operation::Claim(claim) => rename(&mut claim.worker),
        Operation::Put(_, enqueue) | Operation::Settle(_, _, Settlement::Done { enqueue }) => rename_in(enqueue),
        Operation::Settle(_, _, Settlement::Later { .. } | Settlement::HandedBack)
        | Operation::Erase(..)
        | Operation::Sweep(..)
        | Operation::Delete(..)
        | Operation::Trim(..)
        | Operation::AddKey(_)
        | Operation::RevokeKey(_)
        | Operation::Secret(_)
        | Operation::Reopen => {}
    }
}

async fn run(sequence: Vec<Operation>) -> Result<(), TestCaseError> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.db");
    let (memory, mut sqlite) = (MemoryStore::default(), open(&path));
    let mut process = 0;
    for mut operation in sequence {
        of_process(process, &mut operation);
        if matches!(operation, Operation::Reopen) {
            drop(sqlite);
            sqlite = open(&path);
            for worker in 0..WORKERS {
                let mut ends = Operation::Retire(worker_id(worker));
                of_process(process, &mut ends);
                perform(&memory, ends).await;
            }
            process += 1;
        }
        let expected = perform(&memory, operation.clone()).await;
        prop_assert_eq!(perform(&sqlite, operation.clone()).await, expected, "{:?}", operation);
        prop_assert_eq!(view(&sqlite).await, view(&memory).await, "{:?}", operation);
    }
    Ok(())
}

#[test]
fn any_sequence_reads_the_same_as_in_memory() {
    let config = Config {
        cases: SEQUENCES,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    TestRunner::new_with_rng(config, rng)
        .run(&vec(operations(), 1..60), |sequence| runtime.block_on(run(sequence)))
        .unwrap();
}
