//! Measures what no cgroup holds: the workspace's size, and memory where there is no memory cgroup.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::message::Setup;
use crate::policy::{SandboxPolicy, Tier};

/// Blocks of `stat` have this many bytes, whatever the file system.
const BLOCK: u64 = 512;

/// Whether a limit holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Within,
    Over,
}

/// Bytes and entries of a folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Size {
    bytes: u64,
    entries: u64,
}

/// Compares one command's use with the policy.
pub struct Meter {
    workspace: PathBuf,
    policy: SandboxPolicy,
    /// What there was before the command: one that makes it less is let go on, so that a full disk can be emptied.
    before: Option<Size>,
    watches_memory: bool,
    page_bytes: u64,
}

impl Meter {
    /// Measures what a command finds.
    pub fn new(setup: &Setup) -> Self {
        let workspace = setup.inner_workspace();
        Self {
            before: size(&workspace, &setup.policy),
            workspace,
            policy: setup.policy.clone(),
            // In the second tier /proc cannot be read; each process is still held by its address space.
            watches_memory: !setup.memory_is_held && setup.tier == Tier::Namespaces,
            page_bytes: u64::try_from(rustix::param::page_size()).unwrap_or(4096),
        }
    }

    /// Whether the workspace is within its limits, or no fuller than before the command.
    pub fn disk(&self) -> Verdict {
        let grown = |now: Size| match self.before {
            Some(before) => now.bytes > before.bytes || now.entries > before.entries,
            None => false,
        };
        match size(&self.workspace, &self.policy) {
            Some(now) if is_within(now, &self.policy) || !grown(now) => Verdict::Within,
            Some(_) | None => Verdict::Over,
        }
    }

    /// Whether the processes together are within the limit, where that is for this process to see.
    pub fn memory(&self) -> Verdict {
        if self.watches_memory && self.resident() > self.policy.memory_bytes {
            Verdict::Over
        } else {
            Verdict::Within
        }
    }

    /// The resident bytes of all processes of the namespace but this one.
    fn resident(&self) -> u64 {
        let Ok(entries) = fs::read_dir("/proc") else { return 0 };
        entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
            .filter(|pid| *pid != 1)
            // Those that end meanwhile use nothing.
            .filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/statm")).ok())
            .filter_map(|statm| statm.split(' ').nth(1)?.parse::<u64>().ok())
            .map(|pages| pages * self.page_bytes)
            .sum()
    }
}

fn is_within(size: Size, policy: &SandboxPolicy) -> bool {
    size.bytes <= policy.disk_bytes && size.entries <= policy.disk_entries
}

/// Whether a user has processes that have not ended, beside this one. What has ended and was not collected yet does not
/// count: that is up to its parent.
pub fn has_processes(uid: u32) -> bool {
    let own = std::process::id();
    let is_alive = |status: String| {
        let field = |name: &str| {
            status
                .lines()
                .find_map(|line| line.strip_prefix(name)?.split_whitespace().next())
        };
        field("Uid:").is_some_and(|user| user.parse() == Ok(uid)) && !matches!(field("State:"), Some("Z" | "X") | None)
    };
    let Ok(entries) = fs::read_dir("/proc") else {
        return false;
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| *pid != own)
        // Those that end meanwhile are gone.
        .filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/status")).ok())
        .any(is_alive)
}

/// Measures a folder without following links; none when it has far more entries than allowed or is nested too deeply to
/// look into. It may change meanwhile: what vanishes is not counted.
fn size(folder: &Path, policy: &SandboxPolicy) -> Option<Size> {
    let enough = policy.disk_entries.saturating_mul(2);
    let mut size = Size::default();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::InvalidFilename => return None,
            Err(error) if error.kind() == ErrorKind::PermissionDenied => match reopen(&folder) {
                Ok(entries) => entries,
                Err(_) => return None,
            },
            // Gone meanwhile.
            Err(_) => continue,
        };
        for entry in entries.flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            size.entries += 1;
            size.bytes += metadata.blocks() * BLOCK;
            if size.entries > enough {
                return None;
            }
            if metadata.is_dir() {
                open.push(entry.path());
            }
        }
    }
    Some(size)
}

/// Opens a folder that its owner closed to himself: what it holds counts too.
fn reopen(folder: &Path) -> std::io::Result<fs::ReadDir> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    fs::read_dir(folder)
}
