//! Models behind any server that speaks `OpenAI`'s Chat Completions: vLLM, `SGLang`, llama-server, Ollama, LM Studio, `OpenAI`.
//!
//! A call goes through four hands. `request` writes the [`ModelRequest`] in the server's dialect, or refuses what the dialect
//! or the model cannot carry. `transport` sends it, again where that is safe, and turns a refusal into an [`Error`].
//! `stream` reads the answer's events against the clock. `answer` makes [`ModelEvent`](crate::ModelEvent)s of them: it knows how servers differ
//! and touches no socket. Beside them `models` keeps the server's list.
//!
//! What is decided here, where servers leave a choice:
//! - **Tools.** With [`ToolSelection::None`](crate::ToolSelection::None) no function is sent, so none can be called. A subset
//!   is enforced by sending only it. `Any` is `tool_choice: "required"`, and an answer without a call is then
//!   [`Error::Constraint`]: some servers ignore the field. `Validated` and JSON Schema answers are sent with `strict: true` where the schema
//!   is in `OpenAI`'s strict subset (every object closed, every property required); servers that decode under the schema
//!   anyway ignore the flag.
//! - **Order.** Function calls are told when the answer goes on after them or ends, because servers send their pieces interleaved.
//! - **Reasoning** comes from `reasoning_content`, else from `reasoning`; it goes back as `reasoning_content` in the messages
//!   after the last user message, where templates expect it, and nowhere else.
//! - **Usage.** Output is `completion_tokens` less `reasoning_tokens`. A server that shows reasoning without counting it has its
//!   completion tokens split in proportion to the bytes of reasoning and of everything else. No usage reported is zeros.
//! - **Hints.** `reasoning_effort` is sent when asked for; a server that refuses the value gets the nearest of `low` and `high`, then
//!   none, and is remembered per model.
//! - **Media** is sent as bytes. Addresses are refused: the server behind would fetch them from inside its own network.

mod answer;
mod arguments;
mod chunk;
mod config;
mod effort;
mod models;
mod refusal;
mod request;
mod retry_after;
mod stream;
mod timer;
mod transport;

use std::sync::Arc;

use futures::future::BoxFuture;

pub use config::{Config, Secret, TokenLimitField};
pub use timer::{Timer, TokioTimer};

use self::models::ModelList;
use self::transport::Transport;
use crate::{Error, ModelEngine, ModelInfo, ModelRequest, ModelStream};

/// The engine for one Chat Completions server. Cheap to clone.
#[derive(Clone)]
pub struct OpenAiEngine {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    config: Config,
    timer: Arc<dyn Timer>,
    transport: Transport,
    models: ModelList,
}

impl OpenAiEngine {
    /// An engine for the server that `config` names. Connects to nothing yet.
    ///
    /// # Errors
    /// The address is no HTTP address, the key has characters that no header can carry, or TLS cannot be set up.
    pub fn new(config: Config) -> Result<Self, Error> {
        Self::with_timer(config, Arc::new(TokioTimer))
    }

    /// The same with another clock, for tests.
    ///
    /// # Errors
    /// As [`OpenAiEngine::new`].
    pub fn with_timer(config: Config, timer: Arc<dyn Timer>) -> Result<Self, Error> {
        let transport = Transport::new(&config)?;
        Ok(Self {
            shared: Arc::new(Shared {
                config,
                timer,
                transport,
                models: ModelList::default(),
            }),
        })
    }
}

impl ModelEngine for OpenAiEngine {
    /// The server's list, at most [`Config::models_ttl`] old; an older one is given at once and renewed behind the caller's back.
    /// A configured default model is listed first, even while the list cannot be had.
    fn models(&self) -> BoxFuture<'_, Result<Vec<ModelInfo>, Error>> {
        Box::pin(models::list(&self.shared))
    }

    fn generate(&self, request: ModelRequest) -> ModelStream {
        Box::pin(stream::generate(Arc::clone(&self.shared), request))
    }
}
