use std::net::SocketAddr;
use std::time::Instant;

use anyhow::Context as _;

use super::bed::{Bed, Database, databases};
use super::events::{Events, start};
use crate::Options;
use crate::answers::{BEFORE_GATE, GATED, LONG, LONG_TOKENS};
use crate::http::Connection;
use crate::report::Figure;
use crate::statistics::Durations;

const RESUMES: usize = 300;

/// From `GET …?stream=true&last_event_id=…` to the first event, in the middle of a run that is done and of one that goes on,
/// from the process that ran it and from another; beside a request that reads nothing.
pub(super) async fn measure(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for database in databases(options) {
        let bed = Bed::with(options, database, &[]).await?;
        let done = start(bed.antiphon.address, LONG).await?;
        let going_on = start(bed.antiphon.address, GATED).await?;
        let mut kinds = vec![("the same process", bed.antiphon.address)];
        let replica = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(bed.replica(options).await?),
        };
        kinds.extend(
            replica
                .iter()
                .map(|replica| ("another replica", replica.server.address)),
        );
        for (run, id, deltas) in [
            ("a finished run", done, LONG_TOKENS),
            ("a run going on", going_on, BEFORE_GATE),
        ] {
            let connection = Connection::open(bed.antiphon.address).await?;
            let ids = Events::follow(connection, &id, None).await?.ids(deltas).await?;
            let middle = ids.get(ids.len() / 2).context("no events")?;
            let mut resumes = vec![(Durations::default(), Durations::default()); kinds.len()];
            for _ in 0..options.times(RESUMES) {
                for ((_, address), (resumes, requests)) in kinds.iter().zip(&mut resumes) {
                    one(*address, &id, middle, resumes, requests).await?;
                }
            }
            for ((name, _), (resumes, requests)) in kinds.iter().zip(resumes) {
                let what = format!("resume of {run} p50, {database}, {name}");
                let figure =
                    Figure::new(what, resumes.quantile(0.5), "ms").beside("GET /healthz", requests.quantile(0.5));
                figures.push(figure.note(format!("p99 {:.3} ms", resumes.quantile(0.99))));
            }
        }
        if let Some(replica) = replica {
            replica.server.stop().await?;
        }
        bed.clear().await?;
    }
    Ok(figures)
}

async fn one(
    address: SocketAddr,
    id: &str,
    after: &str,
    resumes: &mut Durations,
    requests: &mut Durations,
) -> anyhow::Result<()> {
    let mut connection = Connection::open(address).await?;
    // The first request of a connection takes longer.
    connection.get("/healthz").await?;
    let began = Instant::now();
    connection.get("/healthz").await?;
    requests.push(began.elapsed());
    let began = Instant::now();
    let mut events = Events::follow(connection, id, Some(after)).await?;
    events.next().await?.context("nothing came after the id")?;
    resumes.push(began.elapsed());
    Ok(())
}
