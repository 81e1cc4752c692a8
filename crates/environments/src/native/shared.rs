//! What the environments of one provider have in common, and the search for a tier.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::{Mutex, OnceCell};

use super::cgroup::{Cgroups, Group};
use super::config::NativeConfig;
use super::diagnosis;
use super::places::{Place, Places};
use super::roots::Roots;
use super::sandbox::{Run, Sandbox, Started};
use super::workspace::Workspace;
use crate::command::Command;
use crate::egress::{Egress, Resolver};
use crate::error::{Attempt, Error};
use crate::helper::{JOIN_CGROUP, LOWEST_UID};
use crate::policy::{Network, RootTree, SandboxPolicy, Tier};

/// The names of folders that are no environment begin with a dot, which no id does.
const PROBE: &str = ".probe";
const DELETED: &str = ".deleted-";

/// What the environments of one provider have in common.
pub struct Shared {
    pub config: NativeConfig,
    cgroups: Cgroups,
    /// Whether groups can be made but not entered here.
    without_cgroups: AtomicBool,
    pub places: Places,
    roots: Roots,
    /// The way out of sandboxes that may have one.
    pub egress: Egress,
    /// The range of user ids to use; none when this process is not the machine's root.
    pub ids: Option<(u32, u32)>,
    tier: OnceCell<Tier>,
    number: AtomicU64,
    /// Held while a workspace is made.
    making: Mutex<()>,
}

