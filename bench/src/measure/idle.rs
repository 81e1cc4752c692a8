use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::sleep;

use crate::Options;
use crate::http::Connection;
use crate::process::{Server, Settings};
use crate::report::{Budget, Figure};
use crate::statistics::median;

const STARTS: usize = 11;
const SETTLED: Duration = Duration::from_secs(2);

/// From the start of the process to its `listening` line, and what it holds while nobody asks for anything.
pub(super) async fn measure(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut empty = Vec::new();
    let mut used = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..options.times(STARTS) {
        let data = TempDir::new()?;
        for starts in [&mut empty, &mut used] {
            let server = start(options, data.path()).await?;
            starts.push(server.start.as_secs_f64() * 1e3);
            server.stop().await?;
        }
    }
    for _ in 0..options.times(3) {
        let data = TempDir::new()?;
        let server = start(options, data.path()).await?;
        Connection::open(server.address).await?.get("/healthz").await?;
        sleep(SETTLED).await;
        memory.push(super::megabytes(server.memory()?));
        server.stop().await?;
    }
    Ok(vec![
        Figure::new("start to listening, no model, new data folder", median(empty), "ms").budget(Budget::AtMost(100.0)),
        Figure::new("start to listening, no model, used data folder", median(used), "ms").budget(Budget::AtMost(100.0)),
        Figure::new("idle memory, no model", median(memory), "MB").budget(Budget::AtMost(40.0)),
    ])
}

async fn start(options: &Options, data: &Path) -> anyhow::Result<Server> {
    let settings = Settings {
        data,
        upstream: None,
        database: None,
        arguments: &[],
    };
    Server::antiphon(&options.antiphon, &settings).await
}
