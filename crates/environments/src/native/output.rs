//! The pipes between a command and the server.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{Gid, Uid, fchown};
use rustix::pipe::{PipeFlags, pipe_with};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::task::JoinHandle;

use crate::command::Captured;

const CHUNK: usize = 64 * 1024;

/// The command's ends, in the order of their numbers: standard input, output and error.
pub struct Ends([OwnedFd; 3]);

impl Ends {
    pub fn borrow(&self) -> [BorrowedFd<'_>; 3] {
        self.0.each_ref().map(AsFd::as_fd)
    }
}

/// The server's ends, each served by a task.
pub struct Streams {
    stdin: JoinHandle<()>,
    stdout: JoinHandle<io::Result<Captured>>,
    stderr: JoinHandle<io::Result<Captured>>,
}

impl Streams {
    /// Makes the pipes and starts to feed and drain them. `owner` is the command's user id, which may then open its
    /// output again by name (`/dev/stdout`).
    pub fn open(stdin: Vec<u8>, keep: usize, owner: Option<u32>) -> io::Result<(Self, Ends)> {
        let (stdin_theirs, stdin_ours) = pipe_with(PipeFlags::CLOEXEC)?;
        let (stdout_ours, stdout_theirs) = pipe_with(PipeFlags::CLOEXEC)?;
        let (stderr_ours, stderr_theirs) = pipe_with(PipeFlags::CLOEXEC)?;
        if let Some(uid) = owner {
            for end in [&stdin_theirs, &stdout_theirs, &stderr_theirs] {
                fchown(end, Some(Uid::from_raw(uid)), Some(Gid::from_raw(uid)))?;
            }
        }
        let stdin_ours = Sender::from_owned_fd(stdin_ours)?;
        let stdout_ours = Receiver::from_owned_fd(stdout_ours)?;
        let stderr_ours = Receiver::from_owned_fd(stderr_ours)?;
        let streams = Self {
            stdin: tokio::spawn(feed(stdin_ours, stdin)),
            stdout: tokio::spawn(drain(stdout_ours, keep)),
            stderr: tokio::spawn(drain(stderr_ours, keep)),
        };
        Ok((streams, Ends([stdin_theirs, stdout_theirs, stderr_theirs])))
    }

    /// What was written, once every process that could write has ended.
    pub async fn finish(mut self) -> io::Result<(Captured, Captured)> {
        self.stdin.abort();
        Ok(((&mut self.stdout).await??, (&mut self.stderr).await??))
    }
}

impl Drop for Streams {
    fn drop(&mut self) {
        self.stdin.abort();
        self.stdout.abort();
        self.stderr.abort();
    }
}

async fn feed(mut pipe: Sender, bytes: Vec<u8>) {
    // A command need not read its input: a closed pipe is no failure.
    let _ = pipe.write_all(&bytes).await;
}

/// Reads to the end and keeps the beginning.
async fn drain(mut pipe: Receiver, keep: usize) -> io::Result<Captured> {
    let mut captured = Captured::default();
    let mut chunk = vec![0_u8; CHUNK];
    loop {
        let read = pipe.read(&mut chunk).await?;
        if read == 0 {
            return Ok(captured);
        }
        captured.total += read as u64;
        let room = keep.saturating_sub(captured.bytes.len());
        captured.bytes.extend_from_slice(&chunk[..read.min(room)]);
    }
}
