//! The life of a sandbox's init: it runs one command after the other, and leaves nothing of any.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getpid};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::message::{Reply, Request, Setup, Status, Stopped, receive, send};
use super::usage::{Meter, Verdict};
use super::{Failure, attack, kill_all_of, step};
use crate::egress::PORT;
use crate::policy::{Network, Tier};

/// Where programs are looked for.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// How often memory and disk are measured while a command runs.
const TICK: Duration = Duration::from_millis(250);

/// The time between measurements is at least this many times what the last one took.
const MEASURING_SHARE: u32 = 10;

/// Says that the sandbox stands, hands the proxy's listener over, and serves requests until the server hangs up.
pub fn serve(setup: &Setup, control: &OwnedFd, listener: Option<OwnedFd>) -> Result<(), Failure> {
    step("block SIGCHLD", child_ended().thread_block())?;
    let children = step(
        "watch for SIGCHLD",
        SignalFd::with_flags(&child_ended(), SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC),
    )?;
    let init = Init {
        setup,
        control,
        children,
    };
    let handed: Vec<_> = listener.iter().map(AsFd::as_fd).collect();
    step("say that the sandbox stands", send(control, &Reply::Ready, &handed))?;
    drop(listener);
    while let Some((request, fds)) = step("read a request", receive::<Request>(control))? {
        let reply = match request {
            Request::Run { argv, env, cwd } => {
                // Measured before anything can grow.
                let meter = Meter::new(setup);
                match init.start(&argv, &env, &cwd, fds) {
                    Ok(main) => init.attend(main, &meter)?,
                    Err(error) => Reply::NotStarted {
                        errno: error.raw_os_error().unwrap_or(Errno::EINVAL as i32),
                    },
                }
            }
            // The command ended on its own just before.
            Request::Kill => continue,
            Request::Attack { canary, port } => Reply::Attacked(attack::all(&canary, port)),
        };
        step("reply", send(control, &reply, &[]))?;
    }
    init.kill_all().map(|_| ())
}

fn child_ended() -> SigSet {
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGCHLD);
    signals
}

struct Init<'a> {
    setup: &'a Setup,
    control: &'a OwnedFd,
    children: SignalFd,
}

/// Why waiting for a command ended.
enum Event {
    Reaped(Status),
    KillAsked,
    HungUp,
    Over(Stopped),
}

