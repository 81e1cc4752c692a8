//! Attacks on the sandbox from inside, for the self-test: what a hostile program would try first.

use std::fs::{self, OpenOptions};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{Uid, getuid, setuid};

use crate::native::ProbeReport;

/// Tries everything and tells what held. Every attempt is harmless where it succeeds: files are opened, not written.
pub fn all(canary: &Path, port: u16) -> Vec<ProbeReport> {
    let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    vec![
        refused("read a file of the machine", fs::read(canary)),
        refused("read the password hashes", fs::read("/etc/shadow")),
        refused(
            "write to the system's programs",
            OpenOptions::new()
                .append(true)
                .create(true)
                .open("/usr/bin/antiphon-self-attack"),
        ),
        refused(
            "change the kernel's crash handler",
            OpenOptions::new().write(true).open("/proc/sys/kernel/core_pattern"),
        ),
        refused(
            "connect to a port of the machine",
            TcpStream::connect_timeout(&server, Duration::from_secs(1)),
        ),
        refused("become root", setuid(Uid::from_raw(0))),
        refused("create a user namespace", unshare(CloneFlags::CLONE_NEWUSER)),
        refused(
            "mount a file system",
            mount(Some("tmpfs"), "/tmp", Some("tmpfs"), MsFlags::empty(), None::<&str>),
        ),
        report("run without capabilities", capabilities()),
        report("run as an unprivileged user", user()),
        report("run without the server's environment", environment()),
    ]
}

fn refused<Value, Refusal: std::fmt::Display>(name: &str, result: Result<Value, Refusal>) -> ProbeReport {
    match result {
        Ok(_) => report(name, Err("it was possible".to_owned())),
        Err(refusal) => report(name, Ok(format!("refused: {refusal}"))),
    }
}

fn report(name: &str, result: Result<String, String>) -> ProbeReport {
    let holds = result.is_ok();
    ProbeReport {
        name: name.to_owned(),
        holds,
        detail: result.unwrap_or_else(|detail| detail),
    }
}

fn capabilities() -> Result<String, String> {
    let left = caps::read(None, caps::CapSet::Permitted).map_err(|error| error.to_string())?;
    if left.is_empty() {
        Ok("none left".to_owned())
    } else {
        Err(format!("{} left", left.len()))
    }
}

fn user() -> Result<String, String> {
    match getuid().as_raw() {
        0 => Err("the user id is 0".to_owned()),
        uid => Ok(format!("user id {uid}")),
    }
}

fn environment() -> Result<String, String> {
    match std::env::vars_os().count() {
        0 => Ok("no variable".to_owned()),
        count => Err(format!("{count} variables are there")),
    }
}
