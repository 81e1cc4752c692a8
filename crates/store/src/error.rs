use antiphon_interaction::{InteractionId, Status};

use crate::ProjectId;

/// Why a store did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such interaction in this project, or it was erased.
    #[error("there is no interaction `{0}`")]
    NotFound(InteractionId),
    /// The interaction is over; nothing changes it any more.
    #[error("the interaction `{id}` is {status}")]
    Terminal {
        /// Which.
        id: InteractionId,
        /// How it ended.
        status: Status,
    },
    /// Another attempt has taken over.
    #[error("the interaction `{0}` is being run by another attempt")]
    Superseded(InteractionId),
    /// The job's fencing token is not the current one: another worker has it, or it is over.
    #[error("the job `{0}` is not held under this token any more")]
    Fenced(String),
    /// The project has as many unfinished jobs of this kind as it may.
    #[error("the project `{project}` has {limit} unfinished jobs of the kind `{kind}`, which is its limit")]
    QueueFull {
        /// Whose.
        project: ProjectId,
        /// Which jobs.
        kind: String,
        /// How many there may be.
        limit: u32,
    },
    /// The document was changed or removed since it was read.
    #[error("`{0}` was changed meanwhile")]
    Conflict(String),
    /// The id, or the key's id, is taken.
    #[error("`{0}` exists already")]
    AlreadyExists(String),
    /// The file was written by a newer build.
    #[error(
        "{location} has format {found} and this build reads up to {supported}: start the newer antiphon that wrote it, or name another --data-dir"
    )]
    Newer {
        /// Where the data is.
        location: String,
        /// Its format.
        found: i64,
        /// The newest format that this build reads.
        supported: i64,
    },
    /// What is stored cannot be read.
    #[error("{location} is damaged: {message}; restore it from a backup, or move it away and start afresh")]
    Damaged {
        /// Where the data is.
        location: String,
        /// What is wrong with it.
        message: String,
    },
    /// The store cannot work now.
    #[error("the store at {location} cannot be used: {source}")]
    Unavailable {
        /// Where the data is.
        location: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
