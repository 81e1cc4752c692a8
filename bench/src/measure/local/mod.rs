//! The local engine beside a bare decode loop over the same crate, the same file and the same threads.

mod bare;
mod conversation;
mod engine;

use std::path::Path;

use antiphon_model_engine_local::random_weights::{RandomModel, Weights};
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::process::Command;

use super::Shape;
use crate::Options;
use crate::report::{Budget, Figure};
use crate::statistics::median;

pub(crate) use bare::run as run_bare;

const ROUNDS: usize = 3;
const PROMPT: u32 = 256;
const ANSWER: u32 = 64;
/// Tokens of the prompt before an answer that is measured.
const SHORT_PROMPT: u32 = 64;

/// What is run, by the engine and by the bare loop alike.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Work {
    /// Threads that compute.
    #[arg(long)]
    threads: u32,
    /// How many sequences are run together.
    #[arg(long)]
    sequences: u32,
    /// Tokens of each sequence's prompt.
    #[arg(long)]
    prompt: u32,
    /// Tokens of each sequence's answer.
    #[arg(long)]
    answer: u32,
}

/// One of the rates.
type Of = fn(&Rates) -> f64;

/// Tokens per second, of all sequences together.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Rates {
    prefill: f64,
    decode: f64,
}

pub(super) async fn measure(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let folder = TempDir::new()?;
    let file = folder.path().join("bench.gguf");
    model(options.shape).write(&file)?;
    let threads = options
        .threads
        .map_or_else(engine::default_threads, std::num::NonZeroU32::get);
    let engine = engine::Engine::load(&file, threads)?;
    // The first call brings the file into memory.
    engine.call(vec![engine.prompt(SHORT_PROMPT)], 1).await?;
    let mut figures = Vec::new();
    for sequences in [1, 4] {
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        let work = Work {
            threads,
            sequences,
            prompt: PROMPT,
            answer: ANSWER,
        };
        for _ in 0..options.times(ROUNDS) {
            bare.push(bare_elsewhere(&file, work).await?);
            ours.push(engine.run(work).await?);
        }
        let name = if sequences == 1 {
            "1 sequence".to_owned()
        } else {
            format!("{sequences} sequences")
        };
        let rates: [(&str, Of); 2] = [("decode", |rates| rates.decode), ("prefill", |rates| rates.prefill)];
        for (what, of) in rates {
            let middle = |all: &[Rates]| median(all.iter().map(of).collect());
            let figure = Figure::new(format!("local {what}, {name}"), middle(&ours), "tok/s");
            figures.push(figure.beside("bare loop", middle(&bare)).budget(Budget::AtLeast(0.95)));
        }
    }
    figures.push(conversation::measure(options, &engine).await?);
    Ok(figures)
}

fn model(shape: Shape) -> RandomModel {
    match shape {
        Shape::HalfBillion => RandomModel::half_billion(1),
        Shape::Small => RandomModel {
            layers: 8,
            width: 512,
            heads: 8,
            kv_heads: 2,
            feed_forward: 1_536,
            context: 32_768,
            vocabulary: 16_384,
            weights: Weights::Q8,
            ..RandomModel::tiny(1)
        },
    }
}

/// Runs the bare loop in a process of its own: llama.cpp is started once per process, and the engine has it here.
async fn bare_elsewhere(file: &Path, work: Work) -> anyhow::Result<Rates> {
    let Work {
        threads,
        sequences,
        prompt,
        answer,
    } = work;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("bare-loop").arg(file).kill_on_drop(true);
    for (flag, value) in [
        ("--threads", threads),
        ("--sequences", sequences),
        ("--prompt", prompt),
        ("--answer", answer),
    ] {
        command.args([flag, &value.to_string()]);
    }
    let output = command.output().await?;
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).with_context(|| format!("the bare loop failed: {said}"))
}
