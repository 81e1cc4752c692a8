use std::time::Instant;

use antiphon_model_engine::{Error, Finish, FinishReason, ModelEvent, ModelUsage};
use llama_cpp_2::token::LlamaToken;
use tokio::sync::mpsc::UnboundedSender;

use super::Call;
use crate::model::Model;
use crate::prepare::Prepared;

/// A call that runs or waits, with all that it needs to go on from where it is.
pub(super) struct Run {
    prepared: Prepared,
    events: UnboundedSender<Result<ModelEvent, Error>>,
    /// The prompt, then the answer so far.
    pub tokens: Vec<LlamaToken>,
    prompt_tokens: usize,
    /// The first part of `tokens` that the KV cache holds.
    pub computed: usize,
    /// Its sequence, while it runs.
    pub sequence: Option<usize>,
    usage: ModelUsage,
    started: Option<Instant>,
    out: Vec<ModelEvent>,
    piece: Vec<u8>,
}

/// Whether a call goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Goes,
    Over,
}

impl Run {
    pub fn new(Call { mut prepared, events }: Call) -> Self {
        let tokens = std::mem::take(&mut prepared.prompt);
        let usage = ModelUsage {
            input_tokens: tokens.len() as u64,
            ..ModelUsage::default()
        };
        Self {
            prepared,
            events,
            prompt_tokens: tokens.len(),
            tokens,
            computed: 0,
            sequence: None,
            usage,
            started: None,
            out: Vec::new(),
            piece: Vec::new(),
        }
    }

    /// Whether nobody listens any more.
    pub fn is_cancelled(&self) -> bool {
        self.events.is_closed()
    }

    /// How many tokens are still to be computed before the next one can be drawn.
    pub fn pending(&self) -> usize {
        self.tokens.len() - self.computed
    }

    /// Gives the call its place.
    pub fn admit(&mut self, sequence: usize, cached: usize) {
        self.sequence = Some(sequence);
        self.computed = cached;
        if self.started.is_none() {
            self.started = Some(Instant::now());
            self.usage.cached_tokens = cached.min(self.prompt_tokens) as u64;
            let _ = self.events.send(Ok(ModelEvent::Started));
        }
    }

    /// Takes its place away; it starts again from its tokens so far.
    pub fn suspend(&mut self) -> Option<usize> {
        self.computed = 0;
        self.sequence.take()
    }

    /// How long it has been running, in milliseconds.
    pub fn millis(&self) -> u64 {
        self.started.map_or(0, |started| {
            u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
        })
    }

    /// Draws the next token from `logits`, and tells what came of it.
    pub fn advance(&mut self, model: &Model, logits: &[f32]) -> Progress {
        match self.step(model, logits) {
            Ok(None) => Progress::Goes,
            Ok(Some(reason)) => {
                self.finish(reason);
                Progress::Over
            }
            Err(error) => {
                self.fail(error);
                Progress::Over
            }
        }
    }

    fn step(&mut self, model: &Model, logits: &[f32]) -> Result<Option<FinishReason>, Error> {
        if self.written() >= self.prepared.max_output_tokens {
            return Ok(Some(FinishReason::Length));
        }
        let mask = match &mut self.prepared.constraint {
            Some(constraint) => constraint.mask()?,
            None => None,
        };
        let Some(token) = self.prepared.sampler.sample(logits, mask.as_ref()) else {
            return Err(match mask {
                Some(_) => Error::Constraint {
                    message: "no token is allowed to follow".to_owned(),
                },
                None => Error::Internal {
                    message: "the model computed no number".to_owned(),
                    source: None,
                },
            });
        };
        let token_id = LlamaToken(token.cast_signed());
        if model.llama.vocab().is_eog(token_id) {
            return Ok(Some(FinishReason::Stop));
        }
        if let Some(constraint) = &mut self.prepared.constraint {
            constraint.accept(token, self.prepared.output.thinks())?;
        }
        if self.prepared.output.thinks() {
            self.usage.thought_tokens += 1;
        } else {
            self.usage.output_tokens += 1;
        }
        self.tokens.push(token_id);
        model.piece(token_id, &mut self.piece);
        let stopped = self.prepared.output.push(&self.piece, &mut self.out)?;
        self.flush();
        if stopped {
            return Ok(Some(FinishReason::Stop));
        }
        if let Some(constraint) = &self.prepared.constraint
            && constraint.is_complete()?
        {
            return Ok(Some(FinishReason::Stop));
        }
        let full = self.tokens.len() >= model.limit as usize;
        Ok((full || self.written() >= self.prepared.max_output_tokens).then_some(FinishReason::Length))
    }

    fn written(&self) -> u64 {
        self.usage.output_tokens + self.usage.thought_tokens
    }

    fn flush(&mut self) {
        for event in self.out.drain(..) {
            // A closed channel is noticed before the next step.
            let _ = self.events.send(Ok(event));
        }
    }

    fn finish(&mut self, reason: FinishReason) {
        if let Err(error) = self
            .prepared
            .output
            .finish(reason == FinishReason::Length, &mut self.out)
        {
            self.fail(error);
            return;
        }
        self.flush();
        let _ = self.events.send(Ok(ModelEvent::Finished(Finish {
            reason,
            usage: self.usage,
        })));
    }

    /// Ends the call with an error; what it said before stays said.
    pub fn fail(&mut self, error: Error) {
        self.flush();
        let _ = self.events.send(Err(error));
    }
}
