//! A command and what came of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// A command to run in an environment. `Command::new(argv)` and struct update syntax make one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Command {
    /// The program and its arguments. A program without a slash is looked for in `/usr/local/bin`, `/usr/bin` and
    /// `/bin`.
    pub argv: Vec<String>,
    /// What the program reads on standard input, then the end of input.
    pub stdin: Vec<u8>,
    /// Environment variables beside `PATH`, `HOME`, `TMPDIR` and `LANG`, which the sandbox sets and which these
    /// replace. Nothing of the server's environment is ever passed on.
    pub env: BTreeMap<String, String>,
    /// The working directory, relative to the workspace, without `..`. Empty: the workspace.
    pub cwd: PathBuf,
    /// A time limit below the policy's `wall_time`; a longer one changes nothing.
    pub timeout: Option<Duration>,
}

impl Command {
    /// A command with these arguments, no input, and the policy's limits.
    pub fn new<Argument: Into<String>>(argv: impl IntoIterator<Item = Argument>) -> Self {
        Self {
            argv: argv.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }
}

/// What came of a command that was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// What it wrote to standard output.
    pub stdout: Captured,
    /// What it wrote to standard error.
    pub stderr: Captured,
    /// How long it ran, without the time to start the sandbox.
    pub wall_time: Duration,
}

/// How a command ended. Nothing it started is left in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The program ended by itself with this status.
    Exited(i32),
    /// A signal ended it: it crashed or killed itself.
    Signaled(i32),
    /// It took longer than it may and was killed.
    TimedOut,
    /// It, or a process it needed, used more memory than allowed and was killed.
    OutOfMemory,
    /// The workspace grew over its bytes or entries, and the command was killed. The files are left for the next
    /// command to remove.
    DiskFull,
}

impl Ending {
    /// Whether the program ended by itself with status 0.
    pub fn is_success(self) -> bool {
        self == Self::Exited(0)
    }
}

/// The kept beginning of an output stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    /// The first bytes, at most the policy's `output_bytes`. Any bytes: text is the reader's guess.
    pub bytes: Vec<u8>,
    /// How many bytes were written altogether.
    pub total: u64,
}

impl Captured {
    /// Whether bytes were dropped.
    pub fn is_truncated(&self) -> bool {
        self.total > self.bytes.len() as u64
    }
}
