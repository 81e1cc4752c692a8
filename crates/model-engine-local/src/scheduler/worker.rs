use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, TryRecvError};

use antiphon_model_engine::Error;
use llama_cpp_2::DecodeError;
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_batch::LlamaBatch;

use super::plan::shares;
use super::run::{Progress, Run};
use super::sequences::Sequences;
use super::{Call, Shared};
use crate::model::{Model, backend};
use crate::{Config, LoadError};

/// llama.cpp takes no more sequences than this.
const MAX_SEQUENCES: u32 = 256;

/// The scheduler thread's state.
pub(super) struct Worker<'m> {
    model: &'m Model,
    context: LlamaContext<'m>,
    batch: LlamaBatch<'static>,
    sequences: Sequences,
    waiting: VecDeque<Run>,
    /// In the order in which they were admitted.
    running: Vec<Run>,
    shared: Arc<Shared>,
    parallel: usize,
    step: usize,
    prompt_share: usize,
    cache: usize,
}

fn sequence_count(config: &Config) -> u32 {
    config
        .parallel
        .get()
        .saturating_add(config.kept_conversations.max(1))
        .min(MAX_SEQUENCES)
}

impl<'m> Worker<'m> {
    /// Makes the model's context.
    pub fn context(model: &'m Model, config: &Config) -> Result<LlamaContext<'m>, LoadError> {
        let tokens = config.cache_tokens(model.llama.n_ctx_train().max(1));
        let threads = i32::try_from(config.thread_count()).unwrap_or(i32::MAX);
        // llama.cpp wants room for one output per sequence.
        let batch = config.step_tokens().max(sequence_count(config));
        let params = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(tokens))
            .with_n_batch(batch)
            .with_n_ubatch(batch)
            .with_n_seq_max(sequence_count(config))
            .with_n_threads(threads)
            .with_n_threads_batch(threads)
            // One pool of cells for all sequences, so that copies share them.
            .with_kv_unified(true)
            // Sliding-window layers keep their window only: such a memory is never cut anyway.
            .with_swa_full(false);
        model
            .llama
            .new_context(backend()?, params)
            .map_err(|source| LoadError::NoContext {
                path: config.model.clone(),
                tokens,
                source,
            })
    }

    pub fn new(model: &'m Model, context: LlamaContext<'m>, config: &Config, shared: Arc<Shared>) -> Self {
        let step = config.step_tokens() as usize;
        let count = sequence_count(config) as usize;
        Self {
            model,
            batch: LlamaBatch::new(step, 1),
            sequences: Sequences::new(count, model.cuttable),
            waiting: VecDeque::new(),
            running: Vec::new(),
            shared,
            parallel: (config.parallel.get() as usize).min(count),
            step,
            prompt_share: config.shared_step_tokens() as usize,
            cache: context.n_ctx() as usize,
            context,
        }
    }

    /// Works until the engine is gone.
    pub fn work(mut self, calls: &Receiver<Call>) {
        while self.take_calls(calls) {
            self.drop_cancelled();
            self.admit();
            self.step();
        }
        let stopped = || Error::Unavailable {
            message: "the local engine was stopped".to_owned(),
            source: None,
        };
        for run in self.running.iter_mut().chain(&mut self.waiting) {
            run.fail(stopped());
        }
    }

