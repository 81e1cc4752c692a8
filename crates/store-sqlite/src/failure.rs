use std::path::Path;
use std::sync::Arc;
use std::{fmt, io};

use antiphon_store::Error;
use rusqlite::ErrorCode;

/// Why an operation did not happen, before it is told to a caller.
#[derive(Debug)]
pub enum Failure {
    /// The store's contract says no.
    Refused(Error),
    /// SQLite says no.
    Sqlite(rusqlite::Error),
    /// A row does not hold what it should.
    Unreadable(String),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// What stands behind [`Error::Unavailable`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum Cause {
    /// SQLite could not do it; shared by all the callers of a batch.
    #[error(transparent)]
    Sqlite(Arc<rusqlite::Error>),
    /// What was given cannot be written as JSON.
    #[error(transparent)]
    Json(Arc<serde_json::Error>),
    /// No thread could be started.
    #[error(transparent)]
    Thread(Arc<io::Error>),
    /// The file system does not carry a write-ahead log.
    #[error("journal mode `{0}` came instead of `wal`; put the data on a local file system")]
    NoWal(String),
    /// The thread that serves the request has ended.
    #[error("it is closed")]
    Closed,
}

/// Where the data is, for messages.
#[derive(Debug, Clone)]
pub struct Location(Arc<str>);

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Location {
    pub fn new(path: &Path) -> Self {
        Self(path.display().to_string().into())
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

    pub fn explain(&self, failure: Failure) -> Error {
        match failure {
            Failure::Refused(error) => error,
            Failure::Sqlite(error) => self.explain_sqlite(&Arc::new(error)),
            Failure::Unreadable(message) => self.damaged(message),
        }
    }

    /// An error of SQLite: the file's fault, or the moment's.
    pub fn explain_sqlite(&self, error: &Arc<rusqlite::Error>) -> Error {
        let files_fault = match &**error {
            // A plain SQL error means that the tables are not those of the file's format: the statements are fixed.
            rusqlite::Error::SqliteFailure(failure, _) => matches!(
                failure.code,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::TypeMismatch | ErrorCode::Unknown
            ),
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::SqlInputError { .. }
            | rusqlite::Error::QueryReturnedNoRows => true,
            _ => false,
        };
        if files_fault {
            self.damaged(error.to_string())
        } else {
            self.unavailable(Cause::Sqlite(error.clone()))
        }
    }
}
