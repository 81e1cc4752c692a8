//! Measures what the decorator adds to a commit without large bytes: `cargo run --release --example overhead`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement for developers")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use antiphon_interaction::{Content, InteractionId, Status, Step};
use antiphon_store::memory::MemoryStore;
use antiphon_store::{Commit, Head, ProjectId, Record, Store};
use antiphon_store_blobs::{Backend, BlobStore, DEFAULT_THRESHOLD, Options};
use jiff::Timestamp;

const COMMITS: usize = 50_000;
const ROUNDS: usize = 5;

fn commit(round: usize, number: usize) -> Commit {
    let id = InteractionId::from(format!("v1_{round}_{number}").as_str());
    let record = Record {
        id: id.clone(),
        project: ProjectId::default(),
        parent: None,
        background: false,
        owner: None,
        status: Status::InProgress,
        created: Timestamp::UNIX_EPOCH,
        updated: Timestamp::UNIX_EPOCH,
        head: Head::default(),
    };
    let input = vec![Step::user(vec![Content::text(
        "a question of ordinary length ".repeat(10),
    )])];
    Commit {
        create: Some((record, input)),
        ..Commit::new(ProjectId::default(), id)
    }
}

async fn per_commit(store: &dyn Store, round: usize) -> Duration {
    let commits: Vec<Commit> = (0..COMMITS).map(|number| commit(round, number)).collect();
    let begun = Instant::now();
    for commit in commits {
        store.commit(commit).await.unwrap();
    }
    begun.elapsed() / COMMITS as u32
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let options = Options {
        threshold: DEFAULT_THRESHOLD,
        now: Arc::new(|| Timestamp::UNIX_EPOCH),
    };
    let bare = MemoryStore::default();
    let decorated = BlobStore::new(Arc::new(MemoryStore::default()), Backend::Database, options).unwrap();
    for round in 0..ROUNDS {
        let (without, with) = (per_commit(&bare, round).await, per_commit(&decorated, round).await);
        println!("a commit: {without:?} in memory, {with:?} with the decorator");
    }
}
