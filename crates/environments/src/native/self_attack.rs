//! The sandbox's own attack on itself, for `antiphon doctor`.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::provider::NativeProvider;
use super::sandbox::{Run, Sandbox};
use super::shared::blocking;
use super::workspace::Workspace;
use crate::command::{Command, Ending, Outcome};
use crate::error::Error;
use crate::policy::{SandboxPolicy, Tier};

const WORKSPACE: &str = ".self-attack";
const CANARY: &str = ".canary";

/// What the self-attack found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfAttack {
    /// The tier that was attacked.
    pub tier: Tier,
    /// Whether the kernel holds the memory limit exactly, by a cgroup.
    pub memory_is_held_by_cgroup: bool,
    /// Every attack and whether the sandbox held.
    pub probes: Vec<ProbeReport>,
}

impl SelfAttack {
    /// Whether the sandbox held against every attack.
    pub fn holds(&self) -> bool {
        self.probes.iter().all(|probe| probe.holds)
    }
}

/// One attack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeReport {
    /// What was attempted, or the limit that was tried.
    pub name: String,
    /// Whether the sandbox held.
    pub holds: bool,
    /// What the kernel said, or what went wrong.
    pub detail: String,
}

impl NativeProvider {
    /// Builds real sandboxes, attacks them from inside and says what held. Takes about a second and leaves nothing.
    ///
    /// [`Error::SandboxUnavailable`] where there is none to attack: nothing runs then. A probe that does not hold is no
    /// error; [`SelfAttack::holds`] tells.
    pub async fn self_attack(&self) -> Result<SelfAttack, Error> {
        let tier = self.tier().await?;
        let workspace = self.shared.workspace(WORKSPACE).await?;
        let result = self.attack_in(tier, &workspace).await;
        blocking(move || Workspace::remove(&workspace.path)).await?;
        result
    }

    async fn attack_in(&self, tier: Tier, workspace: &Workspace) -> Result<SelfAttack, Error> {
        let policy = SandboxPolicy {
            memory_bytes: 64 << 20,
            processes: 16,
            wall_time: Duration::from_secs(10),
            ..SandboxPolicy::default()
        };
        let place = self.shared.places.take().await;
        let sandbox = self.shared.start(tier, workspace, &policy, place).await?;
        let memory_is_held_by_cgroup = sandbox.memory_is_held();
        let calls = self.attack_by_calls(&sandbox).await;
        sandbox.end().await;
        let mut probes = calls?;

        let place = self.shared.places.take().await;
        let sandbox = self.shared.start(tier, workspace, &policy, place).await?;
        for (name, command, holds) in commands() {
            let run = sandbox.run(command, std::future::pending()).await;
            let (held, detail) = match run {
                Ok(Run::Finished(outcome)) => (holds(&outcome), format!("{:?}", outcome.ending)),
                Ok(Run::OutOfMemory { .. }) => (true, "OutOfMemory".to_owned()),
                Ok(Run::NotStarted(source)) => (false, format!("could not be tried: {source}")),
                Ok(Run::Broken(reason)) => (false, reason),
                Err(error) => (false, error.to_string()),
            };
            probes.push(ProbeReport {
                name: name.to_owned(),
                holds: held,
                detail,
            });
        }
        sandbox.end().await;
        Ok(SelfAttack {
            tier,
            memory_is_held_by_cgroup,
            probes,
        })
    }

    /// Direct system calls, against a file and a port that anybody outside may use.
    async fn attack_by_calls(&self, sandbox: &Sandbox) -> Result<Vec<ProbeReport>, Error> {
        let canary = self.shared.folder(CANARY);
        let fail = |source| Error::file("write", self.shared.folder(CANARY), source);
        fs::write(&canary, "secret").map_err(fail)?;
        fs::set_permissions(&canary, fs::Permissions::from_mode(0o644)).map_err(fail)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|source| Error::system("listen", source))?;
        let port = listener
            .local_addr()
            .map_err(|source| Error::system("listen", source))?
            .port();
        let reports = sandbox.attack(canary.clone(), port).await;
        fs::remove_file(&canary).map_err(fail)?;
        reports
    }
}

type Probe = (&'static str, Command, fn(&Outcome) -> bool);

/// Attacks that take programs, all of them in every system.
fn commands() -> [Probe; 4] {
    let shell = |script: &str| Command::new(["sh", "-c", script]);
    [
        (
            "read the environment of the sandbox's init",
            Command::new(["cat", "/proc/1/environ"]),
            |outcome| !outcome.ending.is_success() && outcome.stdout.total == 0,
        ),
        (
            "start more processes than allowed",
            shell("i=0; while [ $i -lt 64 ]; do sleep 5 & i=$((i+1)); done"),
            |outcome| !outcome.ending.is_success(),
        ),
        (
            "use more memory than allowed",
            shell("head -c 1000000000 /dev/zero | tail"),
            |outcome| !outcome.ending.is_success(),
        ),
        (
            "outlive the time limit",
            Command {
                timeout: Some(Duration::from_millis(200)),
                ..shell("trap '' TERM; (trap '' TERM; setsid sleep 1000) & sleep 1000; sleep 1000")
            },
            |outcome| outcome.ending == Ending::TimedOut,
        ),
    ]
}
