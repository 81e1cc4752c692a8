//! What is measured, part by part.

mod background;
mod depth;
mod idle;
mod latency;
#[cfg(feature = "local")]
mod local;
mod rivals;
mod streams;
mod throughput;
mod turn;

use std::io::Write as _;

use tempfile::TempDir;

#[cfg(feature = "local")]
pub(crate) use self::local::{Work, run_bare};
use crate::Options;
use crate::process::Server;
use crate::report::Figure;

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Start-up time and memory without a model.
    Idle,
    /// What a turn takes longer than a direct call.
    Latency,
    /// Turns per second with 16 clients.
    Throughput,
    /// A turn deep down a chain.
    Depth,
    /// Background interactions, accepted.
    Background,
    /// Open SSE streams.
    Streams,
    /// The local engine.
    Local,
}

/// The size of the model that the local engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Shape {
    /// Half a billion parameters, half a gigabyte.
    HalfBillion,
    /// A twentieth of that.
    Small,
}

/// A server with its data folder and the upstream behind it.
struct Bed {
    antiphon: Server,
    upstream: Server,
    _data: TempDir,
}

impl Bed {
    async fn make(options: &Options) -> anyhow::Result<Self> {
        let data = TempDir::new()?;
        let upstream = Server::upstream().await?;
        let antiphon = Server::antiphon(&options.antiphon, data.path(), Some(upstream.address)).await?;
        Ok(Self {
            antiphon,
            upstream,
            _data: data,
        })
    }

    async fn clear(self) -> anyhow::Result<()> {
        self.antiphon.stop().await?;
        self.upstream.stop().await
    }
}

impl Options {
    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    /// How often something is repeated.
    fn times(&self, usual: usize) -> usize {
        if self.quick { usual.div_ceil(10) } else { usual }
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Says what is being done, for the person who waits.
fn say(what: &str) -> std::io::Result<()> {
    writeln!(std::io::stderr(), "measuring {what}")
}

/// Measures what is asked for, each part with servers of its own.
pub(crate) async fn all(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    if options.wants(Part::Idle) {
        say("start-up and idle memory")?;
        figures.extend(idle::measure(options).await?);
    }
    if options.wants(Part::Latency) {
        say("latency")?;
        let bed = Bed::make(options).await?;
        figures.extend(latency::measure(options, &bed).await?);
        bed.clear().await?;
    }
    if options.wants(Part::Throughput) {
        say("throughput")?;
        let bed = Bed::make(options).await?;
        figures.extend(throughput::measure(options, &bed).await?);
        bed.clear().await?;
    }
    if options.wants(Part::Depth) {
        say("depth")?;
        let bed = Bed::make(options).await?;
        figures.extend(depth::measure(options, &bed).await?);
        bed.clear().await?;
    }
    if options.wants(Part::Background) {
        say("background")?;
        let bed = Bed::make(options).await?;
        figures.extend(background::measure(options, &bed).await?);
        bed.clear().await?;
    }
    if options.wants(Part::Streams) {
        say("streams")?;
        figures.extend(streams::measure(options).await?);
    }
    #[cfg(feature = "local")]
    if options.wants(Part::Local) {
        say("the local engine")?;
        figures.extend(Box::pin(local::measure(options)).await?);
    }
    Ok(figures)
}
