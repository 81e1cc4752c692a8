use std::time::Duration;

use anyhow::Context as _;

use super::bare::Commits;
use super::bed::{Bed, Database, databases};
use super::clients;
use super::turn::{PATH, rate, request};
use crate::Options;
use crate::answers::SHORT;
use crate::report::Figure;
use crate::statistics::median;

const CLIENTS: usize = 16;
/// Short rounds: what a disk takes for a commit changes from one second to the next.
const ROUNDS: usize = 9;

/// Stored turns per second on each database, beside bare commits to it.
pub(super) async fn measure(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let time = Duration::from_millis(if options.quick { 100 } else { 800 });
    let mut beds = Vec::new();
    for database in databases(options) {
        beds.push((database, Bed::with(options, database, &[]).await?));
    }
    let mut figures = Vec::new();
    for count in [1, CLIENTS] {
        let mut rates = Vec::new();
        for (_, bed) in &beds {
            rates.push((Vec::new(), Vec::new(), Some(Commits::prepare(bed, count).await?)));
        }
        // All in turns, so that what disturbs the machine disturbs all alike.
        for _ in 0..ROUNDS {
            for ((_, bed), (turns, bare, commits)) in beds.iter().zip(&mut rates) {
                let body = request(SHORT, true, false);
                turns.push(rate(bed.antiphon.address, PATH, &body, count, time).await?);
                let ready = commits.take().context("the floor is being measured")?;
                let (durations, back) = ready.run(count, time / 2).await?;
                bare.push(f64::from(u32::try_from(durations.len())?) / (time / 2).as_secs_f64());
                *commits = Some(back);
            }
        }
        let mut sqlite = None;
        for ((database, _), (turns, bare, _)) in beds.iter().zip(rates) {
            let (turns, bare) = (median(turns), median(bare));
            let what = format!("stored turns, {database}, {}", clients(count));
            figures.push(Figure::new(&what, turns, "1/s").beside("bare commits", bare));
            match (database, sqlite) {
                (Database::Postgres, Some(sqlite)) => {
                    figures.push(Figure::new(what, turns, "1/s").beside("on SQLite", sqlite));
                }
                (Database::Sqlite | Database::Postgres, _) => sqlite = Some(turns),
            }
        }
    }
    for (_, bed) in beds {
        bed.clear().await?;
    }
    Ok(figures)
}
