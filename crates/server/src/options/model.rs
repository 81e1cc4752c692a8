use super::layered::layered;

layered! {
    /// `[model]`: what answers.
    pub(crate) struct ModelOptions {
        /// An OpenAI-compatible server, with or without `/v1`; its key is taken from ANTIPHON_UPSTREAM_API_KEY.
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
