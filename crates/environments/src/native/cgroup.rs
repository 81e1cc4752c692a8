//! Limits that the kernel holds for a group of processes: cgroup version 2, version 1, or none.
//!
//! Groups are made below the server's own, so that whatever limits the server limits them too. Nothing is assumed from
//! what exists: a controller counts as there when a group was made and its limit written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::policy::SandboxPolicy;

/// The period that processor time is divided in, in microseconds.
const PERIOD_MICROS: u64 = 100_000;

/// Our groups, by the process that made them: `antiphon-<pid>-<number>`.
const PREFIX: &str = "antiphon-";

/// How often and how long to wait for a group to empty after its processes were killed.
const REMOVALS: (u32, Duration) = (50, Duration::from_millis(10));

/// The machine's cgroups, as the server may use them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cgroups {
    /// The server's own group in each hierarchy that has one of the controllers we use.
    parents: Vec<Parent>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Parent {
    version: Version,
    folder: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Two,
    /// With the controller of this hierarchy.
    One(Controller),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Controller {
    Memory,
    Processes,
    Cpu,
}

impl Controller {
    const ALL: [Self; 3] = [Self::Memory, Self::Processes, Self::Cpu];

    fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Processes => "pids",
            Self::Cpu => "cpu",
        }
    }

    /// The files to write; those after the first may be missing.
    fn settings(self, version: Version, policy: &SandboxPolicy) -> Vec<(&'static str, String)> {
        // The init and its waiting parent count too.
        let processes = (u64::from(policy.processes) + 2).to_string();
        let memory = policy.memory_bytes.to_string();
        let quota = u64::from(policy.cpu_millis).max(10) * PERIOD_MICROS / 1000;
        match (self, version) {
            (Self::Memory, Version::Two) => vec![
                ("memory.max", memory),
                ("memory.swap.max", "0".to_owned()),
                // One process of a command is rarely of use without the others, but bash's is: kill the one.
                ("memory.oom.group", "0".to_owned()),
            ],
            (Self::Memory, Version::One(_)) => vec![
                ("memory.limit_in_bytes", memory.clone()),
                ("memory.memsw.limit_in_bytes", memory),
            ],
            (Self::Processes, Version::Two | Version::One(_)) => vec![("pids.max", processes)],
            (Self::Cpu, Version::Two) => vec![("cpu.max", format!("{quota} {PERIOD_MICROS}"))],
            (Self::Cpu, Version::One(_)) => vec![
                ("cpu.cfs_quota_us", quota.to_string()),
                ("cpu.cfs_period_us", PERIOD_MICROS.to_string()),
            ],
        }
    }
}

impl Cgroups {
    /// Uses no groups.
    pub fn none() -> Self {
        Self { parents: Vec::new() }
    }

    /// Looks for the server's own groups and removes what dead servers left in them.
    pub fn detect() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let found = Self::parse(&read("/proc/self/mountinfo"), &read("/proc/self/cgroup"));
        for parent in &found.parents {
            remove_abandoned(&parent.folder);
        }
        found
    }

    /// Finds the groups from the texts of `/proc/self/mountinfo` and `/proc/self/cgroup`.
    fn parse(mounts: &str, groups: &str) -> Self {
        let mut parents = Vec::new();
        for mount in mounts.lines().filter_map(Mount::parse) {
            let version = match mount.kind {
                "cgroup2" => Version::Two,
                "cgroup" => {
                    let controller = Controller::ALL
                        .into_iter()
                        .find(|controller| mount.options.split(',').any(|option| option == controller.name()));
                    match controller {
                        Some(controller) => Version::One(controller),
                        None => continue,
                    }
                }
                _ => continue,
            };
            let own = groups.lines().find_map(|line| {
                let (_, rest) = line.split_once(':')?;
                let (controllers, path) = rest.split_once(':')?;
                let fits = match version {
                    Version::Two => controllers.is_empty(),
                    Version::One(controller) => controllers.split(',').any(|name| name == controller.name()),
                };
                fits.then_some(path)
            });
            let Some(own) = own else { continue };
            // In a container the mount may begin at the group itself.
            let below = own.strip_prefix(mount.root).unwrap_or(own).trim_start_matches('/');
            parents.push(Parent {
                version,
                folder: Path::new(mount.point).join(below),
            });
        }
        Self { parents }
    }

    /// Makes the groups of one sandbox. Controllers that cannot be had are left out.
    pub fn create(&self, number: u64, policy: &SandboxPolicy) -> Group {
        let mut group = Group::default();
        for parent in &self.parents {
            let folder = parent.folder.join(format!("{PREFIX}{}-{number}", std::process::id()));
            let controllers = match parent.version {
                Version::Two => {
                    delegate(&parent.folder);
                    Controller::ALL.to_vec()
                }
                Version::One(controller) => vec![controller],
            };
            if fs::create_dir(&folder).is_err() {
                continue;
            }
            let held: Vec<_> = controllers
                .into_iter()
                .filter(|controller| hold(&folder, *controller, parent.version, policy))
                .collect();
            if held.is_empty() {
                let _ = fs::remove_dir(&folder);
                continue;
            }
            if held.contains(&Controller::Memory) {
                group.kills = Some(folder.join(match parent.version {
                    Version::Two => "memory.events",
                    Version::One(_) => "memory.oom_control",
                }));
            }
            group.folders.push(folder);
        }
        group
    }
}

