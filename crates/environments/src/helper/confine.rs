//! What a process gives up before it runs anything: resources, capabilities, files, system calls.

use std::path::{Path, PathBuf};

use caps::CapSet;
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, NetPort, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, RulesetStatus, Scope, path_beneath_rules,
};
use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};

use super::message::Setup;
use super::{Failure, seccomp, step, tree};
use crate::egress::PORT;
use crate::policy::{Network, Tier};

/// Address space beyond the memory limit that a process may reserve where no cgroup counts what it really uses:
/// interpreters and thread stacks reserve much more than they touch.
const RESERVED_BYTES: u64 = 512 * 1024 * 1024;

/// The Landlock version whose rights are asked for; older kernels give what they have.
const LANDLOCK: ABI = ABI::V7;

/// The version without which tier 2 is refused: since it, all ways to change a file's content are covered.
const LANDLOCK_LEAST: ABI = ABI::V3;

/// Confines this process and all it will start, for ever.
pub fn confine(setup: &Setup) -> Result<(), Failure> {
    limit_resources(setup)?;
    landlock(setup)?;
    step("lose the capabilities", drop_capabilities())?;
    step("set no_new_privs", prctl::set_no_new_privs())?;
    step("set not dumpable", prctl::set_dumpable(false))?;
    seccomp::apply(setup.tier, &setup.policy.network)
}

fn limit_resources(setup: &Setup) -> Result<(), Failure> {
    let policy = &setup.policy;
    let mut limits = vec![
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_FSIZE, policy.disk_bytes.max(policy.temporary_bytes)),
        (Resource::RLIMIT_MEMLOCK, 64 * 1024),
        (Resource::RLIMIT_MSGQUEUE, 0),
        (Resource::RLIMIT_NOFILE, 1024),
        // The init, and in the first tier its waiting parent, count too.
        (Resource::RLIMIT_NPROC, u64::from(policy.processes) + 2),
    ];
    if !setup.memory_is_held {
        limits.push((Resource::RLIMIT_AS, policy.memory_bytes.saturating_add(RESERVED_BYTES)));
    }
    for (resource, most) in limits {
        step(format!("limit {resource:?}"), setrlimit(resource, most, most))?;
    }
    Ok(())
}

fn landlock(setup: &Setup) -> Result<(), Failure> {
    let least = match setup.tier {
        // One layer among others.
        Tier::Namespaces => None,
        // The only one between a command and the machine's files.
        Tier::Landlock => Some(LANDLOCK_LEAST),
    };
    let status = step(
        "restrict files by Landlock",
        restrict(setup, least).map_err(|_| Errno::ENOSYS),
    )?;
    match (setup.tier, status) {
        (Tier::Landlock, RulesetStatus::NotEnforced) => step("restrict files by Landlock", Err(Errno::ENOSYS)),
        (Tier::Landlock | Tier::Namespaces, _) => Ok(()),
    }
}

fn restrict(setup: &Setup, least: Option<ABI>) -> Result<RulesetStatus, RulesetError> {
    let (read, write) = paths(setup);
    let mut ruleset = Ruleset::default();
    if let Some(least) = least {
        ruleset = ruleset
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(least))?;
    }
    let status = ruleset
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(LANDLOCK))?
        .handle_access(AccessNet::from_all(LANDLOCK))?
        .scope(Scope::from_all(LANDLOCK))?
        .create()?
        .add_rules(path_beneath_rules(read, AccessFs::from_read(LANDLOCK)))?
        .add_rules(path_beneath_rules(write, AccessFs::from_all(LANDLOCK)))?
        .add_rules(ports(&setup.policy.network))?
        .restrict_self()?;
    Ok(status.ruleset)
}

/// Where a connection may be made to.
fn ports(network: &Network) -> Vec<Result<NetPort, RulesetError>> {
    match network {
        Network::Off => Vec::new(),
        Network::Allow(_) => vec![Ok(NetPort::new(PORT, AccessNet::ConnectTcp))],
    }
}

/// What may be read, and what may be written as well.
fn paths(setup: &Setup) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let devices = |names: &[&str]| -> Vec<PathBuf> { names.iter().map(|name| Path::new("/dev").join(name)).collect() };
    match setup.tier {
        Tier::Namespaces => {
            let mut write: Vec<PathBuf> = ["/workspace", "/tmp", "/dev/shm"].map(PathBuf::from).into();
            write.extend(devices(tree::DEVICES));
            (vec![PathBuf::from("/")], write)
        }
        Tier::Landlock => {
            // Without a mount namespace a folder cannot be the root, which is refused before a helper is started.
            let mut read: Vec<PathBuf> = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64"]
                .map(PathBuf::from)
                .into();
            let etc = Path::new("/etc");
            read.extend(tree::SYSTEM_CONFIGURATION.iter().map(|name| etc.join(name)));
            read.extend(devices(&["zero", "full", "random", "urandom"]));
            let mut write = devices(&["null"]);
            write.push(setup.workspace.clone());
            (read, write)
        }
    }
}

/// Keeps programs from ever gaining a capability.
pub fn drop_bounding_set() -> Result<(), std::io::Error> {
    caps::clear(None, CapSet::Bounding).map_err(std::io::Error::other)
}

/// Drops every capability of this process.
pub fn drop_capabilities() -> Result<(), std::io::Error> {
    // Without the capability to do so the bounding set stays, and means nothing to an unprivileged user.
    let _ = drop_bounding_set();
    for set in [
        CapSet::Ambient,
        CapSet::Inheritable,
        CapSet::Effective,
        CapSet::Permitted,
    ] {
        caps::clear(None, set).map_err(std::io::Error::other)?;
    }
    Ok(())
}
