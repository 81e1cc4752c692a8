//! One live sandbox, seen from the server.

use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::process::Child;
use tokio::time::{Instant, sleep_until, timeout};

use super::cgroup::Group;
use super::channel::Channel;
use super::output::Streams;
use super::places::Place;
use super::self_attack::ProbeReport;
use super::shared::Shared;
use super::workspace::Workspace;
use crate::command::{Captured, Command, Ending, Outcome};
use crate::egress::Listener;
use crate::error::Error;
use crate::helper::HELPER_NAME;
use crate::helper::message::{Reply, Request, Role, Setup, Status, Stopped};
use crate::policy::{Network, SandboxPolicy, Tier};

/// How long a helper may take to build a sandbox, on a busy machine.
const SETUP_LIMIT: Duration = Duration::from_secs(30);

/// How long the init may take to kill a command before the sandbox is torn down.
const KILL_LIMIT: Duration = Duration::from_secs(5);

/// What building a sandbox came to, when the system did its part.
pub enum Started {
    Standing(Box<Sandbox>),
    /// A step of the set-up was refused.
    Refused {
        step: String,
        errno: i32,
    },
}

/// How running a command ended.
pub enum Run {
    /// With this outcome; the sandbox goes on.
    Finished(Outcome),
    /// The program was not started; the sandbox goes on.
    NotStarted(io::Error),
    /// The sandbox ended or answers no more, and must be torn down.
    Broken(String),
    /// The same, and the memory limit was the reason. The streams end when the sandbox is torn down.
    OutOfMemory { streams: Streams, wall_time: Duration },
}

/// A helper whose init serves commands.
///
/// Dropping it kills the helper, and the kernel everything below it in tier 1; [`end`](Self::end) does it thoroughly.
pub struct Sandbox {
    shared: Arc<Shared>,
    tier: Tier,
    workspace: Workspace,
    policy: SandboxPolicy,
    channel: Channel,
    helper: Child,
    group: Group,
    egress: Option<Listener>,
    _place: Place,
}

impl Sandbox {
    /// Starts a helper and waits until the sandbox stands.
    pub async fn start(
        shared: &Arc<Shared>,
        tier: Tier,
        workspace: &Workspace,
        policy: &SandboxPolicy,
        place: Place,
    ) -> Result<Started, Error> {
        if let (Tier::Landlock, Some(uid)) = (tier, workspace.owner) {
            // A server that was killed could not see to it.
            sweep(shared, uid).await;
        }
        let root = shared.root(policy).await?;
        let group = shared.group(policy);
        let setup = Setup {
            tier,
            uid: workspace.owner,
            workspace: workspace.path.clone(),
            root,
            policy: policy.clone(),
            cgroups: group.entrances(),
            memory_is_held: group.holds_memory(),
        };
        let (channel, helper) = match spawn(shared, &Role::Sandbox(Box::new(setup))).await {
            Ok(spawned) => spawned,
            Err(error) => {
                group.remove().await;
                return Err(error);
            }
        };
        let mut sandbox = Box::new(Self {
            shared: Arc::clone(shared),
            tier,
            workspace: workspace.clone(),
            policy: policy.clone(),
            channel,
            helper,
            group,
            egress: None,
            _place: place,
        });
        let reply = timeout(SETUP_LIMIT, sandbox.channel.receive_first()).await;
        let reason = match reply {
            Ok(Ok(Some((Reply::Ready, listener)))) => match sandbox.let_out(listener) {
                Ok(()) => return Ok(Started::Standing(sandbox)),
                Err(error) => format!("its network could not be served: {error}"),
            },
            Ok(Ok(Some((Reply::Failed { step, errno }, _)))) => {
                sandbox.end().await;
                return Ok(Started::Refused { step, errno });
            }
            Ok(Ok(Some(_))) => "its first word was not that it stands".to_owned(),
            Ok(Ok(None)) => ended_early(shared),
            Ok(Err(error)) if is_gone(&error) => ended_early(shared),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("it did not stand after {} seconds", SETUP_LIMIT.as_secs()),
        };
        sandbox.end().await;
        Err(Error::Crashed { reason })
    }

    /// Serves the sandbox's proxy, if its policy has one.
    fn let_out(&mut self, listener: Option<OwnedFd>) -> io::Result<()> {
        self.egress = match (&self.policy.network, listener) {
            (Network::Allow(domains), Some(listener)) => {
                Some(self.shared.egress.serve(listener.into(), domains.clone())?)
            }
            (Network::Off | Network::Allow(_), _) => None,
        };
        Ok(())
    }

    /// Runs one command. When `cancelled` is ready first, the command is killed.
    pub async fn run(&self, command: Command, cancelled: impl Future<Output = ()>) -> Result<Run, Error> {
        let limit = command.timeout.unwrap_or(Duration::MAX).min(self.policy.wall_time);
        let kills_before = self.group.memory_kills();
        let (streams, ends) = Streams::open(command.stdin, self.policy.output_bytes, self.workspace.owner)
            .map_err(|source| Error::system("make pipes", source))?;
        let request = Request::Run {
            argv: command.argv,
            env: command.env,
            cwd: command.cwd,
        };
        let begin = Instant::now();
        if let Err(error) = self.channel.send(&request, &ends.borrow()).await {
            if error.kind() == io::ErrorKind::InvalidInput {
                return Err(Error::InvalidCommand {
                    reason: "arguments and variables are longer than 128 KiB; use standard input or a file".to_owned(),
                });
            }
            return Ok(Run::Broken(error.to_string()));
        }
        drop(ends);
        let (reply, was_late) = self.attend(begin.checked_add(limit), cancelled).await;
        let wall_time = begin.elapsed();
        let killed_for_memory = self.group.memory_kills() > kills_before;
        let ending = match reply {
            Ok(Reply::Ended { status, stopped }) => ending(status, stopped, was_late, killed_for_memory),
            Ok(Reply::NotStarted { errno }) => return Ok(Run::NotStarted(io::Error::from_raw_os_error(errno))),
            Ok(_) => return Ok(Run::Broken("it answered something else than asked".to_owned())),
            // The kernel chose the init.
            Err(_) if killed_for_memory => return Ok(Run::OutOfMemory { streams, wall_time }),
            Err(reason) => return Ok(Run::Broken(reason)),
        };
        let (stdout, stderr) = finish(streams).await?;
        Ok(Run::Finished(Outcome {
            ending,
            stdout,
            stderr,
            wall_time,
        }))
    }