/// Writes a controller's limits; the first file decides whether it is there.
fn hold(folder: &Path, controller: Controller, version: Version, policy: &SandboxPolicy) -> bool {
    let mut settings = controller.settings(version, policy).into_iter();
    let held = settings
        .next()
        .is_some_and(|(file, value)| write_existing(&folder.join(file), &value).is_ok());
    for (file, value) in settings {
        // Swap accounting may be off; then the first limit is what there is.
        let _ = write_existing(&folder.join(file), &value);
    }
    held
}

fn write_existing(file: &Path, value: &str) -> io::Result<()> {
    use std::io::Write;
    fs::OpenOptions::new()
        .write(true)
        .open(file)?
        .write_all(value.as_bytes())
}

/// Hands the controllers of a version 2 group on to those below. A group with processes cannot, so when the server is
/// alone in its own it moves to a leaf first.
fn delegate(own: &Path) {
    let control = own.join("cgroup.subtree_control");
    let enable = || write_existing(&control, "+memory +pids +cpu");
    if enable().is_ok() {
        return;
    }
    let alone =
        fs::read_to_string(own.join("cgroup.procs")).is_ok_and(|pids| pids.trim() == std::process::id().to_string());
    if !alone {
        return;
    }
    let leaf = own.join("antiphon-server");
    if fs::create_dir(&leaf).is_ok() && write_existing(&leaf.join("cgroup.procs"), "0").is_ok() {
        // Without the controllers the group makes no difference and is left out.
        let _ = enable();
    }
}

/// Removes the groups of servers that are gone.
fn remove_abandoned(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let maker = name
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX)?.split_once('-'));
        if let Some((pid, _)) = maker
            && pid.parse::<u32>().is_ok()
            && !Path::new("/proc").join(pid).exists()
        {
            // Only an empty group can be removed.
            let _ = fs::remove_dir(entry.path());
        }
    }
}

/// One line of the mount table.
struct Mount<'a> {
    root: &'a str,
    point: &'a str,
    kind: &'a str,
    options: &'a str,
}

impl<'a> Mount<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (place, rest) = line.split_once(" - ")?;
        let mut place = place.split(' ').skip(3);
        let mut rest = rest.split(' ');
        Some(Self {
            root: place.next()?,
            point: place.next()?,
            kind: rest.next()?,
            options: rest.nth(1)?,
        })
    }
}

/// The groups of one sandbox.
#[derive(Debug, Default)]
pub struct Group {
    folders: Vec<PathBuf>,
    /// The file that counts processes killed for want of memory.
    kills: Option<PathBuf>,
}

impl Group {
    /// The files that take a process in.
    pub fn entrances(&self) -> Vec<PathBuf> {
        self.folders.iter().map(|folder| folder.join("cgroup.procs")).collect()
    }

    /// Whether the memory limit is held here.
    pub fn holds_memory(&self) -> bool {
        self.kills.is_some()
    }

    /// How many processes were killed for want of memory so far.
    pub fn memory_kills(&self) -> u64 {
        let Some(file) = &self.kills else { return 0 };
        fs::read_to_string(file)
            .unwrap_or_default()
            .lines()
            .find_map(|line| line.strip_prefix("oom_kill ")?.parse().ok())
            .unwrap_or(0)
    }

    /// Removes the groups, waiting a little for their processes to be gone.
    pub async fn remove(&self) {
        for folder in &self.folders {
            for _ in 0..REMOVALS.0 {
                match fs::remove_dir(folder) {
                    Err(error) if error.kind() == io::ErrorKind::ResourceBusy => tokio::time::sleep(REMOVALS.1).await,
                    Ok(()) | Err(_) => break,
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "cgroup_tests.rs"]
mod tests;