impl Init<'_> {
    fn start(&self, argv: &[String], env: &BTreeMap<String, String>, cwd: &Path, fds: Vec<OwnedFd>) -> io::Result<Pid> {
        use std::os::unix::process::CommandExt;
        let [stdin, stdout, stderr] =
            <[OwnedFd; 3]>::try_from(fds).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let (program, arguments) = argv
            .split_first()
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        let workspace = self.setup.inner_workspace();
        let temporary = match self.setup.tier {
            Tier::Namespaces => Path::new("/tmp"),
            Tier::Landlock => &workspace,
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", PATH)
            .env("HOME", &workspace)
            .env("TMPDIR", temporary)
            .env("LANG", "C.UTF-8")
            .envs(network_variables(self.setup))
            .envs(env)
            .current_dir(workspace.join(cwd))
            .stdin(Stdio::from(stdin))
            .stdout(Stdio::from(stdout))
            .stderr(Stdio::from(stderr))
            .process_group(0);
        // A command inherits what is blocked. Whoever ends meanwhile is found by the first `reap`.
        child_ended().thread_unblock()?;
        let child = command.spawn();
        child_ended().thread_block()?;
        // Waited for together with the orphans, by `reap`.
        Ok(Pid::from_raw(child?.id().cast_signed()))
    }

    /// Waits for the command's end, makes it end when it must, and removes what is left of it.
    fn attend(&self, main: Pid, meter: &Meter) -> Result<Reply, Failure> {
        let mut stopped = None;
        let event = self.wait(main, meter)?;
        let mut status = match event {
            Event::Reaped(status) => Some(status),
            Event::KillAsked | Event::HungUp => None,
            Event::Over(limit) => {
                stopped = Some(limit);
                None
            }
        };
        for (pid, ending) in self.kill_all()? {
            if pid == main {
                status = Some(ending);
            }
        }
        if stopped.is_none() && meter.disk() == Verdict::Over {
            stopped = Some(Stopped::Disk);
        }
        let status = status.unwrap_or(Status::Signaled(Signal::SIGKILL as i32));
        Ok(Reply::Ended { status, stopped })
    }

    fn wait(&self, main: Pid, meter: &Meter) -> Result<Event, Failure> {
        let mut measured = Instant::now();
        let mut pause = TICK;
        loop {
            if let Some((_, status)) = reap(WaitPidFlag::WNOHANG)?.into_iter().find(|(pid, _)| *pid == main) {
                return Ok(Event::Reaped(status));
            }
            if measured.elapsed() >= pause {
                let begin = Instant::now();
                if meter.disk() == Verdict::Over {
                    return Ok(Event::Over(Stopped::Disk));
                }
                if meter.memory() == Verdict::Over {
                    return Ok(Event::Over(Stopped::Memory));
                }
                pause = TICK.max(begin.elapsed() * MEASURING_SHARE);
                measured = Instant::now();
            }
            let mut sources = [
                PollFd::new(self.control, PollFlags::IN),
                PollFd::from_borrowed_fd(self.children.as_fd(), PollFlags::IN),
            ];
            let timeout = Timespec::try_from(pause.saturating_sub(measured.elapsed())).ok();
            step(
                "wait",
                rustix::io::retry_on_intr(|| poll(&mut sources, timeout.as_ref())),
            )?;
            if !sources[1].revents().is_empty() {
                // Only wakes: `reap` asks the kernel who ended.
                while let Ok(Some(_)) = self.children.read_signal() {}
            }
            if !sources[0].revents().is_empty() {
                match step("read a request", receive::<Request>(self.control))? {
                    None => return Ok(Event::HungUp),
                    Some((Request::Kill, _)) => return Ok(Event::KillAsked),
                    // One command at a time: the server does not send these now.
                    Some((Request::Run { .. } | Request::Attack { .. }, _)) => {}
                }
            }
        }
    }

    /// Kills everything in the sandbox but this process, and says who ended.
    fn kill_all(&self) -> Result<Vec<(Pid, Status)>, Failure> {
        match (self.setup.tier, self.setup.uid) {
            // `kill(-1)` reaches the whole pid namespace, which must not be the machine's.
            (Tier::Namespaces, _) if getpid().as_raw() == 1 => match kill(Pid::from_raw(-1), Signal::SIGKILL) {
                Ok(()) | Err(Errno::ESRCH) => {}
                Err(errno) => return step("kill the command", Err(errno)),
            },
            (Tier::Landlock, Some(uid)) => kill_all_of(uid)?,
            (Tier::Namespaces, _) | (Tier::Landlock, None) => return step("kill the command", Err(Errno::EPERM)),
        }
        reap(WaitPidFlag::empty())
    }
}

/// What tells programs of the proxy, and `pip` where it may write.
fn network_variables(setup: &Setup) -> Vec<(&'static str, String)> {
    match setup.policy.network {
        Network::Off => Vec::new(),
        Network::Allow(_) => {
            let proxy = format!("http://127.0.0.1:{PORT}");
            let one = || "1".to_owned();
            let programs = setup.inner_workspace().join(".local/bin");
            vec![
                ("PATH", format!("{PATH}:{}", programs.display())),
                ("HTTP_PROXY", proxy.clone()),
                ("HTTPS_PROXY", proxy.clone()),
                ("http_proxy", proxy.clone()),
                ("https_proxy", proxy),
                ("PIP_BREAK_SYSTEM_PACKAGES", one()),
                ("PIP_DISABLE_PIP_VERSION_CHECK", one()),
                ("PIP_NO_INPUT", one()),
                ("PIP_USER", one()),
            ]
        }
    }
}

/// Collects ended children and orphans: those that have ended, or all, waiting for them.
fn reap(flags: WaitPidFlag) -> Result<Vec<(Pid, Status)>, Failure> {
    let mut ended = Vec::new();
    loop {
        match waitpid(None, Some(flags | WaitPidFlag::__WALL)) {
            Ok(WaitStatus::Exited(pid, code)) => ended.push((pid, Status::Exited(code))),
            Ok(WaitStatus::Signaled(pid, signal, _)) => ended.push((pid, Status::Signaled(signal as i32))),
            Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD) => return Ok(ended),
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return step("wait for the command", Err(errno)),
        }
    }
}
