//! The settings of the native backend.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use crate::egress::AllowedDomains;
use crate::policy::Tier;

/// How the native backend works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeConfig {
    /// Where the environments' folders lie. Made when missing; its mode becomes 0711. One provider at a time.
    pub directory: PathBuf,
    /// The program that becomes the sandbox: one whose `main` begins with
    /// [`helper_main_if_requested`](crate::helper_main_if_requested).
    pub helper: PathBuf,
    /// The user ids that environments get, one each, when the server is root. They must belong to nobody else, also not to
    /// another provider, and not lie below 100,000: what runs under them is killed without asking.
    pub user_ids: RangeInclusive<u32>,
    /// The tiers that may be used, strongest first; the first that works is.
    pub tiers: Vec<Tier>,
    /// Whether limits are held by cgroups where they can be. Without, the sandbox watches memory and the number of processes
    /// itself, less exactly, and processor time is not shared out.
    pub cgroups: bool,
    /// How long a sandbox without a command is kept for the next one.
    pub idle_after: Duration,
    /// How many sandboxes may be alive at once. Beyond it an idle one is ended, or the command waits.
    pub most_active: usize,
    /// How long the files of an environment that nobody uses are kept, for
    /// [`sweep`](crate::EnvironmentProvider::sweep).
    pub keep_unused: Duration,
    /// How many bytes a root may have that is unpacked from a tar file.
    pub root_bytes: u64,
    /// Names that sandboxes with a network may reach at addresses that are not public too, such as a mirror of packages in
    /// one's own network. They must be in the policy's list as well.
    pub private_hosts: AllowedDomains,
    /// How many bytes a sandbox may send and receive before its connections are cut, until it is put to rest.
    pub network_bytes: u64,
}

impl NativeConfig {
    /// The usual settings: the program itself is the helper, user ids from 200,000 to 265,535, both tiers, cgroups where
    /// there are any, sandboxes kept for a minute, 64 at once, unused files for 7 days, roots up to 8 GiB, no private hosts and
    /// 4 GiB of network.
    pub fn in_directory(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            helper: PathBuf::from("/proc/self/exe"),
            user_ids: 200_000..=265_535,
            tiers: vec![Tier::Namespaces, Tier::Landlock],
            cgroups: true,
            idle_after: Duration::from_secs(60),
            most_active: 64,
            keep_unused: Duration::from_secs(7 * 24 * 60 * 60),
            root_bytes: 8 << 30,
            private_hosts: AllowedDomains::default(),
            network_bytes: 4 << 30,
        }
    }
}