    /// Whether a cgroup holds the memory limit.
    pub fn memory_is_held(&self) -> bool {
        self.group.holds_memory()
    }

    /// Waits for the end of a command and brings it about when it is late or cancelled.
    async fn attend(
        &self,
        deadline: Option<Instant>,
        cancelled: impl Future<Output = ()>,
    ) -> (Result<Reply, String>, bool) {
        tokio::pin!(cancelled);
        let too_late = async {
            match deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        let was_late = tokio::select! {
            biased;
            reply = self.channel.receive() => return (heard(reply), false),
            () = &mut cancelled => false,
            () = too_late => true,
        };
        if let Err(error) = self.channel.send(&Request::Kill, &[]).await {
            return (Err(error.to_string()), was_late);
        }
        let reply = match timeout(KILL_LIMIT, self.channel.receive()).await {
            Ok(reply) => heard(reply),
            Err(_) => Err("it did not kill the command in time".to_owned()),
        };
        (reply, was_late)
    }

    /// Attacks the sandbox from inside; it must be ended afterwards.
    pub async fn attack(&self, canary: PathBuf, port: u16) -> Result<Vec<ProbeReport>, Error> {
        let crashed = |reason| Error::Crashed { reason };
        let request = Request::Attack { canary, port };
        self.channel
            .send(&request, &[])
            .await
            .map_err(|error| crashed(error.to_string()))?;
        match heard(self.channel.receive().await).map_err(crashed)? {
            Reply::Attacked(reports) => Ok(reports),
            _ => Err(crashed("it answered something else than asked".to_owned())),
        }
    }

    /// Kills everything in the sandbox and removes what the system kept for it.
    pub async fn end(self: Box<Self>) {
        let mut sandbox = self;
        // Harmless when it has ended by itself.
        let _ = sandbox.helper.kill().await;
        if let (Tier::Landlock, Some(uid)) = (sandbox.tier, sandbox.workspace.owner) {
            sweep(&sandbox.shared, uid).await;
        }
        sandbox.group.remove().await;
    }
}

/// What a command wrote, once nothing of it is left.
pub async fn finish(streams: Streams) -> Result<(Captured, Captured), Error> {
    streams
        .finish()
        .await
        .map_err(|source| Error::system("read the command's output", source))
}

fn heard(reply: io::Result<Option<Reply>>) -> Result<Reply, String> {
    match reply {
        Ok(Some(reply)) => Ok(reply),
        Ok(None) => Err("its init ended".to_owned()),
        Err(error) if is_gone(&error) => Err("its init ended".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn ending(status: Status, stopped: Option<Stopped>, was_late: bool, killed_for_memory: bool) -> Ending {
    match (stopped, status) {
        (Some(Stopped::Disk), _) => Ending::DiskFull,
        (Some(Stopped::Memory), _) => Ending::OutOfMemory,
        (None, Status::Exited(0)) => Ending::Exited(0),
        (None, _) if was_late => Ending::TimedOut,
        (None, _) if killed_for_memory => Ending::OutOfMemory,
        (None, Status::Exited(code)) => Ending::Exited(code),
        (None, Status::Signaled(signal)) => Ending::Signaled(signal),
    }
}

/// Starts a helper and tells it what to become.
async fn spawn(shared: &Shared, role: &Role) -> Result<(Channel, Child), Error> {
    let (channel, theirs) = Channel::pair().map_err(|source| Error::system("make a socket", source))?;
    let helper = tokio::process::Command::new(&shared.config.helper)
        .arg0(HELPER_NAME)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::from(theirs))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| Error::file("start the sandbox helper", &shared.config.helper, source))?;
    match channel.send(role, &[]).await {
        Ok(()) => Ok((channel, helper)),
        Err(error) if is_gone(&error) => Err(Error::Crashed {
            reason: ended_early(shared),
        }),
        Err(source) => Err(Error::system("tell the sandbox helper its task", source)),
    }
}

/// Whether an error only says that the other side ended, perhaps without having read everything.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset)
}

fn ended_early(shared: &Shared) -> String {
    format!(
        "the helper {} ended before the sandbox stood; its `main` must begin with `helper_main_if_requested`",
        shared.config.helper.display()
    )
}

/// Kills all processes of a user id, by a helper that becomes that user.
async fn sweep(shared: &Shared, uid: u32) {
    let swept: Result<ExitStatus, Error> = async {
        let (_channel, mut helper) = spawn(shared, &Role::Sweep { uid }).await?;
        helper
            .wait()
            .await
            .map_err(|source| Error::system("wait for the sweeping helper", source))
    }
    .await;
    match swept {
        Ok(status) if status.success() => {}
        Ok(status) => tracing::error!(uid, %status, "processes of a sandbox may be left"),
        Err(error) => tracing::error!(uid, %error, "processes of a sandbox may be left"),
    }
}
