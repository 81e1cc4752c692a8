//! The server's end of the socket to a helper.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use serde::Serialize;
use tokio::io::Interest;
use tokio::net::UnixStream;

use crate::helper::message::{self, Reply};

/// Sends requests and receives replies without blocking a thread.
///
/// The socket is one of packets; the stream type only waits for it to be ready.
pub struct Channel(UnixStream);

impl Channel {
    /// A channel and the helper's end of it.
    pub fn pair() -> io::Result<(Self, OwnedFd)> {
        let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        rustix::io::ioctl_fionbio(&ours, true)?;
        Ok((Self(UnixStream::from_std(ours.into())?), theirs))
    }

    /// Sends a message with descriptors.
    pub async fn send<Message: Serialize>(&self, message: &Message, fds: &[BorrowedFd<'_>]) -> io::Result<()> {
        self.0
            .async_io(Interest::WRITABLE, || message::send(&self.0, message, fds))
            .await
    }

    /// Receives a reply; `None` when the helper is gone. Dropping the future loses nothing.
    pub async fn receive(&self) -> io::Result<Option<Reply>> {
        let received = self
            .0
            .async_io(Interest::READABLE, || message::receive(&self.0))
            .await?;
        // Only the first reply may carry descriptors; any others are closed here.
        Ok(received.map(|(reply, _)| reply))
    }

    /// Receives the first reply, with the listener of the sandbox's proxy if it has one.
    pub async fn receive_first(&self) -> io::Result<Option<(Reply, Option<OwnedFd>)>> {
        let received = self
            .0
            .async_io(Interest::READABLE, || message::receive(&self.0))
            .await?;
        Ok(received.map(|(reply, fds)| (reply, fds.into_iter().next())))
    }
}
