//! Any sequence of operations gives on SQLite what it gives in memory.

use std::fmt::Debug;

use antiphon_interaction::{Content, InteractionId, ModelOutput, Status, Step, StepDelta, TextDelta};
use antiphon_store::memory::MemoryStore;
use antiphon_store::{
    ApiKey, Commit, Error, Head, KeyHash, NewApiKey, OpenEntry, OpenEvent, ProjectId, Record, Store, StoredStep, Update,
};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tempfile::tempdir;
use tokio::runtime;

use crate::sample::open;

const SEQUENCES: u32 = 60;
const IDS: u8 = 7;
const PROJECTS: u8 = 2;

#[derive(Debug, Clone)]
enum Operation {
    Commit(Box<Commit>),
    Erase(ProjectId, InteractionId),
    Sweep(Timestamp, usize),
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
    let record = (option::of(ids()), any::<bool>(), statuses(), 0..20_u8, heads());
    (record, vec(texts().prop_map(Step::user), 0..3)).prop_map(|((parent, background, status, second, head), input)| {
        let (created, updated) = (at(second), at(second));
        // The commit's own id and project count; these are set to them below.
        (
            Record {
                id: id(0),
                project: project(0),
                parent,
                background,
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

fn commits() -> impl Strategy<Value = Operation> {
    let attempt = prop_oneof![2 => Just(None), 6 => Just(Some(1)), 1 => Just(Some(2))];
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
    );
    (projects(), ids(), parts).prop_map(|(project, id, (create, attempt, open, steps, update))| {
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
            open,
            steps,
            update,
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
        2 => (projects(), ids()).prop_map(|(project, id)| Operation::Erase(project, id)),
        1 => (0..25_u8, 0..3_usize).prop_map(|(second, limit)| Operation::Sweep(at(second), limit)),
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
        Operation::Sweep(before, limit) => told(store.sweep(before, limit).await),
        Operation::AddKey(key) => told(store.add_key(key).await),
        Operation::RevokeKey(id) => told(store.revoke_key(id).await),
        Operation::Secret(candidate) => told(store.secret("sealing", candidate).await),
        Operation::Reopen => told(store.check().await),
    }
}

/// Everything that can be read.
async fn view(store: &impl Store) -> Vec<String> {
    let mut view = vec![told(store.unfinished().await), told(store.keys().await)];
    for hash in 0..3 {
        view.push(told(store.find_key(KeyHash([hash; 32])).await));
    }
    for (project, id) in (0..PROJECTS).flat_map(|p| (0..IDS).map(move |n| (project(p), id(n)))) {
        view.push(told(store.read(project.clone(), id.clone()).await));
        view.push(told(store.conversation(project, id).await));
    }
    view
}

async fn run(sequence: Vec<Operation>) -> Result<(), TestCaseError> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.db");
    let (memory, mut sqlite) = (MemoryStore::default(), open(&path));
    for operation in sequence {
        if matches!(operation, Operation::Reopen) {
            drop(sqlite);
            sqlite = open(&path);
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
