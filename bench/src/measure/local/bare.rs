use std::num::NonZeroU32;
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::{LogOptions, send_logs_to_tracing};

use super::{Rates, SHORT_PROMPT, Work};

const CONTEXT: u32 = 16_384;
/// As many tokens in one step as the engine's default.
const STEP: u32 = 256;

/// Reads the prompts and writes the answers, always the likeliest token, with nothing around it.
pub(crate) fn run(file: &Path, work: Work) -> anyhow::Result<Rates> {
    send_logs_to_tracing(LogOptions::default());
    let backend = LlamaBackend::init()?;
    let model = LlamaModel::load_from_file(&backend, file, &LlamaModelParams::default())?;
    let threads = i32::try_from(work.threads)?;
    let params = LlamaContextParams::default()
        .with_n_ctx(NonZeroU32::new(CONTEXT))
        .with_n_batch(STEP)
        .with_n_ubatch(STEP)
        .with_n_seq_max(work.sequences)
        .with_n_threads(threads)
        .with_n_threads_batch(threads)
        .with_kv_unified(true);
    let mut context = model.new_context(&backend, params)?;
    let mut batch = LlamaBatch::new(usize::try_from(STEP)?, 1);
    // The engine has warmed up when it is measured, too.
    prefill(&mut context, &mut batch, work)?;
    context.clear_kv_cache();

    let began = Instant::now();
    prefill(&mut context, &mut batch, work)?;
    let rate = f64::from(work.sequences * work.prompt) / began.elapsed().as_secs_f64();

    context.clear_kv_cache();
    let work = Work {
        prompt: SHORT_PROMPT,
        ..work
    };
    let mut rows = prefill(&mut context, &mut batch, work)?;
    let began = Instant::now();
    for written in 0..work.answer {
        let tokens: Vec<LlamaToken> = rows.iter().map(|&row| likeliest(context.get_logits_ith(row))).collect();
        batch.clear();
        rows.clear();
        for (sequence, token) in (0..).zip(tokens) {
            rows.push(batch.n_tokens());
            batch.add(token, i32::try_from(work.prompt + written)?, &[sequence], true)?;
        }
        context.decode(&mut batch)?;
    }
    let decode = f64::from(work.sequences * work.answer) / began.elapsed().as_secs_f64();
    Ok(Rates { prefill: rate, decode })
}

/// Reads all prompts; gives the rows of the last step that hold the logits of each.
fn prefill(context: &mut LlamaContext<'_>, batch: &mut LlamaBatch<'_>, work: Work) -> anyhow::Result<Vec<i32>> {
    let share = STEP / work.sequences;
    let mut rows = Vec::new();
    for from in (0..work.prompt).step_by(usize::try_from(share)?) {
        batch.clear();
        rows.clear();
        let end = (from + share).min(work.prompt);
        for sequence in 0..work.sequences {
            for at in from..end {
                let token = LlamaToken(i32::try_from((at * 7 + sequence * 31) % 256)?);
                batch.add(
                    token,
                    i32::try_from(at)?,
                    &[i32::try_from(sequence)?],
                    at + 1 == work.prompt,
                )?;
            }
            rows.push(batch.n_tokens() - 1);
        }
        context.decode(batch).context("a step of the prompt")?;
    }
    // The computation is not over before its result is asked for.
    for &row in &rows {
        std::hint::black_box(context.get_logits_ith(row));
    }
    Ok(rows)
}

fn likeliest(logits: &[f32]) -> LlamaToken {
    let best = (0..).zip(logits).max_by(|(_, a), (_, b)| a.total_cmp(b));
    LlamaToken(best.map_or(0, |(token, _)| token))
}
