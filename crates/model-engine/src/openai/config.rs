use std::fmt;
use std::time::Duration;

use crate::Alias;

/// A Chat Completions server and how to deal with it.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its address, with or without `/v1` (an address with some version in its path is taken as it is).
    pub base_url: String,
    /// Sent as `Authorization: Bearer`.
    pub api_key: Option<Secret>,
    /// The model that is listed first; the first of the server's list when `None`.
    pub default_model: Option<String>,
    /// The longest wait for a connection.
    pub connect_timeout: Duration,
    /// The longest wait from the request to the first event of the answer.
    pub first_event_timeout: Duration,
    /// The longest wait between two events of the answer; comments and parts of an event do not count.
    pub idle_timeout: Duration,
    /// How often a call is tried again before its answer has begun.
    pub retries: u32,
    /// The longest pause before a retry; a server that asks for more gets no retry.
    pub retry_after_limit: Duration,
    /// The most bytes of one event, of the arguments of one function call, and of a model list.
    pub max_event_bytes: usize,
    /// How long the model list is fresh.
    pub models_ttl: Duration,
    /// The longest wait for the model list.
    pub models_timeout: Duration,
    /// The models that take images; `*` stands for any text.
    pub image_models: Vec<String>,
    /// The models that take sound; `*` stands for any text.
    pub audio_models: Vec<String>,
    /// The models that reason; `*` stands for any text. Others are known to reason once they have.
    pub thinking_models: Vec<String>,
    /// The field that limits the answer's tokens.
    pub token_limit_field: TokenLimitField,
}

impl Config {
    /// The usual settings for the server at `base_url`.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            api_key: None,
            default_model: None,
            connect_timeout: Duration::from_secs(10),
            first_event_timeout: Duration::from_secs(600),
            idle_timeout: Duration::from_secs(300),
            retries: 2,
            retry_after_limit: Duration::from_secs(10),
            max_event_bytes: 8 << 20,
            models_ttl: Duration::from_secs(60),
            models_timeout: Duration::from_secs(5),
            image_models: Vec::new(),
            audio_models: Vec::new(),
            thinking_models: Vec::new(),
            token_limit_field: TokenLimitField::MaxTokens,
        }
    }

    pub(super) fn takes_images(&self, model: &str) -> bool {
        any_matches(&self.image_models, model)
    }

    pub(super) fn takes_audio(&self, model: &str) -> bool {
        any_matches(&self.audio_models, model)
    }

    pub(super) fn reasons(&self, model: &str) -> bool {
        any_matches(&self.thinking_models, model)
    }
}

fn any_matches(patterns: &[String], model: &str) -> bool {
    patterns.iter().any(|pattern| {
        Alias {
            pattern: pattern.clone(),
            model: String::new(),
        }
        .matches(model)
    })
}

/// The name of the field that limits an answer's tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenLimitField {
    /// `max_tokens`, which every server knows but `OpenAI`'s reasoning models refuse.
    MaxTokens,
    /// `max_completion_tokens`, its successor.
    MaxCompletionTokens,
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
