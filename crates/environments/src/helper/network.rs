//! The network of a sandbox that may reach something: a loopback interface with a listener, which the server serves.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with};

use super::{Failure, step};
use crate::egress::PORT;

/// The kernel's numbers for "change an interface", "up", "answer me", "a request" and "an answer".
const RTM_NEWLINK: u16 = 16;
const IFF_UP: u32 = 1;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_ACK: u16 = 4;
const NLMSG_ERROR: u16 = 2;

/// The loopback interface is the first of every network namespace.
const LOOPBACK: i32 = 1;

/// Brings up the loopback interface of this network namespace and listens there.
pub fn listen() -> Result<OwnedFd, Failure> {
    step("bring up the loopback interface", bring_up_loopback())?;
    let listener = step("listen for the proxy", TcpListener::bind((Ipv4Addr::LOCALHOST, PORT)))?;
    Ok(listener.into())
}

fn bring_up_loopback() -> io::Result<()> {
    let kernel = socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        // Routing and interfaces.
        None,
    )?;
    // A header of 16 bytes (length, type, flags, number, sender) and one of an interface (family, kind, index, flags, which
    // flags to change), in the machine's own byte order.
    let mut message = Vec::with_capacity(32);
    message.extend(32_u32.to_ne_bytes());
    message.extend(RTM_NEWLINK.to_ne_bytes());
    message.extend((NLM_F_REQUEST | NLM_F_ACK).to_ne_bytes());
    message.extend([0; 8]);
    message.extend([0; 4]);
    message.extend(LOOPBACK.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    send(&kernel, &message, SendFlags::empty())?;
    let mut answer = [0_u8; 256];
    let (length, _) = recv(&kernel, &mut answer[..], RecvFlags::empty())?;
    match answer.get(..length) {
        Some([_, _, _, _, k0, k1, _, _, _, _, _, _, _, _, _, _, e0, e1, e2, e3, ..])
            if u16::from_ne_bytes([*k0, *k1]) == NLMSG_ERROR =>
        {
            match i32::from_ne_bytes([*e0, *e1, *e2, *e3]) {
                0 => Ok(()),
                errno => Err(io::Error::from_raw_os_error(-errno)),
            }
        }
        _ => Err(io::Error::from(io::ErrorKind::InvalidData)),
    }
}
