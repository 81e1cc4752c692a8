//! What is measured, part by part.

mod background;
mod bare;
mod bed;
mod depth;
mod events;
mod idle;
mod latency;
#[cfg(feature = "local")]
mod local;
mod queue;
mod resume;
mod rivals;
#[cfg(target_os = "linux")]
mod sandbox;
mod stored;
mod streams;
mod take_over;
mod throughput;
mod tools;
mod turn;

use std::io::Write as _;

use self::bed::Bed;
#[cfg(feature = "local")]
pub(crate) use self::local::{Work, run_bare};
use crate::Options;
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
    /// Stored turns per second on each database.
    Stored,
    /// Background runs per second, through the queue.
    Queue,
    /// A stream taken up again in its middle.
    Resume,
    /// Runs of a process that was killed; needs `--postgres`.
    TakeOver,
    /// Open SSE streams.
    Streams,
    /// Sandboxes without a server.
    Sandbox,
    /// Turns in which the server runs a tool.
    Tools,
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

/// That many, for a heading.
fn clients(count: usize) -> String {
    format!("{count} client{}", if count == 1 { "" } else { "s" })
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
        figures.extend(background::measure(options).await?);
    }
    if options.wants(Part::Stored) {
        say("stored turns")?;
        figures.extend(stored::measure(options).await?);
    }
    if options.wants(Part::Queue) {
        say("the queue")?;
        figures.extend(queue::measure(options).await?);
    }
    if options.wants(Part::Resume) {
        say("resumed streams")?;
        figures.extend(resume::measure(options).await?);
    }
    if options.wants(Part::TakeOver) {
        say("take-overs")?;
        figures.extend(take_over::measure(options).await?);
    }
    if options.wants(Part::Streams) {
        say("streams")?;
        figures.extend(streams::measure(options).await?);
    }
    #[cfg(target_os = "linux")]
    if options.wants(Part::Sandbox) {
        say("sandboxes")?;
        match sandbox::measure(options).await {
            Ok(some) => figures.extend(some),
            // There are machines without.
            Err(error) => say(&format!("no sandboxes: {error:#}"))?,
        }
    }
    if options.wants(Part::Tools) {
        say("turns with tools")?;
        figures.extend(tools::measure(options).await?);
    }
    #[cfg(feature = "local")]
    if options.wants(Part::Local) {
        say("the local engine")?;
        figures.extend(Box::pin(local::measure(options)).await?);
    }
    Ok(figures)
}
