use std::num::NonZeroU32;

use super::layered::layered;

layered! {
    /// `[model]`: what answers.
    #[command(next_help_heading = "[model] what answers")]
    pub(crate) struct ModelOptions {
        /// A model file to run here: `FILE.gguf`, or `hf:OWNER/REPO[:QUANT]` after `antiphon pull`.
        #[arg(long, env = "ANTIPHON_MODEL", value_name = "MODEL")]
        pub(crate) model: Option<String>,
        /// Whether the built-in model answers when neither `--model` nor `--upstream` is given, in a build
        /// that has one [default: true].
        #[arg(long, env = "ANTIPHON_BUNDLED_MODEL", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
        pub(crate) bundled_model: Option<bool>,
        /// Tokens of the local model's KV cache, for all conversations together [default: 16384, or less if the model
        /// has less].
        #[arg(long, env = "ANTIPHON_CONTEXT_TOKENS", value_name = "TOKENS")]
        pub(crate) context_tokens: Option<NonZeroU32>,
        /// How many answers the local model decodes together [default: 4].
        #[arg(long, env = "ANTIPHON_PARALLEL", value_name = "COUNT")]
        pub(crate) parallel: Option<NonZeroU32>,
        /// How many more requests may wait for the local model [default: 64].
        #[arg(long, env = "ANTIPHON_QUEUE", value_name = "COUNT")]
        pub(crate) queue: Option<u32>,
        /// CPU threads of the local model [default: all cores but one].
        #[arg(long, env = "ANTIPHON_THREADS", value_name = "COUNT")]
        pub(crate) threads: Option<NonZeroU32>,
        /// Layers of the local model that a GPU takes, where the build has one [default: 0].
        #[arg(long, env = "ANTIPHON_GPU_LAYERS", value_name = "COUNT")]
        pub(crate) gpu_layers: Option<u32>,
        /// An OpenAI-compatible server, with or without `/v1`; its key is taken from `ANTIPHON_UPSTREAM_API_KEY`.
        #[arg(long, env = "ANTIPHON_UPSTREAM", value_name = "URL")]
        pub(crate) upstream: Option<String>,
        /// The upstream's default model [default: the first that it lists].
        #[arg(long, env = "ANTIPHON_UPSTREAM_MODEL", value_name = "MODEL")]
        pub(crate) upstream_model: Option<String>,
        /// How long the upstream may take to begin its answer [default: 600].
        #[arg(long, env = "ANTIPHON_UPSTREAM_FIRST_EVENT_SECONDS", value_name = "SECONDS")]
        pub(crate) upstream_first_event_seconds: Option<u64>,
        /// How long the upstream may be silent in the middle of its answer [default: 300].
        #[arg(long, env = "ANTIPHON_UPSTREAM_IDLE_SECONDS", value_name = "SECONDS")]
        pub(crate) upstream_idle_seconds: Option<u64>,
        /// The field by which the upstream limits an answer: `max_tokens`, or `max_completion_tokens` for OpenAI's reasoning
        /// models [default: `max_tokens`].
        #[arg(long, env = "ANTIPHON_UPSTREAM_TOKEN_LIMIT_FIELD", value_name = "FIELD")]
        pub(crate) upstream_token_limit_field: Option<TokenLimitName>,
        ;
        /// Serve the names that match PATTERN (`*` stands for any text) with MODEL [default: gemini-*= the first model].
        #[arg(long, env = "ANTIPHON_ALIAS", value_name = "PATTERN=MODEL", value_delimiter = ',')]
        pub(crate) alias: Vec<String>,
        /// Upstream models that take images; `*` stands for any text.
        #[arg(long, env = "ANTIPHON_UPSTREAM_IMAGE_MODELS", value_name = "PATTERN", value_delimiter = ',')]
        pub(crate) upstream_image_models: Vec<String>,
        /// Upstream models that take sound; `*` stands for any text.
        #[arg(long, env = "ANTIPHON_UPSTREAM_AUDIO_MODELS", value_name = "PATTERN", value_delimiter = ',')]
        pub(crate) upstream_audio_models: Vec<String>,
        /// Upstream models that reason; `*` stands for any text.
        #[arg(long, env = "ANTIPHON_UPSTREAM_THINKING_MODELS", value_name = "PATTERN", value_delimiter = ',')]
        pub(crate) upstream_thinking_models: Vec<String>,
    }
}

/// The names of the field that limits an answer's tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[clap(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenLimitName {
    MaxTokens,
    MaxCompletionTokens,
}
