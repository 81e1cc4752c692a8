use std::num::NonZeroU64;
use std::time::Duration;

use antiphon_http_api::HttpLimits;
use antiphon_turn_engine::Limits;

use super::layered::layered;
use super::origin::Origin;

layered! {
    /// `[server]`: how requests are taken.
    #[command(next_help_heading = "[server] how requests are taken")]
    pub(crate) struct ServerOptions {
        /// The address to listen on; beyond loopback only with keys [default: 127.0.0.1:8080].
        #[arg(long, env = "ANTIPHON_LISTEN", value_name = "ADDRESS")]
        pub(crate) listen: Option<String>,
        /// The most bytes of a request [default: 104857600].
        #[arg(long, env = "ANTIPHON_MAX_BODY_BYTES", value_name = "BYTES")]
        pub(crate) max_body_bytes: Option<usize>,
        /// How long a stream is silent before a keep-alive comment [default: 15].
        #[arg(long, env = "ANTIPHON_KEEP_ALIVE_SECONDS", value_name = "SECONDS")]
        pub(crate) keep_alive_seconds: Option<NonZeroU64>,
        /// The longest run [default: 3600].
        #[arg(long, env = "ANTIPHON_RUN_SECONDS", value_name = "SECONDS")]
        pub(crate) run_seconds: Option<NonZeroU64>,
        /// The longest answer of a model [default: 1800].
        #[arg(long, env = "ANTIPHON_MODEL_CALL_SECONDS", value_name = "SECONDS")]
        pub(crate) model_call_seconds: Option<NonZeroU64>,
        /// How long running requests may go on after a signal to stop [default: 20].
        #[arg(long, env = "ANTIPHON_GRACE_SECONDS", value_name = "SECONDS")]
        pub(crate) grace_seconds: Option<u64>,
        /// Log lines as JSON [default: false].
        #[arg(long, env = "ANTIPHON_LOG_JSON", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
        pub(crate) log_json: Option<bool>,
        ;
        /// A page's origin that may call from a browser, besides loopback ones, such as `https://app.example.com`; `*` for all.
        #[arg(long, env = "ANTIPHON_CORS_ORIGIN", value_name = "ORIGIN", value_delimiter = ',')]
        pub(crate) cors_origin: Vec<Origin>,
    }
}

impl ServerOptions {
    pub(crate) fn listen(&self) -> &str {
        self.listen.as_deref().unwrap_or("127.0.0.1:8080")
    }

    pub(crate) fn origins(&self) -> Vec<String> {
        self.cors_origin.iter().map(ToString::to_string).collect()
    }

    pub(crate) fn http_limits(&self) -> HttpLimits {
        let default = HttpLimits::default();
        HttpLimits {
            body_bytes: self.max_body_bytes.unwrap_or(default.body_bytes),
            keep_alive: self.keep_alive_seconds.map_or(default.keep_alive, seconds),
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        let default = Limits::default();
        Limits {
            run: self.run_seconds.map_or(default.run, seconds),
            model_call: self.model_call_seconds.map_or(default.model_call, seconds),
            ..default
        }
    }

    pub(crate) fn grace(&self) -> Duration {
        Duration::from_secs(self.grace_seconds.unwrap_or(20))
    }
}

fn seconds(count: NonZeroU64) -> Duration {
    Duration::from_secs(count.get())
}
