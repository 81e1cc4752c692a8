//! A process that dies, and the next one on the same file.

use std::path::Path;
use std::sync::Arc;

use antiphon_jobs::{JobHandler, Options, Parts, Worker};
use antiphon_store::{DocumentStore as _, FollowStore as _, JobStore as _, WorkerId};
use antiphon_store_sqlite::{Options as Disk, SqliteStore};
use jiff::Timestamp;
use tokio::runtime::Runtime;

use crate::bench::{cause, done, job, next, reporting};

const JOBS: usize = 20;

async fn start(file: &Path, id: &'static str, handler: Arc<dyn JobHandler>) -> (SqliteStore, Worker) {
    let store = SqliteStore::open(file, Disk::default()).unwrap();
    let worker = Worker::start(Parts {
        store: Arc::new(store.clone()),
        changes: store.changes(),
        handlers: vec![handler],
        now: Arc::new(|| Timestamp::UNIX_EPOCH),
        new_id: Arc::new(move || WorkerId::from(id)),
        options: Options::default(),
    });
    (store, worker.await.unwrap())
}

#[test]
fn the_next_process_takes_over_at_once_what_a_dead_one_held() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.db");

    let (handler, mut begun) = reporting("sum");
    let process = Runtime::new().unwrap();
    let cut_short = process.block_on(async {
        let (store, _worker) = start(&file, "first", handler).await;
        let jobs = (0..JOBS).map(|n| job("sum", &n)).collect();
        store.put_document(cause(0), jobs).await.unwrap();
        let mut running = Vec::new();
        for _ in 0..JOBS {
            running.push(next(&mut begun).await);
        }
        running
    });
    assert!(cut_short.iter().all(|begun| begun.job.fence == 1));
    // With all its tasks, in the middle of what they do.
    drop(process);
    drop(cut_short);

    let (handler, mut begun) = reporting("sum");
    Runtime::new().unwrap().block_on(async {
        let (store, worker) = start(&file, "second", handler).await;
        for _ in 0..JOBS {
            let begun = next(&mut begun).await;
            assert_eq!((begun.job.fence, begun.job.tries), (2, 2));
            begun.end.send(done()).unwrap();
        }
        worker.shut_down(std::time::Duration::MAX).await;
        assert_eq!(store.queue(Timestamp::UNIX_EPOCH).await.unwrap(), []);
    });
}
