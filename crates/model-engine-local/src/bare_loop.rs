//! Decoding without the engine: the least that llama.cpp needs, to measure the engine against.

use std::error::Error;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;

use crate::Config;
use crate::model::backend;

/// What to decode.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    /// How many sequences at once.
    pub sequences: u32,
    /// How many tokens each prompt has.
    pub prompt_tokens: u32,
    /// How many tokens each answer has.
    pub answer_tokens: u32,
}

/// How long it took.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// All prompts.
    pub prefill: Duration,
    /// All answers.
    pub decode: Duration,
}

/// A model to run bare.
pub struct BareModel {
    model: LlamaModel,
    config: Config,
}

impl BareModel {
    /// Loads the file of `config`.
    ///
    /// # Errors
    /// The file cannot be loaded.
    pub fn load(config: &Config) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let params = LlamaModelParams::default().with_n_gpu_layers(config.gpu_layers);
        let model = LlamaModel::load_from_file(backend()?, &config.model, &params)?;
        Ok(Self {
            model,
            config: config.clone(),
        })
    }

    /// Reads one prompt after the other in the largest batches, then decodes all answers greedily, one token of each
    /// in every step. Threads are those of the configuration.
    ///
    /// # Errors
    /// llama.cpp fails, for want of memory for instance.
    pub fn decode(&self, work: Work) -> Result<Times, Box<dyn Error + Send + Sync>> {
        const BATCH: u32 = 512;
        let threads = i32::try_from(self.config.thread_count())?;
        let tokens = (work.prompt_tokens + work.answer_tokens) * work.sequences;
        let params = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(tokens))
            .with_n_batch(BATCH)
            .with_n_ubatch(BATCH)
            .with_n_seq_max(work.sequences)
            .with_n_threads(threads)
            .with_n_threads_batch(threads)
            .with_kv_unified(true);
        let mut context = self.model.new_context(backend()?, params)?;
        let mut batch = LlamaBatch::new(BATCH as usize, 1);
        let mut random = fastrand::Rng::with_seed(1);
        let vocabulary = self.model.n_vocab();
        let mut next = Vec::new();
        let start = Instant::now();
        for sequence in 0..i32::try_from(work.sequences)? {
            let last = i32::try_from(work.prompt_tokens)? - 1;
            for at in 0..=last {
                batch.add(LlamaToken(random.i32(0..vocabulary)), at, &[sequence], at == last)?;
                if batch.n_tokens().cast_unsigned() == BATCH || at == last {
                    context.decode(&mut batch)?;
                    if at == last {
                        next.push(likeliest(context.get_logits_ith(batch.n_tokens() - 1)));
                    }
                    batch.clear();
                }
            }
        }
        let prefill = start.elapsed();
        let start = Instant::now();
        for step in 1..work.answer_tokens {
            let at = i32::try_from(work.prompt_tokens + step - 1)?;
            for (sequence, &token) in (0..).zip(&next) {
                batch.add(token, at, &[sequence], true)?;
            }
            context.decode(&mut batch)?;
            for (row, token) in (0..).zip(&mut next) {
                *token = likeliest(context.get_logits_ith(row));
            }
            batch.clear();
        }
        Ok(Times {
            prefill,
            decode: start.elapsed(),
        })
    }
}

fn likeliest(logits: &[f32]) -> LlamaToken {
    let best = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    LlamaToken(
        best.and_then(|(token, _)| i32::try_from(token).ok())
            .unwrap_or_default(),
    )
}
