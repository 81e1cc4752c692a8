//! The helper: the same binary, run again to become a sandbox.
//!
//! The server starts it with a reserved name, an empty environment and one socket as standard input. It reads the
//! [`Setup`], gives up its user id, enters new namespaces and forks; the child is pid 1 of the sandbox,
//! builds the file tree, confines itself ([`confine`]) and then runs commands on request ([`init`]). Since it confines
//! itself first, commands inherit everything and nothing is left to do, or to get wrong, between fork and exec. The
//! parent only waits, so that the server can see the end.

mod attack;
mod confine;
mod init;
pub mod message;
mod namespaces;
mod network;
mod seccomp;
mod tree;
mod usage;

use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::process::ExitCode;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Gid, Pid, Uid, geteuid, setgroups, setresgid, setresuid};

use crate::policy::Tier;
use message::{Reply, Role, Setup};

/// The name (`argv[0]`) that makes a process a sandbox helper.
pub const HELPER_NAME: &str = "antiphon-sandbox-helper";

/// User ids below are never swept: no range for environments may reach down to them.
pub const LOWEST_UID: u32 = 100_000;

/// The step that a sandbox can do without.
pub const JOIN_CGROUP: &str = "join the cgroup";

/// How often and how long a sweep waits for killed processes to end.
const SWEEPS: u32 = 500;
const SWEEP_PAUSE: Duration = Duration::from_millis(2);

/// A step of the set-up that failed.
#[derive(Debug)]
pub struct Failure {
    step: String,
    errno: i32,
}

/// Names a step, so that a refusal can say which one failed.
fn step<Value, Source: Into<io::Error>>(
    name: impl Into<String>,
    result: Result<Value, Source>,
) -> Result<Value, Failure> {
    result.map_err(|source| Failure {
        step: name.into(),
        errno: source.into().raw_os_error().unwrap_or(Errno::EINVAL as i32),
    })
}

/// Becomes a sandbox when this process was started to be one, and says how it ended; `None` in any other process.
///
/// Call it first in `main`, before any thread is started (so before a tokio runtime), and return the code:
///
/// ```
/// fn main() -> std::process::ExitCode {
///     # #[cfg(target_os = "linux")]
///     if let Some(code) = antiphon_environments::helper_main_if_requested() {
///         return code;
///     }
///     std::process::ExitCode::SUCCESS
/// }
/// ```
///
/// A program that does not call it cannot be its own helper; then
/// [`NativeConfig::helper`](crate::NativeConfig) must name one that does.
pub fn helper_main_if_requested() -> Option<ExitCode> {
    if std::env::args_os().next().as_deref() != Some(OsStr::new(HELPER_NAME)) {
        return None;
    }
    // The parent reads failures from the socket; the exit status only matters when that is gone.
    Some(match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    })
}

fn run() -> Result<(), Failure> {
    let control = step("take the control socket", take_control())?;
    let Some((role, _)) = step("read the set-up", message::receive::<Role>(&control))? else {
        return Ok(());
    };
    match role {
        Role::Sandbox(setup) => {
            let result = become_sandbox(&setup, &control);
            if let Err(Failure { step, errno }) = &result {
                let reply = Reply::Failed {
                    step: step.clone(),
                    errno: *errno,
                };
                // Nobody to tell: the server is gone.
                let _ = message::send(&control, &reply, &[]);
            }
            result
        }
        Role::Sweep { uid } => sweep(uid),
    }
}

/// Moves the socket away from standard input, and closes everything else that came along.
fn take_control() -> io::Result<OwnedFd> {
    let control = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    let kept = std::os::fd::AsRawFd::as_raw_fd(&control);
    let null = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null")?;
    nix::unistd::dup2_stdin(&null)?;
    nix::unistd::dup2_stdout(&null)?;
    nix::unistd::dup2_stderr(&null)?;
    drop(null);
    let open: Vec<i32> = std::fs::read_dir("/proc/self/fd")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    for fd in open.into_iter().filter(|fd| *fd > 2 && *fd != kept) {
        // The descriptor of the listing itself is closed already.
        let _ = nix::unistd::close(fd);
    }
    Ok(control)
}

fn become_sandbox(setup: &Setup, control: &OwnedFd) -> Result<(), Failure> {
    // Its own session: no terminal, and no signal meant for the server's group.
    step("setsid", nix::unistd::setsid())?;
    for file in &setup.cgroups {
        step(format!("{JOIN_CGROUP} {}", file.display()), std::fs::write(file, "0"))?;
    }
    // The folder is reached before the rights of the server are given up: those above it may be closed to others.
    step("enter the workspace", nix::unistd::chdir(&setup.workspace))?;
    match setup.tier {
        Tier::Namespaces => {
            become_user(setup.uid)?;
            namespaces::enter(setup, control)
        }
        Tier::Landlock => {
            step("drop the capability bounding set", confine::drop_bounding_set())?;
            become_user(setup.uid)?;
            // Orphans come to the init and not to the machine's, so that it can see that none is left.
            step("become a subreaper", nix::sys::prctl::set_child_subreaper(true))?;
            confine::confine(setup)?;
            init::serve(setup, control, None)
        }
    }
}

fn become_user(uid: Option<u32>) -> Result<(), Failure> {
    let Some(raw) = uid else { return Ok(()) };
    let (uid, gid) = (Uid::from_raw(raw), Gid::from_raw(raw));
    step("setgroups", setgroups(&[]))?;
    step("setresgid", setresgid(gid, gid, gid))?;
    step("setresuid", setresuid(uid, uid, uid))
}

/// Kills every process of an environment's user id and waits for them to be gone.
fn sweep(uid: u32) -> Result<(), Failure> {
    become_user(Some(uid))?;
    for _ in 0..SWEEPS {
        kill_all_of(uid)?;
        if !usage::has_processes(uid) {
            return Ok(());
        }
        std::thread::sleep(SWEEP_PAUSE);
    }
    step("sweep", Err(Errno::ETIMEDOUT))
}

/// Kills everything that this user id may signal, but not the caller.
///
/// `kill(-1)` means "all that I may": the guard keeps that from ever being more than one environment.
fn kill_all_of(uid: u32) -> Result<(), Failure> {
    if uid < LOWEST_UID || geteuid().as_raw() != uid {
        return step("sweep", Err(Errno::EPERM));
    }
    // One signal reaches all: a fork under way fails when its parent has been sent one.
    match kill(Pid::from_raw(-1), Signal::SIGKILL) {
        Ok(()) | Err(Errno::ESRCH) => Ok(()),
        Err(errno) => step("sweep", Err(errno)),
    }
}
