//! `kill -9`, at gates and at random moments.

use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::account::Tally;
use crate::client;
use crate::site::{Database, Site};
use crate::wave::{RUNS, Wave};

const KILLS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute: scripts/crash.sh"]
async fn nothing_told_is_lost_on_sqlite() {
    survive("SQLite", Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute and needs PostgreSQL: scripts/crash.sh"]
async fn nothing_told_is_lost_on_postgres() {
    survive("PostgreSQL", Database::postgres()).await;
}

async fn survive(name: &str, database: Database) {
    let kills = client::number("CRASH_KILLS").map_or(KILLS, |kills| usize::try_from(kills).unwrap());
    let seed = client::number("CRASH_SEED").unwrap_or_else(|| Rng::new().u64(0..1_000_000_000));
    println!("{name}: {kills} kills, CRASH_SEED={seed}");
    let begun = Instant::now();
    let mut rng = Rng::with_seed(seed);
    let mut site = Site::new(database, &[("ANTIPHON_LEASE_SECONDS", "1")]).await;
    site.start().await;
    if site.is_shared() {
        site.start().await;
    }
    let (mut tally, mut interrupted, mut killed, mut runs) = (Tally::default(), 0, 0, 0);
    // How many runs a kill meets depends on the machine.
    while killed < kills || interrupted < 10 * kills {
        let stops = killed % 2 == 0;
        let mut wave = Wave::begin(&site, runs, stops, &mut rng);
        if stops {
            wave.settle(&site, runs + RUNS).await;
        } else {
            wave.random_moment(&site, &mut rng).await;
        }
        interrupted += wave.under_way(&site);
        runs += RUNS + usize::from(stops);
        killed += 1;
        site.kill().await;
        site.world.let_go();
        if site.programs().is_empty() {
            site.start().await;
        }
        // Also while it takes up what the last one left.
        let again = rng.u8(0..4) == 0 && killed < kills;
        if again {
            tokio::time::sleep(Duration::from_millis(rng.u64(0..1500))).await;
            if site.is_shared() {
                site.start().await;
            }
            killed += 1;
            site.kill().await;
            if site.programs().is_empty() {
                site.start().await;
            }
        }
        for account in wave.end().await {
            let client = client::one_of(&site.servers(), account.reconnections);
            account.check(&client, &site.counter, stops, &mut tally).await;
        }
        if site.is_shared() {
            site.start().await;
        }
    }
    let effects = site.finish().await;
    let Tally {
        completed,
        failed,
        unanswered,
        unwritten,
        reconnections,
        interrupted_calls,
    } = tally;
    println!(
        "{name}: {runs} runs, {interrupted} of them interrupted by {killed} kills in {:.0} s: {completed} completed, {failed} failed, \
         {unanswered} not answered, {unwritten} never written, {reconnections} reconnections, {interrupted_calls} calls interrupted, \
         {effects} effects",
        begun.elapsed().as_secs_f64(),
    );
}
