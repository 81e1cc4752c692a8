use std::time::Duration;

use serde_json::json;

use super::bare::Commits;
use super::bed::{Bed, Database, databases};
use super::clients;
use super::turn::{PATH, Turns};
use crate::Options;
use crate::answers::SHORT;
use crate::report::{Budget, Figure};
use crate::statistics::Durations;

const TURNS: usize = 1_000;
const CLIENTS: usize = 16;
const ROUNDS: usize = 4;

/// How long a background interaction takes to be accepted, with one client and with sixteen.
pub(super) async fn measure(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for database in databases(options) {
        let bed = Bed::with(options, database, &[]).await?;
        for count in [1, CLIENTS] {
            figures.extend(accepted(options, &bed, database, count).await?);
        }
        bed.clear().await?;
    }
    Ok(figures)
}

async fn accepted(options: &Options, bed: &Bed, database: Database, count: usize) -> anyhow::Result<[Figure; 2]> {
    let body = json!({"model": SHORT, "input": "Say hello.", "background": true});
    let time = Duration::from_millis(if options.quick { 50 } else { 500 });
    let each = options.times(TURNS).div_ceil(count * ROUNDS);
    let mut commits = Commits::prepare(bed, count).await?;
    let (mut durations, mut bare) = (Durations::default(), Durations::default());
    for _ in 0..ROUNDS {
        let (some, back) = commits.run(count, time).await?;
        commits = back;
        bare.extend(some);
        let mut running = Vec::new();
        for _ in 0..count {
            let mut turns = Turns::new(bed.antiphon.address, PATH, &body).await?;
            running.push(tokio::spawn(async move {
                turns.take_many(each).await?;
                anyhow::Ok(turns.durations)
            }));
        }
        for client in running {
            durations.extend(client.await??);
        }
    }
    let what = |of: &str| format!("background accepted {of}, {database}, {}", clients(count));
    Ok([
        Figure::new(what("p99"), durations.quantile(0.99), "ms").budget(Budget::AtMost(20.0)),
        Figure::new(what("p50"), durations.quantile(0.5), "ms").beside("a bare commit", bare.quantile(0.5)),
    ])
}
