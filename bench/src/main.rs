//! Measures Antiphon beside what it stands in front of and beside others that do the same, in one run on one machine,
//! and holds the figures against the project's budgets.
//!
//! `antiphon-bench upstream` is the fixed-answer server behind all of them; everything else is measured by [`measure`]
//! and told by [`report`]. Nothing here fails because of a time.

mod answers;
mod http;
mod measure;
mod process;
mod report;
mod statistics;
mod upstream;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

/// Measures Antiphon and prints its figures against their budgets.
#[derive(Parser)]
#[command(name = "antiphon-bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure everything, or the parts named.
    Run(Options),
    /// Serve fixed answers: Chat Completions, and Responses for the servers that want those.
    Upstream,
    /// Run a model file with nothing around it, and print the tokens per second.
    #[cfg(feature = "local")]
    BareLoop {
        /// The model file.
        file: PathBuf,
        #[command(flatten)]
        work: measure::Work,
    },
}

/// What is measured, and how thoroughly.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The server to measure.
    #[arg(long, value_name = "FILE")]
    antiphon: PathBuf,
    /// Measure these parts only.
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    only: Vec<measure::Part>,
    /// A tenth of the repetitions; for trying the benchmark out.
    #[arg(long)]
    quick: bool,
    /// How many SSE streams are held open.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=9_000))]
    streams: u32,
    /// How deep the chain is.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(2..=5_000))]
    depth: u32,
    /// The model that the local engine runs; it has random weights.
    #[arg(long, default_value = "half-billion", value_name = "SHAPE")]
    shape: measure::Shape,
    /// Threads of the local engine and of the bare loop [default: the engine's default].
    #[arg(long)]
    threads: Option<std::num::NonZeroU32>,
    /// `agentic-server` of the Python package `agentic-api`, to be measured too.
    #[arg(long, value_name = "FILE")]
    agentic_api: Option<PathBuf>,
    /// `litellm` of the Python package `litellm[proxy]`, to be measured too.
    #[arg(long, value_name = "FILE")]
    litellm: Option<PathBuf>,
    /// A Postgres database to measure on too, `postgres://USER@HOST:PORT/DATABASE`; schemas of the benchmark's own are made
    /// in it and removed.
    #[arg(long, env = "ANTIPHON_BENCH_POSTGRES", value_name = "URL")]
    postgres: Option<String>,
    /// Write the figures to FILE as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[expect(clippy::print_stderr, reason = "the message for the person at the terminal")]
fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    if let Some(code) = antiphon_environments::helper_main_if_requested() {
        // This process is a sandbox.
        return code;
    }
    match start(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("antiphon-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(command: Command) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match command {
        Command::Upstream => runtime.block_on(upstream::serve()),
        #[cfg(feature = "local")]
        Command::BareLoop { file, work } => {
            let rates = measure::run_bare(&file, work)?;
            Ok(serde_json::to_writer(std::io::stdout(), &rates)?)
        }
        Command::Run(options) => {
            let figures = runtime.block_on(measure::all(&options))?;
            std::io::stdout().write_all(report::table(&figures).as_bytes())?;
            if let Some(path) = &options.json {
                let json = serde_json::to_vec_pretty(&figures)?;
                std::fs::write(path, json).with_context(|| format!("{} cannot be written", path.display()))?;
            }
            Ok(())
        }
    }
}
