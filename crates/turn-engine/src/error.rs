use std::time::Duration;

use antiphon_interaction::{ErrorCode, InteractionId};

/// Why the turn engine did not do as asked. Messages are written for the API's client.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A field of the request breaks a rule.
    #[error("{path}: {message}")]
    Invalid {
        /// Which field, as `input[2].content[0].mime_type`.
        path: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The state of what the request refers to does not allow it.
    #[error("{message}")]
    Precondition {
        /// Which state, and what to do.
        message: String,
    },
    /// No such interaction in this project.
    #[error("{path}: there is no interaction `{id}`: it was never stored, was deleted, or belongs to another project")]
    NotFound {
        /// Which field or path parameter.
        path: &'static str,
        /// The id.
        id: InteractionId,
    },
    /// An ancestor of the conversation was deleted.
    #[error(
        "previous_interaction_id: the conversation cannot go on, because its earlier interaction `{ancestor}` was deleted; send the history as steps in `input` instead"
    )]
    Erased {
        /// Which.
        ancestor: InteractionId,
    },
    /// A resent thought, or step of a server-side tool, is not as this server sealed it.
    #[error("{path}: {message}; resend such steps exactly as they were received, or leave them out of the history")]
    ThoughtSignature {
        /// Which step.
        path: String,
        /// What is wrong with it.
        message: &'static str,
    },
    /// No engine is configured.
    #[error(
        "no model is configured; start the server with `--model FILE.gguf` (or `hf:OWNER/REPO`) or with `--upstream URL` of an OpenAI-compatible server"
    )]
    NoModel,
    /// The model or its engine.
    #[error(transparent)]
    Model(#[from] antiphon_model_engine::Error),
    /// The store.
    #[error("the store failed")]
    Store(#[from] antiphon_store::Error),
    /// The run was cancelled.
    #[error("{message}")]
    Cancelled {
        /// By whom.
        message: &'static str,
    },
    /// A deadline of this server passed.
    #[error("{what} took longer than the {limit:?} that this server allows")]
    Deadline {
        /// What took too long.
        what: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// Generation was refused.
    #[error("{message}")]
    Blocked {
        /// By whom.
        message: String,
    },
    /// The model called a function that it may not call.
    #[error("the model called `{name}`, which the request does not let it call")]
    UnexpectedToolCall {
        /// The function.
        name: String,
    },
    /// The model goes on calling tools instead of answering.
    #[error("the model called tools in {rounds} rounds and did not come to an answer")]
    TooManyToolCalls {
        /// How many rounds this server allows.
        rounds: u32,
    },
    /// What the declaration of a tool names is not there: the same request again is in vain.
    #[error("{path}: {message}")]
    ToolUnusable {
        /// The field that has to become another.
        path: String,
        /// Why, and what to do.
        message: String,
    },
    /// A tool of the server's cannot be used now.
    #[error("{path}: {message}")]
    ToolUnavailable {
        /// The field that asks for it.
        path: String,
        /// Why, and what to do.
        message: String,
    },
    /// The run goes on in another process.
    #[error("this interaction is run by another server process now; read it again with `last_event_id` to go on")]
    TakenOver,
    /// The project has as much work queued as it may.
    #[error(
        "the project has {limit} background interactions that are not finished, which is its limit; try again later"
    )]
    QueueFull {
        /// How many there may be.
        limit: u32,
    },
    /// A run was begun again and again, and got nowhere.
    #[error("the run was given up after {attempts} attempts in which it did not get any further")]
    GivenUp {
        /// How many.
        attempts: u32,
    },
    /// The server is stopping.
    #[error("the server is shutting down; try again in a moment")]
    ShuttingDown,
}

impl Error {
    /// A rule broken by the field at `path`.
    pub fn invalid(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid {
            path: path.into(),
            message: message.into(),
        }
    }

    /// The API's name for this error.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Invalid { .. } | Self::ToolUnusable { .. } | Self::NoModel => ErrorCode::InvalidRequest,
            Self::Precondition { .. } => ErrorCode::FailedPrecondition,
            Self::NotFound { .. } | Self::Erased { .. } => ErrorCode::NotFound,
            Self::ThoughtSignature { .. } => ErrorCode::MissingThoughtSignature,
            Self::Model(error) => error.code(),
            Self::Store(_) => ErrorCode::ApiError,
            Self::Cancelled { .. } => ErrorCode::Cancelled,
            Self::Deadline { .. } => ErrorCode::DeadlineExceeded,
            Self::Blocked { .. } => ErrorCode::ContentBlocked,
            Self::UnexpectedToolCall { .. } => ErrorCode::UnexpectedToolCall,
            Self::TooManyToolCalls { .. } => ErrorCode::TooManyToolCalls,
            Self::ToolUnavailable { .. } | Self::ShuttingDown => ErrorCode::ServiceUnavailable,
            Self::TakenOver | Self::GivenUp { .. } => ErrorCode::Aborted,
            Self::QueueFull { .. } => ErrorCode::RateLimitExceeded,
        }
    }

    /// Whether the same may work a little later.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Model(error) => matches!(
                error.code(),
                ErrorCode::ServiceUnavailable | ErrorCode::RateLimitExceeded | ErrorCode::TooManyRequests
            ),
            Self::Store(_) | Self::ToolUnavailable { .. } | Self::ShuttingDown => true,
            Self::Invalid { .. }
            | Self::Precondition { .. }
            | Self::NotFound { .. }
            | Self::Erased { .. }
            | Self::ThoughtSignature { .. }
            | Self::NoModel
            | Self::Cancelled { .. }
            | Self::Deadline { .. }
            | Self::Blocked { .. }
            | Self::UnexpectedToolCall { .. }
            | Self::TooManyToolCalls { .. }
            | Self::ToolUnusable { .. }
            | Self::TakenOver
            | Self::QueueFull { .. }
            | Self::GivenUp { .. } => false,
        }
    }

    /// Whether a model or an MCP server that was there is missing: its machine may be starting.
    pub(crate) fn is_of_something_missing(&self) -> bool {
        match self {
            Self::NoModel | Self::ToolUnusable { .. } => true,
            Self::Model(error) => error.code() == ErrorCode::ModelNotFound,
            _ => false,
        }
    }

    /// When to try again, where known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Model(error) => error.retry_after(),
            Self::ShuttingDown => Some(Duration::from_secs(1)),
            Self::QueueFull { .. } => Some(Duration::from_secs(10)),
            Self::Invalid { .. }
            | Self::Precondition { .. }
            | Self::NotFound { .. }
            | Self::Erased { .. }
            | Self::ThoughtSignature { .. }
            | Self::NoModel
            | Self::Store(_)
            | Self::Cancelled { .. }
            | Self::Deadline { .. }
            | Self::UnexpectedToolCall { .. }
            | Self::TooManyToolCalls { .. }
            | Self::ToolUnusable { .. }
            | Self::ToolUnavailable { .. }
            | Self::TakenOver
            | Self::GivenUp { .. }
            | Self::Blocked { .. } => None,
        }
    }

    /// The error as `errors[]` and `error` events carry it.
    pub fn to_api(&self) -> antiphon_interaction::ApiError {
        antiphon_interaction::ApiError::new(self.code(), self.to_string())
    }
}
