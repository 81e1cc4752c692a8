use std::time::Duration;

use antiphon_interaction::{ErrorCode, nearest};

/// How many models an error names.
const MOST_NAMED: usize = 5;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a model call failed. Messages are written for the API's client.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No engine serves a model of this name.
    #[error("the model `{name}` is not served here; {}", instead(name, served))]
    UnknownName {
        /// The name asked for.
        name: String,
        /// The names that are served.
        served: Vec<String>,
    },
    /// The engine has no such model.
    #[error("the model `{model}` is not served here")]
    ModelNotFound {
        /// The name asked for.
        model: String,
    },
    /// The model cannot do what the request asks.
    #[error("{message}")]
    Unsupported {
        /// What, and what would serve.
        message: String,
    },
    /// The prompt does not fit.
    #[error(
        "the prompt has {prompt_tokens} tokens and the model `{model}` takes {limit}: shorten the conversation or load the model with a larger context"
    )]
    PromptTooLong {
        /// The model.
        model: String,
        /// The prompt's length.
        prompt_tokens: u64,
        /// The most it takes.
        limit: u64,
    },
    /// The queue is full, or the upstream says so.
    #[error("{message}")]
    Overloaded {
        /// What is full.
        message: String,
        /// When to try again.
        retry_after: Option<Duration>,
    },
    /// The engine or its upstream cannot be reached or cannot answer.
    #[error("{message}")]
    Unavailable {
        /// What failed, and what to check.
        message: String,
        /// The cause.
        #[source]
        source: Option<Source>,
    },
    /// The upstream refused the request.
    #[error("{message}")]
    Rejected {
        /// What it said.
        message: String,
    },
    /// The upstream refused the server's credentials.
    #[error("{message}")]
    Credentials {
        /// Which, and how to set them.
        message: String,
    },
    /// Nothing came in time.
    #[error("{what} took longer than {after:?}")]
    TimedOut {
        /// What was waited for.
        what: &'static str,
        /// How long.
        after: Duration,
    },
    /// The answer broke off or was not in the agreed form.
    #[error("{message}")]
    Interrupted {
        /// What happened.
        message: String,
        /// The cause.
        #[source]
        source: Option<Source>,
    },
    /// The model wrote a function call that cannot be read.
    #[error("the model wrote a function call that cannot be read: {message}")]
    MalformedToolCall {
        /// What is wrong with it.
        message: String,
    },
    /// The answer could not be held to its constraint.
    #[error("the answer could not be held to its schema: {message}")]
    Constraint {
        /// What went wrong.
        message: String,
    },
    /// A fault of the engine.
    #[error("{message}")]
    Internal {
        /// What happened.
        message: String,
        /// The cause.
        #[source]
        source: Option<Source>,
    },
}

/// What to ask for in place of a model that is not there.
fn instead(name: &str, served: &[String]) -> String {
    if let Some(near) = nearest(name, served.iter().map(String::as_str)) {
        return format!("did you mean `{near}`?");
    }
    let some: Vec<&str> = served.iter().take(MOST_NAMED).map(String::as_str).collect();
    let more = if served.len() > MOST_NAMED { ", …" } else { "" };
    match some.as_slice() {
        [] => "no model is".to_owned(),
        some => format!("`GET /v1/models` lists what is: {}{more}", some.join(", ")),
    }
}

impl Error {
    /// The API's name for this error.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::UnknownName { .. } | Self::ModelNotFound { .. } => ErrorCode::ModelNotFound,
            Self::Unsupported { .. } | Self::PromptTooLong { .. } | Self::Rejected { .. } => ErrorCode::InvalidRequest,
            Self::Overloaded { .. } => ErrorCode::TooManyRequests,
            Self::Unavailable { .. } => ErrorCode::ServiceUnavailable,
            Self::TimedOut { .. } => ErrorCode::GatewayTimeout,
            Self::MalformedToolCall { .. } => ErrorCode::MalformedFunctionCall,
            Self::Credentials { .. } | Self::Interrupted { .. } | Self::Constraint { .. } | Self::Internal { .. } => {
                ErrorCode::ApiError
            }
        }
    }

    /// When to try again, where the engine knows.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Overloaded { retry_after, .. } => *retry_after,
            Self::UnknownName { .. }
            | Self::ModelNotFound { .. }
            | Self::Unsupported { .. }
            | Self::PromptTooLong { .. }
            | Self::Unavailable { .. }
            | Self::Rejected { .. }
            | Self::Credentials { .. }
            | Self::TimedOut { .. }
            | Self::Interrupted { .. }
            | Self::MalformedToolCall { .. }
            | Self::Constraint { .. }
            | Self::Internal { .. } => None,
        }
    }
}
