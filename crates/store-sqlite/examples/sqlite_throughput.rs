//! Measures the store on this machine's disk: `cargo run --release --example sqlite_throughput [FOLDER]`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement for developers")]

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::time::{Duration, Instant};

use antiphon_interaction::{Content, InteractionId, ModelOutput, Status, Step};
use antiphon_store::{Commit, Conversation, Head, ProjectId, Record, Store, StoredStep, Update};
use antiphon_store_sqlite::{Options, SqliteStore};
use jiff::Timestamp;

const TURNS: usize = 2000;
const DEPTH: usize = 1000;

/// As long as the real ones, and as scattered over the index.
fn id(name: &str) -> InteractionId {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    let mut bytes = [0; 18];
    bytes[..8].copy_from_slice(&hasher.finish().to_be_bytes());
    InteractionId::from_random(bytes)
}

fn created(name: &str, parent: Option<&str>) -> Commit {
    let record = Record {
        id: id(name),
        project: ProjectId::default(),
        parent: parent.map(id),
        background: false,
        owner: None,
        status: Status::InProgress,
        created: Timestamp::UNIX_EPOCH,
        updated: Timestamp::UNIX_EPOCH,
        head: Head {
            model: Some("gemini-flash".into()),
            ..Head::default()
        },
    };
    let input = vec![Step::user(vec![Content::text(
        "What is the capital of France, and why?",
    )])];
    Commit {
        create: Some((record, input)),
        ..Commit::new(ProjectId::default(), id(name))
    }
}

fn finished(mut commit: Commit) -> Commit {
    let text = "Paris, because the kings of France lived there most of the time. ".repeat(3);
    let step = Step::ModelOutput(ModelOutput {
        content: vec![Content::text(text)],
        error: None,
    });
    commit.steps = vec![StoredStep {
        index: 0,
        attempt: 1,
        step,
        marks: vec![4; 50],
    }];
    let head = Head {
        model: Some("gemini-flash".into()),
        ..Head::default()
    };
    commit.update = Some(Update {
        status: Status::Completed,
        updated: Timestamp::UNIX_EPOCH,
        head,
    });
    commit
}

async fn caller(store: SqliteStore, name: String, turns: usize, commits: usize) -> Vec<Duration> {
    let mut took = Vec::with_capacity(turns);
    for turn in 0..turns {
        let name = format!("{name}-{turn}");
        let begin = Instant::now();
        if commits == 1 {
            store.commit(finished(created(&name, None))).await.unwrap();
        } else {
            let first = store.commit(created(&name, None));
            let last = store.commit(finished(Commit::new(ProjectId::default(), id(&name))));
            first.await.unwrap();
            last.await.unwrap();
        }
        took.push(begin.elapsed());
    }
    took
}

async fn measure(store: &SqliteStore, name: &str, callers: usize, commits: usize) {
    let begin = Instant::now();
    let running: Vec<_> = (0..callers)
        .map(|n| {
            tokio::spawn(caller(
                store.clone(),
                format!("{callers}x{commits}:{n}"),
                TURNS,
                commits,
            ))
        })
        .collect();
    let mut took = Vec::new();
    for caller in running {
        took.extend(caller.await.unwrap());
    }
    let seconds = begin.elapsed().as_secs_f64();
    took.sort();
    println!(
        "{name}: {callers:>2} callers, {commits} commits a turn: {:>6.0} turns/s, p50 {:?}, p99 {:?}, most {:?}",
        took.len() as f64 / seconds,
        took[took.len() / 2],
        took[took.len() * 99 / 100],
        took[took.len() - 1]
    );
}

async fn depth(store: &SqliteStore) {
    for n in 0..DEPTH {
        let parent = n.checked_sub(1).map(|n| format!("deep{n}"));
        drop(store.commit(finished(created(&format!("deep{n}"), parent.as_deref()))));
    }
    store.check().await.unwrap();
    let mut took = Vec::new();
    for _ in 0..200 {
        let begin = Instant::now();
        let line = store
            .conversation(ProjectId::default(), id(&format!("deep{}", DEPTH - 1)))
            .await
            .unwrap();
        took.push(begin.elapsed());
        assert!(matches!(line, Conversation::Turns(turns) if turns.len() == DEPTH));
    }
    took.sort();
    println!(
        "conversation of {DEPTH} turns: p50 {:?}, p99 {:?}",
        took[100], took[198]
    );
}

fn size(folder: &Path) -> u64 {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .sum()
}

#[tokio::main]
async fn main() {
    let parent = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let folder = tempfile::tempdir_in(parent).unwrap();
    let begin = Instant::now();
    let store = SqliteStore::open(folder.path().join("bench.db"), Options::default()).unwrap();
    println!("opening a new file: {:?}", begin.elapsed());
    for (callers, commits) in [(1, 1), (1, 2), (16, 1), (16, 2), (64, 1)] {
        measure(&store, "turns", callers, commits).await;
    }
    depth(&store).await;
    drop(store);
    println!(
        "{} bytes a turn on disk",
        size(folder.path()) / (TURNS * (1 + 1 + 16 + 16 + 64) + DEPTH) as u64
    );
    let begin = Instant::now();
    let store = SqliteStore::open(folder.path().join("bench.db"), Options::default()).unwrap();
    println!("opening it again: {:?}", begin.elapsed());
    drop(store);
}
