use std::num::NonZeroU32;
use std::path::PathBuf;
use std::thread;

use serde::{Deserialize, Serialize};

/// How a model file is loaded and run. Everything but the file has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The GGUF file; of a split model the first file.
    pub model: PathBuf,
    /// The model's name; the file's name without its ending when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// How many tokens the KV cache holds, for all calls and all kept conversations together. When absent 16,384, or
    /// what `parallel` conversations of the model's own length need where that is less. One call never takes more than
    /// the model was trained for.
    #[serde(default)]
    pub context_tokens: Option<NonZeroU32>,
    /// How many calls are decoded together.
    #[serde(default = "default_parallel")]
    pub parallel: NonZeroU32,
    /// How many more calls may wait; the next one is refused with `Overloaded`.
    #[serde(default = "default_queue")]
    pub queue: u32,
    /// How many finished conversations stay in the KV cache, as long as there is room. Their next turn starts at once;
    /// every step of others becomes a little slower.
    #[serde(default = "default_kept_conversations")]
    pub kept_conversations: u32,
    /// CPU threads that compute; all cores but one when absent, so that the server can breathe.
    #[serde(default)]
    pub threads: Option<NonZeroU32>,
    /// The most tokens of one step; when absent 256 on a CPU and 1,024 on a GPU. A cancelled call and a newcomer
    /// wait for the end of the step.
    #[serde(default)]
    pub batch_tokens: Option<NonZeroU32>,
    /// How many prompt tokens, for each prompt being read, a step takes that also writes answers; when absent 32 on a
    /// CPU and 256 on a GPU. Less makes answers smoother while a long prompt is read, more makes the prompt quicker. All
    /// prompts together never take more than half of such a step, or this.
    #[serde(default)]
    pub prompt_share: Option<NonZeroU32>,
    /// How many layers a GPU takes, where the build has one.
    #[serde(default)]
    pub gpu_layers: u32,
}

impl Config {
    /// The defaults, for a file.
    pub fn new(model: impl Into<PathBuf>) -> Self {
        Self {
            model: model.into(),
            name: None,
            context_tokens: None,
            parallel: default_parallel(),
            queue: default_queue(),
            kept_conversations: default_kept_conversations(),
            threads: None,
            batch_tokens: None,
            prompt_share: None,
            gpu_layers: 0,
        }
    }

    /// The name under which the model is served.
    pub fn model_name(&self) -> String {
        match &self.name {
            Some(name) => name.clone(),
            None => self
                .model
                .file_stem()
                .map_or_else(|| "local".to_owned(), |stem| stem.to_string_lossy().into_owned()),
        }
    }

    pub(crate) fn thread_count(&self) -> u32 {
        let spare = || thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1));
        self.threads
            .map_or_else(|| u32::try_from(spare()).unwrap_or(1), NonZeroU32::get)
    }

    pub(crate) fn step_tokens(&self) -> u32 {
        let default = if self.gpu_layers > 0 { 1024 } else { 256 };
        // Every running call must find room for the one token that it decodes in each step.
        self.batch_tokens
            .map_or(default, NonZeroU32::get)
            .max(self.parallel.get())
    }

    pub(crate) fn shared_step_tokens(&self) -> u32 {
        let default = if self.gpu_layers > 0 { 256 } else { 32 };
        self.prompt_share.map_or(default, NonZeroU32::get)
    }

    /// Cells of the KV cache, for a model trained on `trained` tokens.
    pub(crate) fn cache_tokens(&self, trained: u32) -> u32 {
        const DEFAULT: u32 = 16_384;
        self.context_tokens.map_or_else(
            || DEFAULT.min(trained.saturating_mul(self.parallel.get())),
            NonZeroU32::get,
        )
    }
}

const fn default_parallel() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(3)
}

const fn default_queue() -> u32 {
    64
}

const fn default_kept_conversations() -> u32 {
    16
}
