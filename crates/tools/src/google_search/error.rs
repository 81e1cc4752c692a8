use std::path::PathBuf;

/// Why a search failed. The text is for the model and for clients; the source is for the operator's log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rate that the operator set is used up.
    #[error("{backend} may not be asked again for {seconds} s; use what you have, or ask fewer queries later")]
    RateLimited {
        /// The backend.
        backend: &'static str,
        /// When it may be asked again.
        seconds: u64,
    },
    /// No answer in time.
    #[error("{backend} did not answer in time")]
    TimedOut {
        /// The backend.
        backend: &'static str,
    },
    /// No connection, or it broke.
    #[error("{backend} cannot be reached")]
    Unreachable {
        /// The backend.
        backend: &'static str,
        /// Why, without the address.
        #[source]
        source: reqwest::Error,
    },
    /// It answered, but not with results.
    #[error("{backend} answered with HTTP status {status}{hint}")]
    Refused {
        /// The backend.
        backend: &'static str,
        /// The status.
        status: u16,
        /// What that usually means.
        hint: &'static str,
    },
    /// The answer is too long to read.
    #[error("{backend}'s answer is longer than {limit} bytes")]
    TooLong {
        /// The backend.
        backend: &'static str,
        /// The most bytes that are read.
        limit: usize,
    },
    /// The answer has not the backend's shape.
    #[error("{backend}'s answer cannot be read")]
    Unreadable {
        /// The backend.
        backend: &'static str,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A metasearch engine whose own engines failed.
    #[error("{backend} got nothing from its engines: {engines}")]
    EnginesFailed {
        /// The backend.
        backend: &'static str,
        /// Which, and why.
        engines: String,
    },
    /// The documents have not all been read yet, and those read so far do not match.
    #[error("the documents are still being indexed; search again in a moment")]
    Indexing,
    /// The index failed.
    #[error("the index of the documents failed")]
    Index(#[from] rusqlite::Error),
    /// The folder of documents, or that of the index, cannot be used.
    #[error("the folder {} cannot be used", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A setting is wrong.
    #[error("the setting {setting} of {backend} is wrong: {message}")]
    Setting {
        /// The backend.
        backend: &'static str,
        /// The setting.
        setting: &'static str,
        /// What is wrong.
        message: &'static str,
    },
    /// The HTTP client cannot be set up.
    #[error("the HTTP client for {backend} cannot be set up")]
    Client {
        /// The backend.
        backend: &'static str,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// The search broke off inside.
    #[error("the search of the documents broke off")]
    Stopped(#[source] tokio::task::JoinError),
}
