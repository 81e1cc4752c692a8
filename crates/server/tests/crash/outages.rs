//! The connection to the database cut, paused and refused while runs are under way.

use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::account::Tally;
use crate::client;
use crate::proxy::{Proxy, Way};
use crate::site::{Database, Site};
use crate::wave::{RUNS, Wave};

/// Longer than a lease.
const LONG: Duration = Duration::from_millis(2500);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a while and needs PostgreSQL: scripts/crash.sh"]
async fn a_server_alone_outlives_outages_of_its_database() {
    outlive("alone", false).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a while and needs PostgreSQL: scripts/crash.sh"]
async fn a_server_that_lost_its_database_is_replaced() {
    outlive("beside another", true).await;
}

async fn outlive(name: &str, has_another: bool) {
    let seed = client::number("CRASH_SEED").unwrap_or_else(|| Rng::new().u64(0..1_000_000_000));
    println!("Outages, {name}: CRASH_SEED={seed}");
    let begun = Instant::now();
    let mut rng = Rng::with_seed(seed);
    let database = Database::postgres();
    let Database::Postgres { url, schema } = &database else {
        unreachable!()
    };
    let proxy = Proxy::to(url).await;
    let disturbed = Database::named(&proxy.by(url), schema);
    let mut site = Site::new(database, &[("ANTIPHON_LEASE_SECONDS", "1")]).await;
    site.start_with(&[("ANTIPHON_DATABASE", &disturbed)]).await;
    if has_another {
        site.start().await;
    }
    let (mut tally, mut runs, mut met) = (Tally::default(), 0, 0);
    for disturbance in [
        None,
        Some(Way::Paused),
        Some(Way::Shut),
        None,
        Some(Way::Paused),
        Some(Way::Shut),
    ] {
        let wave = Wave::begin(&site, runs, false, &mut rng);
        runs += RUNS;
        wave.random_moment(&site, &mut rng).await;
        met += wave.under_way(&site);
        match disturbance {
            None => proxy.cut().await,
            Some(way) => proxy.disturb(way, LONG).await,
        }
        for account in wave.end().await {
            let client = client::one_of(&site.servers(), account.reconnections);
            account.check(&client, &site.counter, false, &mut tally).await;
        }
    }
    let effects = site.finish().await;
    println!(
        "Outages, {name}: {runs} runs, {met} of them met by 6 outages, in {:.0} s: {tally:?}, {effects} effects",
        begun.elapsed().as_secs_f64(),
    );
}
