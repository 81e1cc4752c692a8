use antiphon_interaction::{InteractionId, Status};
use antiphon_store::{Error, ProjectId};
use serde::Deserialize;

use crate::failure::Location;
use crate::migration::FORMAT;
use crate::rows::unescaped;

/// The SQLSTATE of a refusal; its message is the JSON of one.
pub const REFUSED: &str = "AN000";

/// Why the database's functions did not do as asked. Its names are escaped.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "refused", rename_all = "snake_case")]
pub enum Refusal {
    /// No such interaction, or no such parent.
    NotFound {
        /// Which.
        id: String,
    },
    /// The interaction is over.
    Terminal {
        /// How it ended.
        status: String,
    },
    /// The interaction's id is taken.
    IdTaken,
    /// Another attempt runs it.
    Superseded,
    /// A step, or an entry of one, is there already.
    StepTaken {
        /// Which, or the first of those given.
        index: i64,
    },
    /// The job's token is not the current one.
    Fenced {
        /// Which.
        job: String,
    },
    /// No place for another job.
    QueueFull {
        /// Whose.
        project: String,
        /// Which jobs.
        kind: String,
        /// How many places there are.
        limit: u32,
    },
    /// The schema has been brought to a format that this build must not write.
    Newer {
        /// That format.
        found: i64,
    },
    /// The document is there already.
    DocumentThere,
    /// The document is another version, or gone.
    DocumentChanged,
}

impl Refusal {
    pub fn parse(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| format!("the database refused with `{json}`: {error}"))
    }

    /// The caller's error; `subject` is the id of what the operation was about.
    pub fn explain(self, subject: &str, location: &Location) -> Error {
        match self {
            Self::NotFound { id } => Error::NotFound(InteractionId::from(unescaped(id).as_str())),
            Self::Terminal { status } => Error::Terminal {
                id: InteractionId::from(subject),
                status: Status::from(unescaped(status).as_str()),
            },
            Self::IdTaken | Self::DocumentThere => Error::AlreadyExists(subject.to_owned()),
            Self::Superseded => Error::Superseded(InteractionId::from(subject)),
            Self::StepTaken { index } => Error::AlreadyExists(format!("step {index} of {subject}")),
            Self::Fenced { job } => Error::Fenced(unescaped(job)),
            Self::QueueFull { project, kind, limit } => Error::QueueFull {
                project: ProjectId::from(unescaped(project).as_str()),
                kind: unescaped(kind),
                limit,
            },
            Self::Newer { found } => location.newer(found, FORMAT),
            Self::DocumentChanged => Error::Conflict(subject.to_owned()),
        }
    }
}
