use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use antiphon_interaction::Content;
use antiphon_model_engine::{
    Message, ModelEngine as _, ModelEvent, ModelRequest, ModelUsage, OutputFormat, Sampling, ToolSelection,
};
use antiphon_model_engine_local::{Config, LocalEngine};
use anyhow::{Context as _, bail};
use futures::StreamExt as _;
use futures::future::try_join_all;

use super::{Rates, SHORT_PROMPT, Work};

const NAME: &str = "bench";
/// What the chat template adds to a message, about.
const TEMPLATE: u32 = 24;

/// The local engine, loaded.
pub(super) struct Engine {
    engine: LocalEngine,
    /// Makes every prompt begin differently, so that none finds its beginning in the cache.
    prompts: AtomicU32,
}

/// What one call gave.
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) usage: ModelUsage,
    /// From the call to the first piece of the answer.
    pub(super) first: Duration,
    /// From the call to its end.
    pub(super) end: Duration,
}

/// As many threads as the engine takes when nobody says how many.
pub(super) fn default_threads() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1));
    u32::try_from(cores).unwrap_or(1)
}

impl Engine {
    pub(super) fn load(file: &Path, threads: u32) -> anyhow::Result<Self> {
        let mut config = Config::new(file);
        config.name = Some(NAME.to_owned());
        config.threads = NonZeroU32::new(threads);
        let engine = LocalEngine::load(&config, Arc::new(|| jiff::Timestamp::UNIX_EPOCH))?;
        Ok(Self {
            engine,
            prompts: AtomicU32::new(0),
        })
    }

    /// The rates of the same work as the bare loop's.
    pub(super) async fn run(&self, work: Work) -> anyhow::Result<Rates> {
        // One token of an answer, so that no prompt is read beside a running answer.
        let calls = (0..work.sequences).map(|_| self.call(vec![self.prompt(work.prompt)], 1));
        let began = Instant::now();
        let answers = try_join_all(calls).await?;
        let elapsed = began.elapsed().as_secs_f64();
        let computed: u64 = answers
            .iter()
            .map(|answer| answer.usage.input_tokens - answer.usage.cached_tokens)
            .sum();
        let prefill = f64::from(u32::try_from(computed)?) / elapsed;

        let calls = (0..work.sequences).map(|_| self.call(vec![self.prompt(SHORT_PROMPT - TEMPLATE)], work.answer));
        let answers = try_join_all(calls).await?;
        let mut decode = 0.0;
        for Answer { usage, first, end, .. } in &answers {
            let written = f64::from(u32::try_from(usage.output_tokens)?) - 1.0;
            decode += written / end.saturating_sub(*first).as_secs_f64();
        }
        Ok(Rates { prefill, decode })
    }

    /// A message of about `tokens` tokens; the vocabulary of the random models has one per letter.
    pub(super) fn prompt(&self, tokens: u32) -> Message {
        let number = self.prompts.fetch_add(1, Ordering::Relaxed);
        let mut text = format!("{number:08} ");
        while u32::try_from(text.len()).unwrap_or(u32::MAX) < tokens {
            text.push_str("lorem ipsum ");
        }
        Message::User(vec![Content::text(text)])
    }

    pub(super) async fn call(&self, messages: Vec<Message>, answer: u32) -> anyhow::Result<Answer> {
        let request = ModelRequest {
            model: NAME.to_owned(),
            system_instruction: None,
            messages,
            functions: Vec::new(),
            tool_selection: ToolSelection::Auto,
            output_format: OutputFormat::Text,
            sampling: Sampling {
                temperature: Some(0.0),
                max_output_tokens: Some(u64::from(answer)),
                ..Sampling::default()
            },
            thinking_level: None,
        };
        let began = Instant::now();
        let mut events = self.engine.generate(request);
        let (mut text, mut first) = (String::new(), None);
        while let Some(event) = events.next().await {
            match event? {
                ModelEvent::Started => {}
                ModelEvent::Text(piece) | ModelEvent::Thought(piece) => {
                    first.get_or_insert_with(|| began.elapsed());
                    text.push_str(&piece);
                }
                ModelEvent::ToolCall(call) => bail!("the model called {}", call.name),
                ModelEvent::Finished(finish) => {
                    let end = began.elapsed();
                    return Ok(Answer {
                        text,
                        usage: finish.usage,
                        first: first.unwrap_or(end),
                        end,
                    });
                }
            }
        }
        None.context("the answer has no end")
    }
}
