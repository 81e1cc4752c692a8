//! How jobs get to their handlers.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use antiphon_jobs::{Options, Outcome};
use antiphon_store::{JobStore as _, NewJob, Settlement};
use jiff::{SignedDuration, Timestamp};

use crate::bench::{Bench, NEVER, done, handler, job, next, options, reporting};

#[tokio::test(start_paused = true)]
async fn a_job_is_begun_when_it_is_enqueued_and_is_over_when_it_is_done() {
    let bench = Bench::new();
    let (handler, mut begun) = reporting("sum");
    let (worker, _) = bench.worker(vec![handler], options()).await;
    let began = tokio::time::Instant::now();
    let new = NewJob {
        payload: r#"{"n":1}"#.to_owned(),
        ..job("sum", "a")
    };
    bench.enqueue(vec![new, job("nobody's", "b")]).await;
    let first = next(&mut begun).await;
    assert_eq!(
        (first.job.payload.as_str(), first.job.fence, first.job.tries),
        (r#"{"n":1}"#, 1, 1)
    );
    assert_eq!(began.elapsed(), Duration::ZERO, "found without polling");
    first.end.send(done()).unwrap();
    worker.shut_down(NEVER).await;
    assert_eq!(bench.jobs().await, 1, "the other kind is nobody's");
    assert!(begun.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn jobs_are_found_by_polling_when_nobody_tells() {
    let bench = Bench::new();
    let (handler, mut begun) = reporting("sum");
    let polls = Options {
        poll: Duration::from_secs(1),
        ..options()
    };
    let (_worker, _) = bench.worker(vec![handler], polls).await;
    let later = NewJob {
        due: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(90),
        ..job("sum", "later")
    };
    bench.enqueue(vec![later]).await;
    next(&mut begun).await;
    let waited = ((bench.now)() - Timestamp::UNIX_EPOCH).get_seconds();
    assert!((90..=91).contains(&waited), "{waited}");
}

#[tokio::test(start_paused = true)]
async fn as_many_run_at_once_as_there_is_room_for_and_each_kind_has_its_own() {
    let bench = Bench::new();
    let (slow, mut begun) = reporting("slow");
    let (other, mut others) = reporting("other");
    let two = Options {
        concurrency: 2,
        ..options()
    };
    let (_worker, _) = bench.worker(vec![slow, other], two).await;
    bench.enqueue((0..5).map(|n| job("slow", &n)).collect()).await;
    bench.enqueue(vec![job("other", "o")]).await;
    let mut running = vec![next(&mut begun).await, next(&mut begun).await];
    next(&mut others).await;
    let mut seen = BTreeSet::new();
    while let Some(first) = running.pop() {
        assert!(begun.try_recv().is_err(), "no third one at once");
        seen.insert(first.job.id);
        first.end.send(done()).unwrap();
        if seen.len() < 4 {
            running.push(next(&mut begun).await);
        }
    }
    assert_eq!(seen.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_queue_longer_than_one_claim_is_emptied() {
    let bench = Bench::new();
    bench.enqueue((0..100).map(|n| job("sum", &n)).collect()).await;
    let (handler, mut begun) = reporting("sum");
    let (_worker, _) = bench.worker(vec![handler], options()).await;
    let mut running = Vec::new();
    for _ in 0..64 {
        running.push(next(&mut begun).await);
    }
    assert!(begun.try_recv().is_err(), "64 at once");
    for n in 0..100 {
        running.swap_remove(0).end.send(done()).unwrap();
        if n < 36 {
            running.push(next(&mut begun).await);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_goes_on_later_comes_back_with_its_new_payload() {
    let bench = Bench::new();
    let now = std::sync::Arc::clone(&bench.now);
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let again = handler("again", move |job, _held| {
        tell.send((job.tries, job.payload.clone())).unwrap();
        let due = now();
        async move {
            if job.tries == 3 {
                return done();
            }
            Outcome::Settled(Settlement::Later {
                due,
                payload: format!("{}x", job.payload),
            })
        }
    });
    let (_worker, _) = bench.worker(vec![again], options()).await;
    bench.enqueue(vec![job("again", "a")]).await;
    for expected in [(1, "{}"), (2, "{}x"), (3, "{}xx")] {
        let (tries, payload) = next(&mut told).await;
        assert_eq!((tries, payload.as_str()), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reserved_job_begins_in_the_write_that_enqueues_it() {
    let bench = Bench::new();
    let (handler, mut begun) = reporting("run");
    let one = Options {
        concurrency: 1,
        ..options()
    };
    let (worker, _) = bench.worker(vec![handler], one).await;
    assert!(worker.reserve("nobody's", "a").is_none());
    let reservation = worker.reserve("run", "a").unwrap();
    assert!(worker.reserve("run", "b").is_none(), "no more room");
    let new = NewJob {
        worker: Some(reservation.held().worker().clone()),
        ..job("run", "a")
    };
    bench.enqueue(vec![new.clone(), job("run", "b")]).await;
    // However long its beginning takes, it is not mistaken for one that got lost.
    tokio::time::sleep(Duration::from_secs(120)).await;
    reservation.begin(new);
    let first = next(&mut begun).await;
    assert_eq!((first.job.id.as_str(), first.job.fence), ("a", 1));
    assert!(begun.try_recv().is_err());
    first.end.send(done()).unwrap();
    assert_eq!(next(&mut begun).await.job.id, "b");
}

#[tokio::test(start_paused = true)]
async fn a_new_job_does_not_overtake_one_that_waits() {
    let bench = Bench::new();
    let (handler, mut begun) = reporting("run");
    let one = Options {
        concurrency: 1,
        ..options()
    };
    let (worker, _) = bench.worker(vec![handler], one).await;
    let reservation = worker.reserve("run", "a").unwrap();
    assert!(worker.reserve("run", "b").is_none(), "no more room");
    bench.enqueue(vec![job("run", "b")]).await;
    drop(reservation);
    assert!(
        worker.reserve("run", "c").is_none(),
        "there is room, and b is to have it"
    );
    let first = next(&mut begun).await;
    assert_eq!(first.job.id, "b");
    first.end.send(done()).unwrap();
    tokio::time::sleep(one.poll * 2).await;
    assert!(worker.reserve("run", "c").is_some(), "nobody waits");
}

#[tokio::test(start_paused = true)]
async fn a_job_whose_claim_got_lost_is_found() {
    let bench = Bench::new();
    let (handler, mut begun) = reporting("sum");
    let (worker, faults) = bench.worker(vec![handler], options()).await;
    faults.claims.store(1, Ordering::SeqCst);
    bench.enqueue(vec![job("sum", "a")]).await;
    let found = next(&mut begun).await;
    assert_eq!((found.job.fence, found.job.tries), (2, 1));

    // So is one that was begun in a write whose reply got lost.
    let reservation = worker.reserve("sum", "b").unwrap();
    let new = NewJob {
        worker: Some(reservation.held().worker().clone()),
        ..job("sum", "b")
    };
    bench.enqueue(vec![new]).await;
    drop(reservation);
    assert_eq!(next(&mut begun).await.job.id, "b");
    assert!(!found.held.lost().is_cancelled(), "what is known stays");
    assert_eq!(bench.store.held(found.held.worker().clone()).await.unwrap().len(), 2);
}