impl Shared {
    /// Makes the folder.
    pub fn new(mut config: NativeConfig, resolver: Arc<dyn Resolver>) -> Result<Self, Error> {
        let directory = &config.directory;
        let fail = |source| Error::file("make the environments' folder", directory, source);
        // Others may pass through to what is theirs, not look around.
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o711)
            .create(directory)
            .map_err(fail)?;
        fs::set_permissions(directory, fs::Permissions::from_mode(0o711)).map_err(fail)?;
        config.directory = directory.canonicalize().map_err(fail)?;
        let (first, last) = (*config.user_ids.start(), *config.user_ids.end());
        let ids = is_machine_root().then_some((first, last));
        if ids.is_some() && first < LOWEST_UID {
            return Err(Error::NoUserIdLeft { first, last });
        }
        Ok(Self {
            cgroups: if config.cgroups {
                Cgroups::detect()
            } else {
                Cgroups::none()
            },
            without_cgroups: AtomicBool::new(false),
            places: Places::new(config.most_active),
            roots: Roots::new(&config.directory, config.root_bytes),
            egress: Egress::new(resolver, config.private_hosts.clone(), config.network_bytes),
            ids,
            tier: OnceCell::new(),
            number: AtomicU64::new(0),
            making: Mutex::new(()),
            config,
        })
    }

    /// A number that no other call got.
    pub fn next_number(&self) -> u64 {
        self.number.fetch_add(1, Ordering::Relaxed)
    }

    /// Makes the groups of a new sandbox.
    pub fn group(&self, policy: &SandboxPolicy) -> Group {
        if self.without_cgroups.load(Ordering::Relaxed) {
            Group::default()
        } else {
            self.cgroups.create(self.next_number(), policy)
        }
    }

    /// A new name for a folder that is to be removed.
    pub fn doomed(&self) -> PathBuf {
        self.folder(&format!("{DELETED}{}-{}", std::process::id(), self.next_number()))
    }

    pub fn folder(&self, name: &str) -> PathBuf {
        self.config.directory.join(name)
    }

    /// Opens or makes the workspace with this name. One at a time, so that no two get the same user id.
    pub async fn workspace(&self, name: &str) -> Result<Workspace, Error> {
        let (path, ids) = (self.folder(name), self.ids);
        let _one = self.making.lock().await;
        blocking(move || Workspace::open(path, ids)).await
    }

    /// The folder that becomes the root of a sandbox; none for the machine's own system.
    pub async fn root(&self, policy: &SandboxPolicy) -> Result<Option<PathBuf>, Error> {
        match &policy.root {
            RootTree::Host => Ok(None),
            RootTree::Folder(path) => Ok(Some(path.clone())),
            // Relative: the folders above this one may be closed to the sandbox's user.
            RootTree::Tar(path) => Ok(Some(Path::new("..").join(self.roots.of(path).await?))),
        }
    }

    /// Starts a sandbox of a tier that is known to work.
    pub async fn start(
        self: &Arc<Self>,
        tier: Tier,
        workspace: &Workspace,
        policy: &SandboxPolicy,
        place: Place,
    ) -> Result<Box<Sandbox>, Error> {
        match Sandbox::start(self, tier, workspace, policy, place).await? {
            Started::Standing(sandbox) => Ok(sandbox),
            Started::Refused { step, errno } => Err(Error::SandboxUnavailable {
                attempts: vec![diagnosis::explain(tier, &step, errno)],
            }),
        }
    }

    /// The tier, which must allow what the policy asks for.
    pub async fn tier_for(self: &Arc<Self>, policy: &SandboxPolicy) -> Result<Tier, Error> {
        let tier = self.tier().await?;
        let (cause, instead) = match (tier, &policy.root, &policy.network) {
            (Tier::Namespaces, _, _) | (Tier::Landlock, RootTree::Host, Network::Off) => return Ok(tier),
            (Tier::Landlock, RootTree::Folder(_) | RootTree::Tar(_), _) => (
                "a folder or tar file can be the root of a sandbox",
                "use the host's programs",
            ),
            (Tier::Landlock, RootTree::Host, Network::Allow(_)) => {
                ("a sandbox can have a network", "leave its network off")
            }
        };
        Err(Error::SandboxUnavailable {
            attempts: vec![Attempt {
                tier,
                cause: format!("{cause} in tier 1 only"),
                remedy: format!("{instead}, or allow user namespaces (`antiphon doctor` says how)"),
            }],
        })
    }

    /// The tier that this machine allows.
    pub async fn tier(self: &Arc<Self>) -> Result<Tier, Error> {
        self.tier
            .get_or_try_init(|| async {
                let shared = Arc::clone(self);
                blocking(move || remove_deleted(&shared.config.directory)).await?;
                self.find_tier().await
            })
            .await
            .copied()
    }

    /// Builds a sandbox of each tier until one stands.
    async fn find_tier(self: &Arc<Self>) -> Result<Tier, Error> {
        let mut attempts = Vec::new();
        for tier in self.config.tiers.iter().copied() {
            if tier == Tier::Landlock && self.ids.is_none() {
                attempts.push(diagnosis::needs_root(tier));
                continue;
            }
            match self.probe(tier).await? {
                None => return Ok(tier),
                Some(attempt) => {
                    tracing::debug!(%tier, cause = attempt.cause, "a sandbox tier cannot be had");
                    attempts.push(attempt);
                }
            }
        }
        Err(Error::SandboxUnavailable { attempts })
    }

    async fn probe(self: &Arc<Self>, tier: Tier) -> Result<Option<Attempt>, Error> {
        let workspace = self.workspace(PROBE).await?;
        let mut attempt = self.probe_in(tier, &workspace).await;
        if let Ok(Some(refused)) = &attempt
            && refused.cause.contains(JOIN_CGROUP)
        {
            tracing::warn!(cause = refused.cause, "limits are held without cgroups");
            self.without_cgroups.store(true, Ordering::Relaxed);
            attempt = self.probe_in(tier, &workspace).await;
        }
        blocking(move || Workspace::remove(&workspace.path)).await?;
        attempt
    }

    async fn probe_in(self: &Arc<Self>, tier: Tier, workspace: &Workspace) -> Result<Option<Attempt>, Error> {
        let policy = SandboxPolicy::default();
        let place = self.places.take().await;
        let attempt = match Sandbox::start(self, tier, workspace, &policy, place).await? {
            Started::Refused { step, errno } => Some(diagnosis::explain(tier, &step, errno)),
            Started::Standing(sandbox) => {
                let run = sandbox.run(Command::new(["true"]), std::future::pending()).await;
                sandbox.end().await;
                match (tier, run?) {
                    // A root without `true` is odd, but the sandbox stands.
                    (Tier::Namespaces, Run::Finished(_) | Run::NotStarted(_)) | (Tier::Landlock, Run::Finished(_)) => {
                        None
                    }
                    (Tier::Landlock, Run::NotStarted(source)) => Some(diagnosis::explain(
                        tier,
                        "run a program in the workspace",
                        source.raw_os_error().unwrap_or(0),
                    )),
                    (_, Run::Broken(reason)) => return Err(Error::Crashed { reason }),
                    (_, Run::OutOfMemory { .. }) => {
                        return Err(Error::Crashed {
                            reason: "the machine has too little memory to try a sandbox".to_owned(),
                        });
                    }
                }
            }
        };
        Ok(attempt)
    }
}

/// Removes what deletions left that did not come to their end.
fn remove_deleted(directory: &Path) -> Result<(), Error> {
    let fail = |source| Error::file("list", directory, source);
    for entry in fs::read_dir(directory).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        if entry.file_name().to_string_lossy().starts_with(DELETED) {
            Workspace::remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Whether this process is root of the whole machine, and not just in a user namespace.
fn is_machine_root() -> bool {
    let is_whole = |map: String| map.split_whitespace().eq(["0", "0", "4294967295"]);
    nix::unistd::geteuid().is_root() && fs::read_to_string("/proc/self/uid_map").is_ok_and(is_whole)
}

/// Does file work on a thread for it.
pub async fn blocking<Value: Send + 'static>(
    work: impl FnOnce() -> Result<Value, Error> + Send + 'static,
) -> Result<Value, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Closed)?
}
