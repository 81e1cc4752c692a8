use std::sync::Arc;
use std::time::Duration;

use antiphon_model_engine::openai::{Config, OpenAiEngine, Secret, TokenLimitField};
use antiphon_model_engine::{Alias, ModelEngine, Registry};
use antiphon_model_engine_local::{self as local, LocalEngine};
use antiphon_turn_engine::{Clock as _, SystemClock};
use anyhow::Context as _;

#[cfg(feature = "bundled-model")]
use crate::data_dir::DataDir;
use crate::hub;
use crate::options::{ModelOptions, StoreOptions, TokenLimitName};
#[cfg(feature = "bundled-model")]
use crate::wiring::bundled;

/// The name under which the built-in model is served.
pub(crate) const BUNDLED_NAME: &str = "antiphon-nano";
/// The names that programs written for the Gemini API have in their code.
const USUAL_NAMES: &str = "gemini-*";
const UPSTREAM_KEY: &str = "ANTIPHON_UPSTREAM_API_KEY";

/// The engines and names that the settings ask for. Loads the local model, so it blocks.
pub(crate) fn registry(options: &ModelOptions, store: &StoreOptions) -> anyhow::Result<Registry> {
    let mut engines: Vec<Arc<dyn ModelEngine>> = Vec::new();
    if let Some(model) = &options.model {
        engines.push(Arc::new(local(model, options, store)?));
    }
    if let Some(upstream) = &options.upstream {
        engines.push(Arc::new(open_ai(upstream, options)?));
    }
    #[cfg(feature = "bundled-model")]
    if engines.is_empty() && options.bundled_model != Some(false) {
        tracing::info!("{}", bundled::NOTICE);
        let folder = DataDir::open(store.data_dir.as_deref())?;
        let mut config = local::Config::new(bundled::place(folder.path())?);
        config.name = Some(BUNDLED_NAME.to_owned());
        config.context_tokens = Some(bundled::CONTEXT_TOKENS);
        engines.push(Arc::new(load(config, options)?));
    }
    Ok(Registry::new(engines, aliases(options)?))
}

fn local(model: &str, options: &ModelOptions, store: &StoreOptions) -> anyhow::Result<LocalEngine> {
    load(
        local::Config::new(hub::locate(model, store.data_dir.as_deref())?),
        options,
    )
}

fn load(mut config: local::Config, options: &ModelOptions) -> anyhow::Result<LocalEngine> {
    config.context_tokens = options.context_tokens.or(config.context_tokens);
    config.threads = options.threads;
    config.parallel = options.parallel.unwrap_or(config.parallel);
    config.queue = options.queue.unwrap_or(config.queue);
    config.gpu_layers = options.gpu_layers.unwrap_or(config.gpu_layers);
    LocalEngine::load(&config, Arc::new(|| SystemClock.now()))
        .with_context(|| format!("the model {} cannot be loaded", config.model.display()))
}

fn open_ai(upstream: &str, options: &ModelOptions) -> anyhow::Result<OpenAiEngine> {
    let mut config = Config::new(upstream);
    config.api_key = std::env::var(UPSTREAM_KEY)
        .ok()
        .filter(|key| !key.is_empty())
        .map(Secret::new);
    config.default_model.clone_from(&options.upstream_model);
    if let Some(seconds) = options.upstream_first_event_seconds {
        config.first_event_timeout = Duration::from_secs(seconds);
    }
    if let Some(seconds) = options.upstream_idle_seconds {
        config.idle_timeout = Duration::from_secs(seconds);
    }
    config.token_limit_field = match options.upstream_token_limit_field {
        None | Some(TokenLimitName::MaxTokens) => TokenLimitField::MaxTokens,
        Some(TokenLimitName::MaxCompletionTokens) => TokenLimitField::MaxCompletionTokens,
    };
    config.image_models.clone_from(&options.upstream_image_models);
    config.audio_models.clone_from(&options.upstream_audio_models);
    config.thinking_models.clone_from(&options.upstream_thinking_models);
    OpenAiEngine::new(config).with_context(|| format!("the upstream {upstream} cannot be used"))
}

/// Whether one of the models named answers for an alias; the default model is always one of them.
pub(crate) fn is_served(alias: &Alias, names: &[String]) -> bool {
    alias.model.is_empty() || names.contains(&alias.model)
}

/// Warns of aliases that nobody answers for now. An upstream may get the model later, so it is no more than that.
pub(crate) async fn warn_of_lost_aliases(registry: Registry) {
    let (models, failures) = registry.models().await;
    if models.is_empty() || !failures.is_empty() {
        return;
    }
    let names: Vec<String> = models.into_iter().map(|model| model.info.name).collect();
    for alias in registry.aliases().iter().filter(|alias| !is_served(alias, &names)) {
        tracing::warn!(
            "--alias {}={}: there is no model `{}`, so these names are refused; served are {}",
            alias.pattern,
            alias.model,
            alias.model,
            names.join(", ")
        );
    }
}

/// The aliases of the settings, then `gemini-*` for the default model unless they send those names elsewhere.
pub(crate) fn aliases(options: &ModelOptions) -> anyhow::Result<Vec<Alias>> {
    let mut aliases = Vec::new();
    for text in &options.alias {
        let (pattern, model) = text
            .split_once('=')
            .filter(|(pattern, model)| !pattern.is_empty() && !model.is_empty())
            .with_context(|| format!("`{text}` is no alias; write PATTERN=MODEL, as in `gemini-*=qwen3`"))?;
        aliases.push(Alias {
            pattern: pattern.to_owned(),
            model: model.to_owned(),
        });
    }
    // What one pattern matches as a text, it matches with anything in the place of the stars.
    if !aliases.iter().any(|alias: &Alias| alias.matches(USUAL_NAMES)) {
        aliases.push(Alias {
            pattern: USUAL_NAMES.to_owned(),
            model: String::new(),
        });
    }
    Ok(aliases)
}
