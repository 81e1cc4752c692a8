use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use antiphon_store::Error;

use crate::options::PARAMETERS;
use crate::refusal::{REFUSED, Refusal};

/// Why an operation did not happen, before it is told to a caller.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The store's contract says no.
    Refused(Refusal),
    /// The server or the way to it says no.
    Sql(Arc<sqlx::Error>),
    /// A row does not hold what it should.
    Unreadable(String),
    /// Nothing came back in time.
    TimedOut(Duration),
    /// No connection could be had.
    NoConnection(Duration),
    /// It is not a database for us.
    Unfit(Cause),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        let refusal = match &error {
            sqlx::Error::Database(told) if told.code().as_deref() == Some(REFUSED) => Some(told.message().to_owned()),
            _ => None,
        };
        match refusal {
            Some(message) => Refusal::parse(&message).map_or_else(Self::Unreadable, Self::Refused),
            None => Self::Sql(Arc::new(error)),
        }
    }
}

impl Failure {
    /// Whether the same may go well on another connection, in a moment.
    pub fn passes(&self) -> bool {
        match self {
            Self::Refused(_) | Self::Unreadable(_) | Self::Unfit(_) => false,
            Self::TimedOut(_) | Self::NoConnection(_) => true,
            Self::Sql(error) => passes(error),
        }
    }

    /// Whether it certainly was not done, because it was in the way of another.
    pub fn was_undone(&self) -> bool {
        match self {
            Self::Sql(error) => error
                .as_database_error()
                .and_then(|told| told.code())
                .is_some_and(|code| code.starts_with("40")),
            Self::Refused(_) | Self::Unreadable(_) | Self::TimedOut(_) | Self::NoConnection(_) | Self::Unfit(_) => {
                false
            }
        }
    }

    /// Whether the connection may be used again.
    pub fn spares_connection(&self) -> bool {
        match self {
            Self::Refused(_) | Self::Unreadable(_) | Self::Unfit(_) => true,
            Self::TimedOut(_) | Self::NoConnection(_) => false,
            Self::Sql(error) => !passes(error),
        }
    }
}

fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(told) => told.code().is_some_and(|code| {
            // Connections, conflicts with others, too little of something, and a server that starts, ends or only reads.
            ["08", "40", "53", "57P", "55P03", "25006"]
                .iter()
                .any(|class| code.starts_with(class))
        }),
        _ => false,
    }
}

/// What stands behind [`Error::Unavailable`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum Cause {
    /// The server could not do it; shared by all the callers of a batch.
    #[error(transparent)]
    Sql(Arc<sqlx::Error>),
    /// What was given cannot be written as JSON.
    #[error(transparent)]
    Json(Arc<serde_json::Error>),
    /// No thread could be started.
    #[error(transparent)]
    Thread(Arc<io::Error>),
    /// The system has no random numbers.
    #[error("no random numbers: {0}")]
    Random(getrandom::Error),
    /// No answer.
    #[error("no answer within {} s; whether it was done is not known", .0.as_secs_f32())]
    TimedOut(Duration),
    /// No connection could be had.
    #[error("no connection was free or could be made within {} s", .0.as_secs_f32())]
    NoConnection(Duration),
    /// The URL is not one.
    #[error(
        "the database's URL cannot be read: write postgres://USER:PASSWORD@HOST:PORT/DATABASE, in the password `%3F` for `?`, `%2F` for \
         `/`, `%40` for `@`"
    )]
    Url,
    /// The URL is that of something else.
    #[error("`{0}://` is no PostgreSQL: write postgres://USER:PASSWORD@HOST:PORT/DATABASE")]
    Scheme(String),
    /// The URL has a parameter that nobody knows.
    #[error("the database's URL has no parameter `{0}`; it may have {known}", known = PARAMETERS.join(", "))]
    Parameter(String),
    /// The schema's name is not one.
    #[error("`{0}` is no name for a schema: use lower-case letters, digits and `_`, 50 at most")]
    Schema(String),
    /// Fewer connections than it needs.
    #[error("{0} connections are too few, 3 are needed")]
    TooFewConnections(u32),
    /// The server is too old.
    #[error("PostgreSQL {0} is too old, 13 or newer is needed")]
    OldServer(i32),
    /// The database keeps other text than ours.
    #[error(
        "the database has the encoding {0}, and UTF8 is needed: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
    )]
    Encoding(String),
    /// The store is being dropped.
    #[error("it is closed")]
    Closed,
}

/// Where the data is, for messages; never with a password.
#[derive(Debug, Clone)]
pub struct Location(Arc<str>);

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Location {
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    pub fn unknown() -> Self {
        Self("the URL given".into())
    }

    pub fn unavailable(&self, cause: Cause) -> Error {
        Error::Unavailable {
            location: self.0.to_string(),
            source: Box::new(cause),
        }
    }

    pub fn damaged(&self, message: impl Into<String>) -> Error {
        Error::Damaged {
            location: self.0.to_string(),
            message: message.into(),
        }
    }

    pub fn newer(&self, found: i64, supported: i64) -> Error {
        Error::Newer {
            location: self.0.to_string(),
            found,
            supported,
        }
    }

    /// The caller's error; `subject` is the id of what the operation was about.
    pub fn explain(&self, failure: Failure, subject: &str) -> Error {
        match failure {
            Failure::Refused(refusal) => refusal.explain(subject, self),
            Failure::Sql(error) => self.explain_sql(&error),
            Failure::Unreadable(message) => self.damaged(message),
            Failure::TimedOut(after) => self.unavailable(Cause::TimedOut(after)),
            Failure::NoConnection(after) => self.unavailable(Cause::NoConnection(after)),
            Failure::Unfit(cause) => self.unavailable(cause),
        }
    }

    fn explain_sql(&self, error: &Arc<sqlx::Error>) -> Error {
        let datas_fault = match &**error {
            // The statements are fixed: when one does not fit the tables, they are not those of their format. XX is PostgreSQL's
            // word for corruption.
            sqlx::Error::Database(told) => told.code().is_some_and(|code| {
                code.starts_with("XX") || ["42P01", "42703", "42883", "42804"].contains(&code.as_ref())
            }),
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Decode(_)
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::RowNotFound => true,
            _ => false,
        };
        if datas_fault {
            self.damaged(error.to_string())
        } else {
            self.unavailable(Cause::Sql(error.clone()))
        }
    }
}
