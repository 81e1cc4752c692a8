use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::bed::{Bed, databases};
use super::turn::{PATH, rate, request};
use crate::Options;
use crate::answers::SHORT;
use crate::http::Connection;
use crate::report::Figure;
use crate::statistics::median;

const RUNS: usize = 2_000;
const CLIENTS: usize = 16;
const ROUNDS: usize = 3;
const POLL: Duration = Duration::from_millis(5);

/// Background runs per second, from the first that is enqueued to the last that is done, of a model that answers at once;
/// beside stored turns in the foreground, which commit as much but stand in no queue.
pub(super) async fn measure(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let time = Duration::from_millis(if options.quick { 500 } else { 2_000 });
    let each = options.times(RUNS).div_ceil(CLIENTS);
    let mut figures = Vec::new();
    for database in databases(options) {
        let bed = Bed::with(options, database, &[]).await?;
        let (mut queued, mut foreground) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let body = request(SHORT, true, false);
            foreground.push(rate(bed.antiphon.address, PATH, &body, CLIENTS, time).await?);
            queued.push(work_off(bed.antiphon.address, each).await?);
        }
        bed.clear().await?;
        let what = format!("background runs enqueued and done, {database}, {CLIENTS} clients");
        figures.push(
            Figure::new(what, median(queued), "1/s").beside("stored turns in the foreground", median(foreground)),
        );
    }
    Ok(figures)
}

/// Background runs per second, `each` from every client.
async fn work_off(address: SocketAddr, each: usize) -> anyhow::Result<f64> {
    let body = json!({"model": SHORT, "input": "Say hello.", "background": true});
    let body = Bytes::from(body.to_string());
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(Connection::open(address).await?);
    }
    let began = Instant::now();
    let running: Vec<_> = clients
        .into_iter()
        .map(|mut connection| {
            let body = body.clone();
            tokio::spawn(async move {
                let mut ids = Vec::new();
                for _ in 0..each {
                    let run: Value = serde_json::from_slice(&connection.post(PATH, body.clone()).await?)?;
                    ids.push(run["id"].as_str().context("no id")?.to_owned());
                }
                anyhow::Ok(ids)
            })
        })
        .collect();
    let mut ids = Vec::new();
    for client in running {
        ids.push(client.await??);
    }
    let mut connection = Connection::open(address).await?;
    let mut done = began.elapsed();
    // The last of each client first: the queue is worked off in order, and what is asked meanwhile costs time.
    for id in ids.iter().flat_map(|ids| ids.iter().rev().take(1)) {
        wait(&mut connection, id).await?;
        done = began.elapsed();
    }
    for id in ids.iter().flatten() {
        if wait(&mut connection, id).await? {
            done = began.elapsed();
        }
    }
    let count = u32::try_from(each * CLIENTS)?;
    Ok(f64::from(count) / done.as_secs_f64())
}

/// Waits until a run is done; whether it was not at first.
async fn wait(connection: &mut Connection, id: &str) -> anyhow::Result<bool> {
    let mut waited = false;
    loop {
        let run: Value = serde_json::from_slice(&connection.get(&format!("{PATH}/{id}")).await?)?;
        match run["status"].as_str() {
            Some("queued" | "in_progress") => {}
            status => {
                ensure!(status == Some("completed"), "a run ended as {status:?}");
                return Ok(waited);
            }
        }
        waited = true;
        sleep(POLL).await;
    }
}
