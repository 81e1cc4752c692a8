//! What a sandbox allows, as data.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::egress::AllowedDomains;

const MIB: u64 = 1024 * 1024;

/// What commands of an environment see and how much they may use.
///
/// The policy is fixed when an environment is opened. Limits hold for all processes of the environment together
/// unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SandboxPolicy {
    /// The read-only system that programs come from.
    pub root: RootTree,
    /// Which network there is.
    pub network: Network,
    /// Processor time, in thousandths of one core. Held where a cpu cgroup can be written, else not.
    pub cpu_millis: u32,
    /// Memory in bytes. A cgroup holds it exactly; without one every process is held to about this much address
    /// space, and all are killed when together they use more.
    pub memory_bytes: u64,
    /// How many processes and threads there may be at once.
    pub processes: u32,
    /// Bytes in the workspace. A single file never grows over it; several together are measured four times a second
    /// and at the command's end, and a command that went over is killed.
    pub disk_bytes: u64,
    /// Files and folders in the workspace, measured as `disk_bytes` is.
    pub disk_entries: u64,
    /// Bytes in `/tmp`, which is memory and is emptied whenever the sandbox is put to rest.
    pub temporary_bytes: u64,
    /// How long a command may take before it and all it started are killed.
    pub wall_time: Duration,
    /// How many bytes of standard output, and as many of standard error, are kept. What a command writes beyond
    /// is read, counted and dropped.
    pub output_bytes: usize,
}

impl Default for SandboxPolicy {
    /// The system's own programs, no network, one core, 1 GiB of memory, 128 processes, 1 GiB and 65,536 entries of
    /// disk, 256 MiB of `/tmp`, 60 seconds, 1 MiB of output.
    fn default() -> Self {
        Self {
            root: RootTree::Host,
            network: Network::Off,
            cpu_millis: 1000,
            memory_bytes: 1024 * MIB,
            processes: 128,
            disk_bytes: 1024 * MIB,
            disk_entries: 65_536,
            temporary_bytes: 256 * MIB,
            wall_time: Duration::from_secs(60),
            output_bytes: 1024 * 1024,
        }
    }
}

/// Where the programs inside a sandbox come from. Always read-only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RootTree {
    /// The machine's `/usr` (with `/bin`, `/lib` and so on) and the few files of `/etc` that programs need to start.
    Host,
    /// A folder that holds a whole system (`usr`, `etc`, …), such as an unpacked root file system. Everybody must
    /// be able to read what lies in it. It needs tier 1.
    Folder(PathBuf),
    /// An uncompressed tar file of such a folder. It is unpacked once, into a folder named by the digest of its content;
    /// device files are refused, and what lies below `/dev`, `/proc`, `/sys`, `/run` and `/tmp` is left out, since the
    /// sandbox makes its own. It needs tier 1.
    Tar(PathBuf),
}

/// Which network a sandbox has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// None: no address can be reached, not even the sandbox's own, and no socket but a Unix one can be made.
    Off,
    /// These domains, by TLS, through a proxy that `HTTPS_PROXY` names; `pip` is set up to install into the workspace. An
    /// allowed domain is a way out for data too. It needs tier 1.
    Allow(AllowedDomains),
}

/// How strong the isolation is. Stronger is less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Namespaces and a root folder of its own, with everything of the second tier inside.
    Namespaces,
    /// A user id of its own, Landlock and seccomp, where the system forbids user namespaces. Commands can tell which
    /// paths of the machine exist; they cannot read them. Needs a server that is root.
    Landlock,
}

impl std::fmt::Display for Tier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Namespaces => "tier 1 (namespaces, Landlock, seccomp)",
            Self::Landlock => "tier 2 (own user id, Landlock, seccomp)",
        })
    }
}
