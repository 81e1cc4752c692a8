//! Tier 1: new namespaces and a child that is pid 1 in them.

use std::os::fd::OwnedFd;

use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork, getegid, geteuid};

use super::message::{Reply, Setup};
use super::{Failure, confine, init, message, network, step, tree};
use crate::policy::Network;

/// The user id that commands see as their own.
const INNER_UID: u32 = 1000;

/// Enters the namespaces, forks the init and waits for its end.
pub fn enter(setup: &Setup, control: &OwnedFd) -> Result<(), Failure> {
    let (uid, gid) = (geteuid(), getegid());
    // Giving up a user id takes the right to one's own files in /proc away, which the maps are written through. There
    // is nothing to read in this process.
    step("set dumpable", prctl::set_dumpable(true))?;
    step("create a user namespace", unshare(CloneFlags::CLONE_NEWUSER))?;
    step("write setgroups", std::fs::write("/proc/self/setgroups", "deny"))?;
    step(
        "write the user id map",
        std::fs::write("/proc/self/uid_map", format!("{INNER_UID} {uid} 1")),
    )?;
    step(
        "write the group id map",
        std::fs::write("/proc/self/gid_map", format!("{INNER_UID} {gid} 1")),
    )?;
    step(
        "create the namespaces",
        unshare(
            CloneFlags::CLONE_NEWNS
                | CloneFlags::CLONE_NEWPID
                | CloneFlags::CLONE_NEWNET
                | CloneFlags::CLONE_NEWIPC
                | CloneFlags::CLONE_NEWUTS
                | CloneFlags::CLONE_NEWCGROUP,
        ),
    )?;
    #[expect(unsafe_code, reason = "the first process of a pid namespace is made by fork")]
    // SAFETY: this process has one thread (helpers run before any is started), so the child finds every lock free and
    // may go on like any other program.
    let forked = step("fork", unsafe { fork() })?;
    match forked {
        ForkResult::Child => run_init(setup, control),
        ForkResult::Parent { child } => {
            step("lose the capabilities", confine::drop_capabilities())?;
            step("set not dumpable", prctl::set_dumpable(false))?;
            step("wait for the init", waitpid(child, None)).map(|_| ())
        }
    }
}

/// The life of pid 1; failures are told here, since the parent does not see them.
fn run_init(setup: &Setup, control: &OwnedFd) -> Result<(), Failure> {
    match build(setup) {
        Ok(listener) => init::serve(setup, control, listener),
        Err(Failure { step, errno }) => {
            // Nobody to tell: the server is gone.
            let _ = message::send(control, &Reply::Failed { step, errno }, &[]);
            Ok(())
        }
    }
}

/// Sets up what the sandbox is; answers with the listener of its proxy, if it has one.
fn build(setup: &Setup) -> Result<Option<OwnedFd>, Failure> {
    // When the waiting parent is killed, so is pid 1, and with it everything in the namespace.
    step("set the parent death signal", prctl::set_pdeathsig(Signal::SIGKILL))?;
    step("set the host name", nix::unistd::sethostname("sandbox"))?;
    let listener = match setup.policy.network {
        Network::Off => None,
        Network::Allow(_) => Some(network::listen()?),
    };
    tree::enter(setup)?;
    confine::confine(setup)?;
    Ok(listener)
}
