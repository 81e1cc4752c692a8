use antiphon_interaction::ErrorCode;

/// Why something about a webhook was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such webhook in this project.
    #[error("there is no webhook `{0}`")]
    NotFound(String),
    /// The request breaks a rule.
    #[error("{path}: {message}")]
    Invalid {
        /// The field.
        path: String,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// The project has as many webhooks as it may.
    #[error("the project has {limit} webhooks, which is the limit; delete one first")]
    Full {
        /// How many there may be.
        limit: usize,
    },
    /// Others change the webhook all the time.
    #[error("the webhook `{0}` is being changed by others; try again")]
    Busy(String),
    /// The store cannot answer.
    #[error(transparent)]
    Store(#[from] antiphon_store::Error),
    /// What is stored cannot be read.
    #[error("{what} cannot be read; it may have been written by a newer build")]
    Unreadable {
        /// Which.
        what: String,
        /// Why.
        source: serde_json::Error,
    },
    /// Something that should always print as JSON did not.
    #[error("{what} cannot be written as JSON")]
    Unwritable {
        /// What.
        what: &'static str,
        /// Why.
        source: serde_json::Error,
    },
    /// A stored signing secret is not one.
    #[error("the webhook's signing secret cannot be used; rotate it")]
    Secret(#[source] standardwebhooks::WebhookError),
    /// The stored key for JSON Web Tokens is not one.
    #[error("the stored key for JSON Web Tokens is not a key; restore it from a backup")]
    Key(#[source] aws_lc_rs::error::KeyRejected),
    /// The system's cryptography failed.
    #[error("a key or signature could not be made: the system's cryptography failed")]
    Cryptography(#[from] aws_lc_rs::error::Unspecified),
    /// The process ends, and the key's making with it.
    #[error("the key for JSON Web Tokens was not made, because its task ended")]
    Interrupted(#[from] tokio::task::JoinError),
}

impl Error {
    pub(crate) fn invalid(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid {
            path: path.into(),
            message: message.into(),
        }
    }

    /// The code that a client sees.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound(_) => ErrorCode::NotFound,
            Self::Invalid { .. } => ErrorCode::InvalidRequest,
            Self::Full { .. } => ErrorCode::FailedPrecondition,
            Self::Busy(_) => ErrorCode::Aborted,
            Self::Store(_)
            | Self::Unreadable { .. }
            | Self::Unwritable { .. }
            | Self::Secret(_)
            | Self::Key(_)
            | Self::Cryptography(_)
            | Self::Interrupted(_) => ErrorCode::ApiError,
        }
    }
}
