//! How long it takes until a run goes on elsewhere.

use std::time::{Duration, Instant};

use crate::account::Tally;
use crate::client::{self, Progress};
use crate::plan::{Plan, Stop};
use crate::site::{Database, Site};

/// The bound, with the settings that a server has by default.
const BOUND: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "waits for a lease and needs PostgreSQL: scripts/crash.sh"]
async fn another_server_takes_over_within_ten_seconds() {
    let mut site = Site::new(Database::postgres(), &[]).await;
    site.start().await;
    site.start().await;
    let plan = Plan {
        key: "run-0".to_owned(),
        background: true,
        stream: true,
        tool: false,
        stop: Stop::Answer { round: 0, piece: 3 },
    };
    site.world.hold();
    let progress = Progress::default();
    let request = client::request(&plan, &site.counter.address);
    let watching = tokio::spawn(client::run(plan, request, site.servers(), progress));
    site.world.stopped(1).await;
    let asked = site.world.asked();
    let killed = Instant::now();
    site.kill().await;
    let going_on = async {
        while site.world.asked() == asked {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let in_time = tokio::time::timeout(BOUND, going_on).await.is_ok();
    assert!(in_time, "the run did not go on within {BOUND:?}");
    println!("PostgreSQL: taken over after {:.1} s", killed.elapsed().as_secs_f64());
    site.world.let_go();
    let account = watching.await.unwrap();
    let client = client::one_of(&site.servers(), 0);
    account.check(&client, &site.counter, true, &mut Tally::default()).await;
    site.finish().await;
}
