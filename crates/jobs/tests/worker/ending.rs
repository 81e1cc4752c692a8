//! How jobs, and workers, come to an end.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use antiphon_jobs::{Options, Outcome};
use antiphon_store::{Claim, JobStore as _, Settlement, WorkerId};
use tokio::time::{Instant, sleep};

use crate::bench::{Bench, LEASE, NEVER, done, handler, job, next, options, reporting};

#[tokio::test(start_paused = true)]
async fn a_panic_ends_one_try_and_nothing_else() {
    let bench = Bench::new();
    let panics = AtomicU32::new(0);
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let brittle = handler("brittle", move |job, _held| {
        tell.send((job.tries, Instant::now())).unwrap();
        // Before there is a future, and in it.
        let panics = panics.fetch_add(1, Ordering::SeqCst);
        assert!(panics != 0, "a test's own panic");
        async move {
            assert!(panics != 1, "a test's own panic");
            done()
        }
    });
    let (sturdy, mut begun) = reporting("sturdy");
    let polling = Options {
        poll: Duration::from_secs(1),
        ..options()
    };
    let (worker, _) = bench.worker(vec![brittle, sturdy], polling).await;
    bench.enqueue(vec![job("sturdy", "s"), job("brittle", "b")]).await;
    let sturdy = next(&mut begun).await;
    let mut tries = Vec::new();
    for _ in 0..3 {
        tries.push(next(&mut told).await);
    }
    assert_eq!(tries.iter().map(|(tries, _)| *tries).collect::<Vec<_>>(), [1, 2, 3]);
    let pauses = [tries[1].1 - tries[0].1, tries[2].1 - tries[1].1];
    assert!(
        pauses[0] >= Duration::from_secs(1) && pauses[1] >= Duration::from_secs(2),
        "{pauses:?}"
    );
    assert!(!sturdy.held.lost().is_cancelled());
    sturdy.end.send(done()).unwrap();
    worker.shut_down(NEVER).await;
    assert_eq!(bench.jobs().await, 0);
}

#[tokio::test(start_paused = true)]
async fn an_end_is_written_as_soon_as_the_store_takes_it() {
    let bench = Bench::new();
    let (handler, mut begun) = reporting("sum");
    let (_worker, faults) = bench.worker(vec![handler], options()).await;
    bench.enqueue(vec![job("sum", "a")]).await;
    faults.settlements.store(5, Ordering::SeqCst);
    next(&mut begun).await.end.send(done()).unwrap();
    sleep(Duration::from_secs(60)).await;
    assert_eq!(bench.jobs().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_its_commit_has_ended_is_written_no_more() {
    let bench = Bench::new();
    let (handler, mut begun) = reporting("sum");
    let one = Options {
        concurrency: 1,
        ..options()
    };
    let (_worker, faults) = bench.worker(vec![handler], one).await;
    bench.enqueue(vec![job("sum", "a"), job("sum", "b")]).await;
    let first = next(&mut begun).await;
    let end = Settlement::Done { enqueue: Vec::new() };
    assert!(bench.store.settle("a".to_owned(), first.job.fence, end).await.unwrap());
    faults.settlements.store(1, Ordering::SeqCst);
    sleep(LEASE).await;
    first.end.send(Outcome::Ended).unwrap();
    assert_eq!(next(&mut begun).await.job.id, "b", "there is room again");
    assert_eq!(faults.settlements.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_shut_down_waits_and_then_hands_back_what_is_left() {
    let bench = Bench::new();
    let (handler, mut begun) = reporting("sum");
    let (worker, _) = bench.worker(vec![handler], options()).await;
    bench.enqueue((0..3).map(|n| job("sum", &n)).collect()).await;
    let first = next(&mut begun).await;
    let second = next(&mut begun).await;
    let mut third = next(&mut begun).await;
    let grace = LEASE * 10;
    let began = Instant::now();
    let shutting = tokio::spawn({
        let worker = worker.clone();
        async move { worker.shut_down(grace).await }
    });
    first.held.draining().cancelled().await;
    assert!(worker.reserve("sum", "late").is_none());
    bench.enqueue(vec![job("sum", "late")]).await;
    first.end.send(done()).unwrap();
    let back = Outcome::Settled(Settlement::HandedBack);
    second.end.send(back).unwrap();
    // The lease is kept meanwhile.
    sleep(LEASE * 3).await;
    assert!(third.held.is_sure());
    shutting.await.unwrap();
    assert_eq!(began.elapsed(), grace);
    third.is_gone().await;
    assert!(third.held.lost().is_cancelled(), "what it spawned learns of it");
    assert!(begun.try_recv().is_err(), "nothing was begun meanwhile");

    let before = worker.held();
    let retired = before.worker().clone();
    assert!(!bench.store.heartbeat(retired, (bench.now)(), LEASE).await.unwrap());
    sleep(LEASE * 3).await;
    assert_eq!(worker.held().worker(), before.worker(), "it takes no other lease");

    // Everything that is left can be had at once, and was not tried.
    let next = WorkerId::from("next");
    let now = (bench.now)();
    assert!(bench.store.heartbeat(next.clone(), now, LEASE).await.unwrap());
    let claim = Claim {
        worker: next,
        kinds: vec!["sum".to_owned()],
        now,
        limit: 10,
        per_project: None,
    };
    let left = bench.store.claim(claim).await.unwrap();
    let mut tries: Vec<_> = left.iter().map(|job| (job.id.as_str(), job.fence, job.tries)).collect();
    tries.sort_unstable();
    let expected = [
        (second.job.id.as_str(), 2, 1),
        (third.job.id.as_str(), 2, 1),
        ("late", 1, 1),
    ];
    assert_eq!(tries, expected);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_answer_does_not_hold_up_the_end() {
    let bench = Bench::new();
    let (handler, mut begun) = reporting("sum");
    let (worker, faults) = bench.worker(vec![handler], options()).await;
    bench.enqueue(vec![job("sum", "a")]).await;
    let running = next(&mut begun).await;
    faults.silent.store(true, Ordering::SeqCst);
    let began = Instant::now();
    worker.shut_down(LEASE).await;
    assert!(began.elapsed() <= LEASE * 4, "{:?}", began.elapsed());
    assert!(running.held.lost().is_cancelled());
}
