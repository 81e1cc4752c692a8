//! Workers that fall silent, and those that take over.

use std::sync::atomic::Ordering;
use std::time::Duration;

use antiphon_jobs::Options;
use tokio::time::{Instant, sleep};

use crate::bench::{Bench, LEASE, NEVER, done, job, next, options, reporting};

fn polling() -> Options {
    Options {
        poll: Duration::from_secs(1),
        ..options()
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_takes_long_stays_with_its_worker() {
    let bench = Bench::new();
    let (first, mut begun) = reporting("sum");
    let (second, mut elsewhere) = reporting("sum");
    let (_first, _) = bench.worker(vec![first], polling()).await;
    bench.enqueue(vec![job("sum", "a")]).await;
    let running = next(&mut begun).await;
    let (_second, _) = bench.worker(vec![second], polling()).await;
    for _ in 0..100 {
        sleep(LEASE / 2).await;
        assert!(running.held.is_sure());
    }
    assert!(elsewhere.try_recv().is_err());
    running.end.send(done()).unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_a_silent_worker_holds_is_taken_over_and_it_stops_when_it_learns_of_it() {
    let bench = Bench::new();
    let (first, mut begun) = reporting("sum");
    let (second, mut elsewhere) = reporting("sum");
    let (first, faults) = bench.worker(vec![first], polling()).await;
    let before = first.held();
    bench.enqueue(vec![job("sum", "a")]).await;
    let mut stalled = next(&mut begun).await;
    let (second, _) = bench.worker(vec![second], polling()).await;

    faults.silent.store(true, Ordering::SeqCst);
    let silent_since = Instant::now();
    let taken = next(&mut elsewhere).await;
    assert!(
        silent_since.elapsed() <= LEASE + Duration::from_secs(2),
        "{:?}",
        silent_since.elapsed()
    );
    assert_eq!((taken.job.fence, taken.job.tries), (2, 2));
    assert!(taken.job.silent_for.unwrap() <= Duration::from_secs(2));
    // It cannot know yet, but it can know that it is not sure.
    assert!(!stalled.held.lost().is_cancelled());
    assert!(!stalled.held.is_sure());

    faults.silent.store(false, Ordering::SeqCst);
    stalled.is_gone().await;
    assert!(stalled.held.lost().is_cancelled());
    assert!(before.lost().is_cancelled());
    assert!(!taken.held.lost().is_cancelled());

    // It goes on under another name.
    assert_ne!(first.held().worker(), before.worker());
    taken.end.send(done()).unwrap();
    second.shut_down(NEVER).await;
    bench.enqueue(vec![job("sum", "b")]).await;
    let again = next(&mut begun).await;
    assert_eq!(again.held.worker(), first.held().worker());
    assert!(again.held.is_sure());
}

#[tokio::test(start_paused = true)]
async fn a_silence_that_nobody_notices_costs_nothing() {
    let bench = Bench::new();
    let (handler, mut begun) = reporting("sum");
    let (_worker, faults) = bench.worker(vec![handler], polling()).await;
    bench.enqueue(vec![job("sum", "a")]).await;
    let running = next(&mut begun).await;
    faults.heartbeats.store(4, Ordering::SeqCst);
    sleep(LEASE * 3).await;
    assert_eq!(faults.heartbeats.load(Ordering::SeqCst), 0);
    assert!(running.held.is_sure());
    faults.silent.store(true, Ordering::SeqCst);
    sleep(LEASE * 3).await;
    assert!(!running.held.is_sure());
    faults.silent.store(false, Ordering::SeqCst);
    sleep(LEASE).await;
    assert!(running.held.is_sure());
    assert!(!running.held.lost().is_cancelled());
    running.end.send(done()).unwrap();
    sleep(LEASE).await;
    assert_eq!(bench.jobs().await, 0);
}
