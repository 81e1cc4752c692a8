//! What can go wrong around a sandbox.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::policy::Tier;

/// Why an environment could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system allows no sandbox that would hold. Nothing was run.
    #[error("no sandbox can be had on this machine, so nothing is run: {}", Attempts(.attempts))]
    SandboxUnavailable {
        /// What was tried, strongest first, with cause and remedy.
        attempts: Vec<Attempt>,
    },
    /// The id is not one.
    #[error("`{name}` cannot name an environment: use 1 to 64 ASCII letters, digits, `-` and `_`")]
    InvalidId {
        /// What was given.
        name: String,
    },
    /// The command cannot be run as it is.
    #[error("the command is invalid: {reason}")]
    InvalidCommand {
        /// What is wrong with it.
        reason: String,
    },
    /// The path cannot be one of the workspace.
    #[error("`{}` is no path inside the workspace: it must be relative, without `..`", .path.display())]
    InvalidPath {
        /// What was given.
        path: PathBuf,
    },
    /// The program could not be started inside the sandbox.
    #[error("`{program}` could not be started in the sandbox: {source}")]
    NotStarted {
        /// The first argument.
        program: String,
        /// What the kernel said: mostly that there is no such program.
        source: io::Error,
    },
    /// The sandbox ended while a command ran or was starting. The next command gets a new one.
    #[error("the sandbox ended unexpectedly: {reason}")]
    Crashed {
        /// What is known of it.
        reason: String,
    },
    /// The environment was deleted or its provider is gone.
    #[error("the environment is closed")]
    Closed,
    /// The environment is open with another policy.
    #[error("environment `{id}` is open with another policy; use that one, or another id")]
    PolicyDiffers {
        /// Its name.
        id: String,
    },
    /// The file is longer than the caller wants to read.
    #[error("`{}` has {bytes} bytes, over the limit of {limit}", .path.display())]
    FileTooLarge {
        /// The file, relative to the workspace.
        path: PathBuf,
        /// Its length.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// A file or folder could not be used.
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        /// What was being done.
        action: &'static str,
        /// To which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// All user ids set aside for environments are taken.
    #[error("every user id from {first} to {last} belongs to an environment: delete some, or configure a larger range")]
    NoUserIdLeft {
        /// The first id of the range.
        first: u32,
        /// The last id of the range.
        last: u32,
    },
    /// A process, pipe or socket could not be had from the system.
    #[error("cannot {action}: {source}")]
    System {
        /// What was being done.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>, source: impl Into<io::Error>) -> Self {
        Self::File {
            action,
            path: path.into(),
            source: source.into(),
        }
    }

    pub(crate) fn system(action: &'static str, source: impl Into<io::Error>) -> Self {
        Self::System {
            action,
            source: source.into(),
        }
    }
}

/// A tier that was tried and could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Which tier.
    pub tier: Tier,
    /// The step that failed and what the kernel said.
    pub cause: String,
    /// What an operator can do about it.
    pub remedy: String,
}

struct Attempts<'a>(&'a [Attempt]);

impl fmt::Display for Attempts<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, attempt) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("; ")?;
            }
            write!(
                formatter,
                "{}: {}. Remedy: {}",
                attempt.tier, attempt.cause, attempt.remedy
            )?;
        }
        Ok(())
    }
}
