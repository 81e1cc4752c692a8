//! Measures the store on a server: `cargo run --release --example postgres_throughput URL`. It leaves its schema behind.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement for developers")]

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::{Duration, Instant};

use antiphon_interaction::{Content, InteractionId, ModelOutput, Status, Step, StepDelta, TextDelta};
use antiphon_store::{
    Claim, Commit, Conversation, Head, JobStore as _, NewJob, OpenEntry, OpenEvent, ProjectId, Record, Settlement,
    Store as _, StoredStep, Update, WorkerId,
};
use antiphon_store_postgres::{PostgresOptions, PostgresStore};
use jiff::Timestamp;

const TURNS: usize = 200;
const DEPTH: usize = 1000;
const RUNS: usize = 200;
const JOBS: usize = 10_000;

/// As long as the real ones, and as scattered over the index.
fn id(name: &str) -> InteractionId {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    let mut bytes = [0; 18];
    bytes[..8].copy_from_slice(&hasher.finish().to_be_bytes());
    InteractionId::from_random(bytes)
}

fn change(name: &str) -> Commit {
    Commit::new(ProjectId::default(), id(name))
}

fn created(name: &str, parent: Option<&str>, background: bool) -> Commit {
    let record = Record {
        id: id(name),
        project: ProjectId::default(),
        parent: parent.map(id),
        background,
        owner: None,
        status: Status::InProgress,
        created: Timestamp::UNIX_EPOCH,
        updated: Timestamp::UNIX_EPOCH,
        head: Head::default(),
    };
    let input = vec![Step::user(vec![Content::text(
        "What is the capital of France, and why?",
    )])];
    Commit {
        create: Some((record, input)),
        ..change(name)
    }
}

fn finished(commit: Commit) -> Commit {
    let text = "Paris, because the kings of France lived there most of the time. ".repeat(3);
    let step = Step::ModelOutput(ModelOutput {
        content: vec![Content::text(text)],
        error: None,
    });
    Commit {
        steps: vec![StoredStep {
            index: 0,
            attempt: 1,
            step,
            marks: vec![4; 50],
        }],
        update: Some(Update {
            status: Status::Completed,
            updated: Timestamp::UNIX_EPOCH,
            head: Head::default(),
        }),
        ..commit
    }
}

fn report(what: &str, mut took: Vec<Duration>, all: Duration) {
    took.sort();
    println!(
        "{what}: {:>6.0}/s, p50 {:?}, p99 {:?}, most {:?}",
        took.len() as f64 / all.as_secs_f64(),
        took[took.len() / 2],
        took[took.len() * 99 / 100],
        took[took.len() - 1]
    );
}

async fn turns(store: &PostgresStore, callers: usize) {
    let begin = Instant::now();
    let running: Vec<_> = (0..callers)
        .map(|caller| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut took = Vec::new();
                for turn in 0..TURNS {
                    let begin = Instant::now();
                    let name = format!("{callers}:{caller}:{turn}");
                    store.commit(finished(created(&name, None, false))).await.unwrap();
                    took.push(begin.elapsed());
                }
                took
            })
        })
        .collect();
    let mut took = Vec::new();
    for caller in running {
        took.extend(caller.await.unwrap());
    }
    report(&format!("turns of {callers} callers"), took, begin.elapsed());
}

/// Many background runs that each tell one delta after the other.
async fn deltas(store: &PostgresStore) {
    let begin = Instant::now();
    let runs: Vec<_> = (0..RUNS)
        .map(|run| {
            let store = store.clone();
            tokio::spawn(async move {
                let name = format!("run {run}");
                store.commit(created(&name, None, true)).await.unwrap();
                let mut took = Vec::new();
                for ordinal in 0..50 {
                    let begin = Instant::now();
                    let text = "some words ".to_owned();
                    let entry = OpenEntry {
                        index: 0,
                        attempt: 1,
                        ordinal,
                        event: OpenEvent::Delta(StepDelta::Text(TextDelta { text })),
                    };
                    let commit = Commit {
                        attempt: Some(1),
                        open: vec![entry],
                        patient: true,
                        ..change(&name)
                    };
                    store.commit(commit).await.unwrap();
                    took.push(begin.elapsed());
                }
                took
            })
        })
        .collect();
    let mut took = Vec::new();
    for run in runs {
        took.extend(run.await.unwrap());
    }
    report(&format!("deltas of {RUNS} background runs"), took, begin.elapsed());
}

async fn depth(store: &PostgresStore) {
    for n in 0..DEPTH {
        let parent = n.checked_sub(1).map(|n| format!("deep{n}"));
        let commit = store.commit(finished(created(&format!("deep{n}"), parent.as_deref(), false)));
        if n == DEPTH - 1 {
            commit.await.unwrap();
        }
    }
    let (mut took, all) = (Vec::new(), Instant::now());
    for _ in 0..100 {
        let begin = Instant::now();
        let leaf = id(&format!("deep{}", DEPTH - 1));
        let line = store.conversation(ProjectId::default(), leaf).await.unwrap();
        took.push(begin.elapsed());
        assert!(matches!(line, Conversation::Turns(turns) if turns.len() == DEPTH));
    }
    report(&format!("conversations of {DEPTH} turns"), took, all.elapsed());
}

/// Claims from a long queue of many projects, one by one.
async fn claims(store: &PostgresStore) {
    let jobs = (0..JOBS).map(|n| NewJob {
        id: n.to_string(),
        project: ProjectId::from(format!("project {}", n % 20).as_str()),
        kind: "sum".to_owned(),
        payload: "{}".to_owned(),
        interaction: None,
        due: Timestamp::UNIX_EPOCH,
        priority: 0,
        worker: None,
        limit: None,
    });
    let commit = Commit {
        enqueue: jobs.collect(),
        ..created("queue", None, false)
    };
    store.commit(commit).await.unwrap();
    let worker = WorkerId::from("worker");
    let lease = Duration::from_secs(600);
    store
        .heartbeat(worker.clone(), Timestamp::UNIX_EPOCH, lease)
        .await
        .unwrap();
    let (mut took, all) = (Vec::new(), Instant::now());
    for _ in 0..100 {
        let begin = Instant::now();
        let claim = Claim {
            worker: worker.clone(),
            kinds: vec!["sum".to_owned()],
            now: Timestamp::UNIX_EPOCH,
            limit: 1,
            per_project: Some(100),
        };
        let claimed = store.claim(claim).await.unwrap();
        took.push(begin.elapsed());
        for job in claimed {
            let done = Settlement::Done { enqueue: Vec::new() };
            assert!(store.settle(job.id, job.fence, done).await.unwrap());
        }
    }
    report(
        &format!("claims of one of {JOBS} jobs, each settled"),
        took,
        all.elapsed(),
    );
}

#[tokio::main]
async fn main() {
    let url = std::env::args().nth(1).unwrap();
    let schema = format!("throughput_{}", std::process::id());
    let options = PostgresOptions {
        schema,
        ..PostgresOptions::new(url)
    };
    let store = PostgresStore::connect(options).await.unwrap();
    for callers in [1, 16, 64] {
        turns(&store, callers).await;
    }
    deltas(&store).await;
    depth(&store).await;
    claims(&store).await;
}
