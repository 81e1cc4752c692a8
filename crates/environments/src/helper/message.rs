//! What the server and a helper tell each other, one JSON text per packet of a `SOCK_SEQPACKET` socket.

use std::collections::BTreeMap;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::native::ProbeReport;
use crate::policy::{SandboxPolicy, Tier};

/// The longest packet: arguments and variables of a command must fit.
pub const MAX_PACKET: usize = 128 * 1024;

/// Standard input, output and error of a command; a listener goes alone.
const MAX_FDS: usize = 3;

/// What a fresh helper is to become.
#[derive(Debug, Serialize, Deserialize)]
pub enum Role {
    /// The init of a sandbox.
    Sandbox(Box<Setup>),
    /// The killer of whatever a broken tier 2 sandbox left under its user id.
    Sweep { uid: u32 },
}

/// How to set up a sandbox.
#[derive(Debug, Serialize, Deserialize)]
pub struct Setup {
    pub tier: Tier,
    /// The user (and group) id to become first; none when the server's own is unprivileged or not the machine's.
    pub uid: Option<u32>,
    /// The folder that commands may write to.
    pub workspace: PathBuf,
    /// The folder that stands at `/` inside, absolute or relative to the workspace; none for the machine's own system.
    pub root: Option<PathBuf>,
    pub policy: SandboxPolicy,
    /// Files that take a process into a cgroup when `0` is written to them.
    pub cgroups: Vec<PathBuf>,
    /// Whether a cgroup holds the memory limit; if not, the init does.
    pub memory_is_held: bool,
}

impl Setup {
    /// Where commands find the workspace.
    pub fn inner_workspace(&self) -> PathBuf {
        match self.tier {
            Tier::Namespaces => PathBuf::from("/workspace"),
            Tier::Landlock => self.workspace.clone(),
        }
    }
}

/// What the server asks of a running init.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// Run a command; three descriptors come along.
    Run {
        argv: Vec<String>,
        env: BTreeMap<String, String>,
        cwd: PathBuf,
    },
    /// Kill the command that runs. Without one, nothing happens.
    Kill,
    /// Attack the sandbox from inside, as the init itself; it is unfit for commands afterwards.
    Attack {
        /// A file of the machine that everybody may read.
        canary: PathBuf,
        /// A port on the machine's loopback address where somebody listens.
        port: u16,
    },
}

/// What an init answers.
#[derive(Debug, Serialize, Deserialize)]
pub enum Reply {
    /// The sandbox stands; the listener of its proxy, if it has one, comes along. Exactly one of this and `Failed` comes
    /// first.
    Ready,
    /// A step of the set-up failed.
    Failed { step: String, errno: i32 },
    /// The command's program could not be started.
    NotStarted { errno: i32 },
    /// The command ended and nothing of it is left.
    Ended { status: Status, stopped: Option<Stopped> },
    /// What the attack found.
    Attacked(Vec<ProbeReport>),
}

/// How a process ended.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum Status {
    Exited(i32),
    Signaled(i32),
}

/// Which watched limit a command was killed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stopped {
    Memory,
    Disk,
}

/// Sends one message with descriptors; `WouldBlock` where the socket is not blocking.
pub fn send<Message: Serialize>(socket: impl AsFd, message: &Message, fds: &[BorrowedFd<'_>]) -> io::Result<()> {
    let packet = serde_json::to_vec(message)?;
    if packet.len() > MAX_PACKET {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    }
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(fds)) {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    }
    rustix::io::retry_on_intr(|| {
        rustix::net::sendmsg(&socket, &[IoSlice::new(&packet)], &mut ancillary, SendFlags::NOSIGNAL)
    })?;
    Ok(())
}

/// Receives one message; `None` when the other side is gone.
pub fn receive<Message: DeserializeOwned>(socket: impl AsFd) -> io::Result<Option<(Message, Vec<OwnedFd>)>> {
    let mut packet = vec![0_u8; MAX_PACKET];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received = rustix::io::retry_on_intr(|| {
        rustix::net::recvmsg(
            &socket,
            &mut [IoSliceMut::new(&mut packet)],
            &mut ancillary,
            RecvFlags::CMSG_CLOEXEC,
        )
    })?;
    let mut fds = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            fds.extend(rights);
        }
    }
    if received.bytes == 0 {
        return Ok(None);
    }
    Ok(Some((serde_json::from_slice(&packet[..received.bytes])?, fds)))
}
