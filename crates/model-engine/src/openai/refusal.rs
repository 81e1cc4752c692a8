use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;

use super::config::Secret;
use crate::Error;

/// The most characters of a server's own words that are passed on.
const MAX_MESSAGE: usize = 2000;

/// A reply that is no answer.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: String,
}

impl Refusal {
    /// Whether the same call may succeed a little later.
    pub(super) fn is_passing(&self) -> bool {
        matches!(
            self.status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        )
    }

    /// Whether the server does not take `reasoning_effort`, or not this value of it.
    pub(super) fn is_about_effort(&self) -> bool {
        matches!(self.status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY)
            && self.body.contains("reasoning_effort")
    }

    /// Why the model list was not given.
    pub(super) fn into_list_error(self, secret: Option<&Secret>) -> Error {
        match self.status.as_u16() {
            401 | 403 => refused_key(),
            status => Error::Unavailable {
                message: format!(
                    "the upstream answered {status} when asked for its models: {}",
                    upstream_message(&self.body, secret)
                ),
                source: None,
            },
        }
    }

    /// Why a call for `model` was not answered.
    pub(super) fn into_error(self, model: &str, secret: Option<&Secret>) -> Error {
        let said = upstream_message(&self.body, secret);
        match self.status.as_u16() {
            401 | 403 => refused_key(),
            404 if said.to_ascii_lowercase().contains("model") => Error::ModelNotFound {
                model: model.to_owned(),
            },
            404 | 405 => Error::Unavailable {
                message: "the server behind the model has no Chat Completions there: check the upstream's address"
                    .to_owned(),
                source: None,
            },
            429 => Error::Overloaded {
                message: format!("the server behind the model is overloaded: {said}"),
                retry_after: self.retry_after,
            },
            400..=499 => match prompt_too_long(&self.body, &said) {
                Some((prompt_tokens, limit)) => Error::PromptTooLong {
                    model: model.to_owned(),
                    prompt_tokens,
                    limit,
                },
                None => Error::Rejected {
                    message: format!("the server behind the model refused the request: {said}"),
                },
            },
            status => match prompt_too_long(&self.body, &said) {
                Some((prompt_tokens, limit)) => Error::PromptTooLong {
                    model: model.to_owned(),
                    prompt_tokens,
                    limit,
                },
                None => Error::Unavailable {
                    message: format!("the server behind the model answered {status}: {said}"),
                    source: None,
                },
            },
        }
    }
}

/// The server's own words are kept back: `OpenAI` repeats part of the key.
fn refused_key() -> Error {
    Error::Credentials {
        message: "the server behind the model refused this server's key: set `ANTIPHON_UPSTREAM_API_KEY`".to_owned(),
    }
}

/// What a server says in an error body, in whichever of the known shapes; bounded, and without the key.
pub(super) fn upstream_message(body: &str, secret: Option<&Secret>) -> String {
    let parsed: Value = serde_json::from_str(body).unwrap_or_default();
    let candidates = [
        parsed.pointer("/error/message"),
        parsed.get("error"),
        parsed.get("message"),
        parsed.get("detail"),
        parsed.pointer("/0/error/message"),
    ];
    let said = candidates.into_iter().flatten().find_map(Value::as_str);
    let said = match said {
        Some(said) => said,
        None if body.trim().is_empty() => "no reason given",
        None => body.trim(),
    };
    let said = match secret.map(Secret::reveal).filter(|key| !key.is_empty()) {
        Some(key) => said.replace(key, "[key]"),
        None => said.to_owned(),
    };
    match said.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{}…", &said[..end]),
        None => said,
    }
}

/// The prompt's tokens and the limit, where the server says that the one exceeds the other.
fn prompt_too_long(body: &str, said: &str) -> Option<(u64, u64)> {
    let (prompt, limit) = counts_in_fields(body).or_else(|| counts_in_words(said))?;
    (prompt > limit).then_some((prompt, limit))
}

/// As llama-server says it.
fn counts_in_fields(body: &str) -> Option<(u64, u64)> {
    let parsed: Value = serde_json::from_str(body).ok()?;
    let field = |name: &str| parsed.get("error")?.get(name)?.as_u64();
    Some((field("n_prompt_tokens")?, field("n_ctx")?))
}

/// As `OpenAI`, vLLM and `SGLang` say it.
fn counts_in_words(said: &str) -> Option<(u64, u64)> {
    let limit = ["context length is ", "context length (", "maximum allowed length ("];
    let limit = limit.iter().find_map(|before| number_after(said, before))?;
    let after = [" in the messages", " in your prompt", " input tokens"];
    let before = ["resulted in ", "The input (", "Input length (", "requested "];
    let prompt = after.iter().find_map(|after| number_before(said, after));
    let prompt = prompt.or_else(|| before.iter().find_map(|before| number_after(said, before)))?;
    Some((prompt, limit))
}

fn number_after(text: &str, before: &str) -> Option<u64> {
    let rest = &text[text.find(before)? + before.len()..];
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

fn number_before(text: &str, after: &str) -> Option<u64> {
    let rest = &text[..text.find(after)?];
    let start = rest
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| at + rest[at..].chars().next().map_or(1, char::len_utf8));
    rest[start..].parse().ok()
}