    /// Takes new calls, waiting for one where there is nothing else to do; false when it is time to end.
    fn take_calls(&mut self, calls: &Receiver<Call>) -> bool {
        if self.running.is_empty() && self.waiting.is_empty() {
            match calls.recv() {
                Ok(call) => self.waiting.push_back(Run::new(call)),
                Err(_) => return false,
            }
        }
        loop {
            if self.shared.stop.load(Ordering::Relaxed) {
                return false;
            }
            match calls.try_recv() {
                Ok(call) => self.waiting.push_back(Run::new(call)),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn drop_cancelled(&mut self) {
        self.waiting.retain(|run| !run.is_cancelled());
        self.running.retain(|run| {
            let cancelled = run.is_cancelled();
            if cancelled && let Some(sequence) = run.sequence {
                self.sequences.release(sequence);
            }
            !cancelled
        });
    }

    /// Lets waiting calls in, in their order, as long as all that run fit into the cache as they are.
    fn admit(&mut self) {
        while self.running.len() < self.parallel
            && let Some(next) = self.waiting.front()
        {
            let used: usize = self.running.iter().map(|run| run.tokens.len() + 1).sum();
            if !self.running.is_empty() && used + next.tokens.len() + 1 > self.cache {
                return;
            }
            let Some(place) = self.sequences.acquire(&next.tokens, &mut self.context) else {
                return;
            };
            if let Some(mut run) = self.waiting.pop_front() {
                run.admit(place.sequence, place.cached);
                self.running.push(run);
            }
        }
    }

    fn step(&mut self) {
        if self.running.is_empty() {
            return;
        }
        let pending: Vec<usize> = self.running.iter().map(Run::pending).collect();
        let shares = shares(&pending, self.step, self.prompt_share);
        let rows = match self.fill(&shares) {
            Ok(rows) => rows,
            Err(error) => return self.fail_all(&error),
        };
        match self.context.decode(&mut self.batch) {
            Ok(()) => self.advance(&shares, &rows),
            Err(DecodeError::NoKvCacheSlot) => self.make_room(),
            Err(error) => self.fail_all(&error),
        }
    }

    /// Fills the batch; gives, per call, the row that has its next logits, where it gets some.
    fn fill(&mut self, shares: &[usize]) -> Result<Vec<Option<i32>>, Box<dyn std::error::Error>> {
        self.batch.clear();
        let mut rows = Vec::with_capacity(shares.len());
        for (run, &share) in self.running.iter().zip(shares) {
            let sequence = i32::try_from(run.sequence.unwrap_or_default())?;
            let end = run.computed + share;
            let complete = share > 0 && end == run.tokens.len();
            for (at, &token) in run.tokens.iter().enumerate().take(end).skip(run.computed) {
                self.batch
                    .add(token, i32::try_from(at)?, &[sequence], complete && at + 1 == end)?;
            }
            rows.push(complete.then(|| self.batch.n_tokens() - 1));
        }
        Ok(rows)
    }

    fn advance(&mut self, shares: &[usize], rows: &[Option<i32>]) {
        let mut over = Vec::new();
        for (index, (run, (&share, row))) in self.running.iter_mut().zip(shares.iter().zip(rows)).enumerate() {
            let end = run.computed + share;
            if let Some(sequence) = run.sequence {
                self.sequences.computed(sequence, &run.tokens[run.computed..end]);
            }
            run.computed = end;
            if let Some(row) = row
                && run.advance(self.model, self.context.get_logits_ith(*row)) == Progress::Over
            {
                over.push(index);
            }
        }
        for index in over.into_iter().rev() {
            let run = self.running.remove(index);
            self.note_duration(run.millis());
            if let Some(sequence) = run.sequence {
                self.sequences.release(sequence);
            }
        }
    }

    /// The cache is full: forgets what is kept, or suspends the newest call.
    fn make_room(&mut self) {
        if self.sequences.evict(&mut self.context) {
            return;
        }
        let alone = self.running.len() == 1;
        let Some(mut newest) = self.running.pop() else { return };
        if let Some(sequence) = newest.suspend() {
            self.sequences.discard(sequence, &mut self.context);
        }
        if alone {
            newest.fail(Error::Internal {
                message: "the KV cache has no room for one conversation: load the model with a larger context"
                    .to_owned(),
                source: None,
            });
        } else {
            self.waiting.push_front(newest);
        }
    }

    /// llama.cpp failed: what is in its memory is unknown, so all goes.
    fn fail_all(&mut self, error: &impl ToString) {
        let error = error.to_string();
        tracing::error!(model = self.model.name, error, "the model could not compute a step");
        for mut run in self.running.drain(..) {
            run.fail(Error::Internal {
                message: format!("the model could not compute a step: {error}"),
                source: None,
            });
            if let Some(sequence) = run.sequence {
                self.sequences.discard(sequence, &mut self.context);
            }
        }
        while self.sequences.evict(&mut self.context) {}
        self.context.clear_kv_cache();
    }

    fn note_duration(&self, millis: u64) {
        let mean = self.shared.call_millis.load(Ordering::Relaxed);
        let mean = if mean == 0 { millis } else { (mean * 7 + millis) / 8 };
        self.shared.call_millis.store(mean, Ordering::Relaxed);
    }
}
