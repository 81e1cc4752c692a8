//! The traits that backends fulfil and callers speak to.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::command::{Command, Outcome};
use crate::error::Error;
use crate::policy::SandboxPolicy;

/// A maker and keeper of environments.
///
/// **Identity.** An id names one environment for ever: opening it again, also after the server was restarted, gives
/// the same files. While an environment is open, opening it again with the same policy gives the same environment, with
/// another policy [`Error::PolicyDiffers`].
///
/// **Crash.** Files of an environment survive the server, written as far as the commands wrote them. Processes do not: when
/// the server dies, by whatever cause, they are killed (in [`Tier::Landlock`](crate::Tier) a hostile one can hold out
/// until the environment's next command).
pub trait EnvironmentProvider: Send + Sync {
    /// Finds out whether environments with this policy can be had at all; [`Error::SandboxUnavailable`] says why not. Quick
    /// once it was found which can.
    fn ready<'a>(&'a self, policy: &'a SandboxPolicy) -> BoxFuture<'a, Result<(), Error>>;

    /// Opens the environment with this id and makes it when there is none. Starts no process.
    fn open(&self, id: EnvironmentId, policy: SandboxPolicy) -> BoxFuture<'_, Result<Arc<dyn Environment>, Error>>;

    /// Kills what runs in the environment and removes its files. An id without an environment is no error. Handles to it
    /// fail with [`Error::Closed`] from then on.
    ///
    /// **Cancel.** Dropping the future may leave the files; deleting again removes them. **Crash.** What was left half
    /// removed is gone before the next provider on the same folder opens an environment.
    fn delete(&self, id: EnvironmentId) -> BoxFuture<'_, Result<(), Error>>;

    /// Deletes the environments that were last opened so long before `now` that the provider's setting gives them up, and
    /// frees the memory of others that rest. One that somebody holds a handle to is left alone. Answers how many were
    /// deleted. To be called now and then, such as once an hour.
    ///
    /// **Cancel, crash.** As for [`delete`](Self::delete).
    fn sweep(&self, now: SystemTime) -> BoxFuture<'_, Result<usize, Error>>;
}

/// A workspace and the sandbox around it.
pub trait Environment: Send + Sync {
    /// Its id.
    fn id(&self) -> &EnvironmentId;

    /// Where commands find the workspace.
    fn workspace(&self) -> &Path;

    /// Runs a command in the sandbox and waits for its end.
    ///
    /// **Order.** One command at a time; others wait for their turn in the order of the calls. The time limit counts
    /// from the command's own start.
    ///
    /// **End.** When the future is ready, no process of the command is left, whatever it did to stay: what one command
    /// leaves to the next is files.
    ///
    /// **Cancel.** Dropping the future kills the command and everything it started, or withdraws it if it had not
    /// begun. Files stay as they are at that moment.
    ///
    /// **Limits.** Going over a limit is an [`Ending`](crate::Ending), not an error. Errors are for commands that never
    /// ran: invalid, program not found, no sandbox; and for a sandbox that died while the command ran
    /// ([`Error::Crashed`]), after which the next command gets a new one with the same files.
    fn run(&self, command: Command) -> BoxFuture<'_, Result<Outcome, Error>>;

    /// The regular files of the workspace by path, at most `limit` of them. Symbolic links, devices and everything else
    /// that is not a plain file or folder is left out; folders deeper than 32 are too.
    fn files(&self, limit: usize) -> BoxFuture<'_, Result<Vec<FileEntry>, Error>>;

    /// Reads a regular file of the workspace. Symbolic links are not followed, anywhere on the path. A file over `limit`
    /// bytes is [`Error::FileTooLarge`].
    fn read_file<'a>(&'a self, path: &'a Path, limit: u64) -> BoxFuture<'a, Result<Vec<u8>, Error>>;

    /// Writes a file of the workspace, making the folders above it; an older one is replaced. Symbolic links are not
    /// followed, anywhere on the path. Not atomic: a crash may leave a part. The policy's disk limits do not hold the
    /// server; what it writes counts when the next command is measured.
    fn write_file<'a>(&'a self, path: &'a Path, content: Vec<u8>) -> BoxFuture<'a, Result<(), Error>>;
}

/// A file of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// The path relative to the workspace.
    pub path: PathBuf,
    /// Its length in bytes.
    pub bytes: u64,
    /// When it was last written, in nanoseconds since 1970. The sandboxed program can set it.
    pub modified_nanos: i128,
}

/// The name of an environment: 1 to 64 ASCII letters, digits, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EnvironmentId(String);

impl EnvironmentId {
    /// The id with this name, which must be valid.
    pub fn new(name: impl Into<String>) -> Result<Self, Error> {
        let name = name.into();
        let valid = (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if valid {
            Ok(Self(name))
        } else {
            Err(Error::InvalidId { name })
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for EnvironmentId {
    type Error = Error;

    fn try_from(name: String) -> Result<Self, Error> {
        Self::new(name)
    }
}

impl From<EnvironmentId> for String {
    fn from(id: EnvironmentId) -> Self {
        id.0
    }
}

impl fmt::Display for EnvironmentId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
