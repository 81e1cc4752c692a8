use std::time::Duration;

use antiphon_interaction::ErrorCode;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The client cannot be set up as configured.
    #[error("{message}")]
    Config {
        /// What is wrong with the settings.
        message: String,
        /// The cause.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The server cannot be reached.
    #[error("the server at {address} cannot be reached: start it, or check the address")]
    Unreachable {
        /// Where it should be.
        address: String,
        /// The cause.
        #[source]
        source: reqwest::Error,
    },
    /// The server refused the call.
    #[error("{message}")]
    Api {
        /// The HTTP status.
        status: u16,
        /// The API's name for the error.
        code: ErrorCode,
        /// What the server says.
        message: String,
        /// When to try again, where the server says it.
        retry_after: Option<Duration>,
    },
    /// The connection broke, or the stream ended before the interaction did. A background run goes on; resume with the last event's id.
    #[error("the connection broke before the end")]
    Interrupted {
        /// The cause; `None` when the stream just ended.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// A stream was silent for too long. A background run goes on; resume with the last event's id.
    #[error("the server said nothing for {after:?}")]
    TimedOut {
        /// How long.
        after: Duration,
    },
    /// What came is not what the API says.
    #[error("the server sent something that is not of this API: {message}")]
    Protocol {
        /// What it was.
        message: String,
        /// The cause.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}
