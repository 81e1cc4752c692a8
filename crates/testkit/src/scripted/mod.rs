//! A model without a model: it plays [`Script`]s and remembers what it was asked.
//!
//! ```
//! # use antiphon_testkit::{Script, ScriptedEngine};
//! let engine = ScriptedEngine::new();
//! engine.push(Script::new().thought("hm").text("Hel").text("lo"));
//! engine.push(Script::new().tool_call("call_1", "get_weather", serde_json::json!({ "city": "Oslo" })));
//! // Give `Arc::new(engine.clone())` to the code under test; afterwards ask `engine.call(0)` what it saw.
//! ```

mod check;
mod play;
mod render;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use antiphon_model_engine::{Capabilities, Error, ModelEngine, ModelInfo, ModelRequest, ModelStream};
use futures::future::BoxFuture;

pub use check::check_request;
pub use render::render_request;

use crate::call::Calls;
use crate::{Call, Script};

type Responder = Box<dyn Fn(&ModelRequest) -> Script + Send + Sync>;

/// A [`ModelEngine`] that plays scripts. Clones are the same engine.
///
/// Each call takes the next pushed script, in the order in which the streams are first polled; when there is none,
/// the responder is asked, and without a responder the call fails. Every request is checked with [`check_request`]; one that
/// breaks the contract fails with [`Error::Internal`].
#[derive(Clone)]
pub struct ScriptedEngine {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    models: Mutex<Result<Vec<ModelInfo>, String>>,
    scripts: Mutex<VecDeque<Script>>,
    responder: Option<Responder>,
    calls: Calls<ModelRequest>,
}

impl ScriptedEngine {
    /// Serves one model, `scripted`, that can do everything but see and hear.
    #[expect(clippy::new_without_default, reason = "the name says enough")]
    pub fn new() -> Self {
        Self::build(vec![scripted_model("scripted")], None)
    }

    /// Serves these models, the default first.
    pub fn with_models(models: Vec<ModelInfo>) -> Self {
        Self::build(models, None)
    }

    /// Serves the model `scripted`; calls for which no script was pushed are answered by `responder`.
    pub fn responding(responder: impl Fn(&ModelRequest) -> Script + Send + Sync + 'static) -> Self {
        Self::build(vec![scripted_model("scripted")], Some(Box::new(responder)))
    }

    fn build(models: Vec<ModelInfo>, responder: Option<Responder>) -> Self {
        let inner = Inner {
            models: Mutex::new(Ok(models)),
            scripts: Mutex::default(),
            responder,
            calls: Calls::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Adds the script of a later call.
    pub fn push(&self, script: Script) {
        locked(&self.inner.scripts).push_back(script);
    }

    /// How many scripts wait for a call.
    pub fn scripts_left(&self) -> usize {
        locked(&self.inner.scripts).len()
    }

    /// From now on the model list cannot be had.
    pub fn lose_models(&self, message: impl Into<String>) {
        *locked(&self.inner.models) = Err(message.into());
    }

    /// The calls so far, in the order of their first poll.
    pub fn calls(&self) -> Vec<Call<ModelRequest>> {
        self.inner.calls.all()
    }

    /// The call number `index`, from 0; waits for it.
    pub async fn call(&self, index: usize) -> Call<ModelRequest> {
        self.inner.calls.nth(index).await
    }

    /// What the model saw in each call so far, for snapshots.
    pub fn render(&self) -> String {
        let calls = self.calls();
        let seen: Vec<_> = calls.iter().map(|call| render_request(call.request())).collect();
        seen.join("\n")
    }
}

impl ModelEngine for ScriptedEngine {
    fn models(&self) -> BoxFuture<'_, Result<Vec<ModelInfo>, Error>> {
        let models = match &*locked(&self.inner.models) {
            Ok(models) => Ok(models.clone()),
            Err(message) => Err(Error::Unavailable {
                message: message.clone(),
                source: None,
            }),
        };
        Box::pin(std::future::ready(models))
    }

    fn generate(&self, request: ModelRequest) -> ModelStream {
        Box::pin(play::play(Arc::clone(&self.inner), request))
    }
}

/// A model named `name` that can do everything but see and hear.
pub fn scripted_model(name: &str) -> ModelInfo {
    ModelInfo {
        name: name.to_owned(),
        description: "plays scripts".to_owned(),
        input_token_limit: None,
        output_token_limit: None,
        capabilities: Capabilities {
            image_input: false,
            audio_input: false,
            function_calling: true,
            structured_output: true,
            thinking: true,
        },
    }
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
