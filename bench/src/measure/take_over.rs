use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tokio::time::{sleep, timeout};

use super::bed::{Bed, Database};
use super::events::{Events, start};
use crate::Options;
use crate::answers::{BEFORE_GATE, GATED};
use crate::http::Connection;
use crate::report::{Budget, Figure};

const TIMES: usize = 5;
const PATIENCE: Duration = Duration::from_secs(60);
/// The leases, in seconds, with what the default is held against.
const LEASES: [(u32, Option<Budget>); 2] = [(5, Some(Budget::AtMost(10.0))), (1, None)];
/// Between two kills the moment moves by this against the heartbeat.
const PHASE: Duration = Duration::from_millis(170);

/// From `kill -9` of the replica that runs an interaction to the next event at a client of another replica.
pub(super) async fn measure(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    if options.postgres.is_none() {
        return Ok(figures);
    }
    for (lease, budget) in LEASES {
        let mut times = Vec::new();
        for number in 0..options.times(TIMES) {
            let phase = PHASE.saturating_mul(u32::try_from(number)?);
            times.push(one(options, lease, phase).await?.as_secs_f64());
        }
        times.sort_unstable_by(f64::total_cmp);
        let (first, last) = (times.first(), times.last());
        let (first, last) = first.zip(last).context("nothing was measured")?;
        let figure = Figure::new(format!("longest take-over, lease of {lease} s"), *last, "s");
        let figure = figure.note(format!("{} kills, {first:.2} to {last:.2} s", times.len()));
        figures.push(match budget {
            Some(budget) => figure.budget(budget),
            None => figure.beside("the lease", lease.into()),
        });
    }
    Ok(figures)
}

async fn one(options: &Options, lease: u32, phase: Duration) -> anyhow::Result<Duration> {
    let lease = lease.to_string();
    let mut bed = Bed::with(options, Database::Postgres, &["--lease-seconds", &lease]).await?;
    // Nobody else is there to take the run.
    let run = start(bed.antiphon.address, GATED).await?;
    let connection = Connection::open(bed.antiphon.address).await?;
    let ids = Events::follow(connection, &run, None).await?.ids(BEFORE_GATE).await?;
    let last = ids.last().context("no events")?;
    let replica = bed.replica(options).await?;
    let connection = Connection::open(replica.server.address).await?;
    let mut events = Events::follow(connection, &run, Some(last)).await?;
    // Nothing comes while the first one waits for the model.
    sleep(phase).await;
    let killed = Instant::now();
    bed.antiphon.kill()?;
    let event = timeout(PATIENCE, events.next())
        .await
        .context("nobody took it over")??;
    let taken = killed.elapsed();
    let event = event.context("the run ended")?;
    ensure!(
        event["event_type"] == "step.start",
        "the step was not begun again: {event}"
    );
    replica.server.stop().await?;
    bed.clear().await?;
    Ok(taken)
}
