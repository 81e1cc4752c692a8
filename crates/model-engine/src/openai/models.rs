use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Shared;
use crate::{Capabilities, Error, ModelInfo};

/// How long after a failure the list is tried again at the earliest.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// More models than this are not listed.
const MAX_MODELS: usize = 1000;

/// What is known of the server's models.
#[derive(Default)]
pub(super) struct ModelList {
    state: RwLock<State>,
    fetching: tokio::sync::Mutex<()>,
    renewing: AtomicBool,
    reasoning: RwLock<HashSet<String>>,
}

#[derive(Default, Clone)]
struct State {
    models: Option<Arc<[Listed]>>,
    failure: Option<Failure>,
    /// When to ask again; `None` before the first answer.
    due: Option<Instant>,
}

#[derive(Clone)]
struct Failure {
    credentials: bool,
    message: String,
}

struct Listed {
    name: String,
    context: Option<u64>,
}

impl ModelList {
    pub(super) fn note_reasoning(&self, model: &str) {
        if !self.reasons(model) {
            self.reasoning
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(model.to_owned());
        }
    }

    fn reasons(&self, model: &str) -> bool {
        self.reasoning
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(model)
    }

    fn state(&self) -> State {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn update(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The models, the default first.
pub(super) async fn list(shared: &Arc<Shared>) -> Result<Vec<ModelInfo>, Error> {
    let mut state = shared.models.state();
    let due = state.due.is_none_or(|due| due <= shared.timer.now());
    let has_answer = state.models.is_some() || (state.failure.is_some() && shared.config.default_model.is_some());
    if due && has_answer {
        renew(shared);
    } else if due {
        let _fetching = shared.models.fetching.lock().await;
        state = shared.models.state();
        if state.due.is_none_or(|due| due <= shared.timer.now()) {
            fetch(shared).await;
            state = shared.models.state();
        }
    }
    describe(shared, &state)
}

/// Asks again while callers go on with what is known.
fn renew(shared: &Arc<Shared>) {
    if !shared.models.renewing.swap(true, Ordering::AcqRel) {
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            fetch(&shared).await;
            shared.models.renewing.store(false, Ordering::Release);
        });
    }
}

async fn fetch(shared: &Shared) {
    let fetched = shared
        .transport
        .fetch_models(shared)
        .await
        .and_then(|body| parse(&body));
    let now = shared.timer.now();
    match fetched {
        Ok(models) => shared.models.update(|state| {
            *state = State {
                models: Some(models.into()),
                failure: None,
                due: Some(now + shared.config.models_ttl),
            };
        }),
        Err(error) => {
            shared
                .transport
                .tell(&error, "the upstream's model list could not be had");
            let failure = Failure {
                credentials: matches!(error, Error::Credentials { .. }),
                message: error.to_string(),
            };
            shared.models.update(|state| {
                state.failure = Some(failure);
                state.due = Some(now + shared.config.models_ttl.min(AFTER_FAILURE));
            });
        }
    }
}

fn describe(shared: &Shared, state: &State) -> Result<Vec<ModelInfo>, Error> {
    let listed = state.models.as_deref().unwrap_or_default();
    let default = shared.config.default_model.as_deref();
    if let (None, None, Some(Failure { credentials, message })) = (&state.models, default, &state.failure) {
        let message = message.clone();
        return Err(if *credentials {
            Error::Credentials { message }
        } else {
            Error::Unavailable { message, source: None }
        });
    }
    let context_of = |name: &str| {
        listed
            .iter()
            .find(|model| model.name == name)
            .and_then(|model| model.context)
    };
    let first = default.map(|name| info(shared, name, context_of(name)));
    let others = listed.iter().filter(|model| Some(model.name.as_str()) != default);
    Ok(first
        .into_iter()
        .chain(others.map(|model| info(shared, &model.name, model.context)))
        .collect())
}

fn info(shared: &Shared, name: &str, context: Option<u64>) -> ModelInfo {
    let config = &shared.config;
    ModelInfo {
        name: name.to_owned(),
        description: "served by an OpenAI-compatible upstream".to_owned(),
        input_token_limit: context,
        output_token_limit: None,
        capabilities: Capabilities {
            image_input: config.takes_images(name),
            audio_input: config.takes_audio(name),
            function_calling: true,
            structured_output: true,
            thinking: config.reasons(name) || shared.models.reasons(name),
        },
    }
}

/// Reads `{"data": [{"id": …}]}`, or the bare list, and the context length where vLLM's or `OpenRouter`'s field tells it.
fn parse(body: &[u8]) -> Result<Vec<Listed>, Error> {
    let parsed: Value = serde_json::from_slice(body).map_err(|source| Error::Unavailable {
        message: "the upstream's model list is not JSON: check the upstream's address".to_owned(),
        source: Some(Box::new(source)),
    })?;
    let entries = parsed
        .get("data")
        .unwrap_or(&parsed)
        .as_array()
        .ok_or_else(|| Error::Unavailable {
            message: "the upstream's model list is no list: check the upstream's address".to_owned(),
            source: None,
        })?;
    let mut seen = HashSet::new();
    let named = entries.iter().filter_map(|entry| {
        let name = entry.get("id")?.as_str()?;
        let context = ["max_model_len", "context_length"]
            .iter()
            .find_map(|field| entry.get(field)?.as_u64());
        seen.insert(name).then(|| Listed {
            name: name.to_owned(),
            context,
        })
    });
    Ok(named.take(MAX_MODELS).collect())
}
