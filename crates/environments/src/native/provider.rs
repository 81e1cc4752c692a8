//! The keeper of native environments.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures::future::BoxFuture;
use tokio::sync::{Mutex, OnceCell, watch};
use tokio::task::JoinHandle;

use super::cgroup::{Cgroups, Group};
use super::config::NativeConfig;
use super::diagnosis;
use super::places::{Place, Places};
use super::sandbox::{Run, Sandbox, Started};
use super::task::NativeEnvironment;
use super::workspace::Workspace;
use crate::command::Command;
use crate::environment::{Environment, EnvironmentId, EnvironmentProvider};
use crate::error::{Attempt, Error};
use crate::helper::{JOIN_CGROUP, LOWEST_UID};
use crate::policy::{RootTree, SandboxPolicy, Tier};

/// The names of folders that are no environment begin with a dot, which no id does.
const PROBE: &str = ".probe";
const DELETED: &str = ".deleted-";

/// Makes and keeps environments on this machine. See the crate's documentation for what isolates them.
///
/// It works inside a tokio runtime with I/O and time. Dropping it closes every environment; its sandboxes are ended by
/// tasks of the runtime, or by the kernel when the process ends first.
pub struct NativeProvider {
    pub(super) shared: Arc<Shared>,
    environments: Mutex<HashMap<EnvironmentId, Entry>>,
}

struct Entry {
    environment: Arc<NativeEnvironment>,
    task: JoinHandle<()>,
    closing: watch::Sender<bool>,
}

/// What the environments of one provider have in common.
pub struct Shared {
    pub config: NativeConfig,
    cgroups: Cgroups,
    /// Whether groups can be made but not entered here.
    without_cgroups: AtomicBool,
    pub places: Places,
    /// The range of user ids to use; none when this process is not the machine's root.
    pub ids: Option<(u32, u32)>,
    tier: OnceCell<Tier>,
    number: AtomicU64,
    /// Held while a workspace is made.
    making: Mutex<()>,
}

impl NativeProvider {
    /// A provider with its folder made. Starts no process: whether a sandbox can be had is found out by the first
    /// [`open`](EnvironmentProvider::open), or by [`tier`](Self::tier).
    pub fn new(mut config: NativeConfig) -> Result<Self, Error> {
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
        let shared = Shared {
            cgroups: if config.cgroups {
                Cgroups::detect()
            } else {
                Cgroups::none()
            },
            without_cgroups: AtomicBool::new(false),
            places: Places::new(config.most_active),
            ids,
            tier: OnceCell::new(),
            number: AtomicU64::new(0),
            making: Mutex::new(()),
            config,
        };
        Ok(Self {
            shared: Arc::new(shared),
            environments: Mutex::new(HashMap::new()),
        })
    }

    /// The tier that this machine allows, found out by building a sandbox; [`Error::SandboxUnavailable`] when none.
    pub async fn tier(&self) -> Result<Tier, Error> {
        self.shared.tier().await
    }

    async fn open(&self, id: EnvironmentId, policy: SandboxPolicy) -> Result<Arc<dyn Environment>, Error> {
        let tier = self.shared.tier().await?;
        if tier == Tier::Landlock && matches!(policy.root, RootTree::Folder(_)) {
            return Err(Error::SandboxUnavailable {
                attempts: vec![Attempt {
                    tier,
                    cause: "a folder can be the root of a sandbox in tier 1 only".to_owned(),
                    remedy: "use the host's programs, or allow user namespaces (`antiphon doctor` says how)".to_owned(),
                }],
            });
        }
        let mut environments = self.environments.lock().await;
        if let Some(entry) = environments.get(&id) {
            if *entry.environment.policy() != policy {
                return Err(Error::PolicyDiffers { id: id.to_string() });
            }
            return Ok(entry.environment.clone());
        }
        let workspace = self.shared.workspace(id.as_str()).await?;
        let (closing, closed) = watch::channel(false);
        let (environment, task) =
            NativeEnvironment::spawn(Arc::clone(&self.shared), tier, id.clone(), (policy, workspace), closed);
        let entry = Entry {
            environment: Arc::clone(&environment),
            task,
            closing,
        };
        environments.insert(id, entry);
        Ok(environment)
    }

    async fn delete(&self, id: EnvironmentId) -> Result<(), Error> {
        let path = self.shared.folder(id.as_str());
        let doomed = self.shared.folder(&format!(
            "{DELETED}{}-{}",
            std::process::id(),
            self.shared.next_number()
        ));
        {
            let mut environments = self.environments.lock().await;
            if let Some(Entry {
                environment: _,
                task,
                closing,
            }) = environments.remove(&id)
            {
                // The task may have ended by itself.
                let _ = closing.send(true);
                let _ = task.await;
            }
            match fs::rename(&path, &doomed) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
                renamed => renamed.map_err(|source| Error::file("remove the workspace", &path, source))?,
            }
        }
        blocking(move || Workspace::remove(&doomed)).await
    }
}

impl EnvironmentProvider for NativeProvider {
    fn open(&self, id: EnvironmentId, policy: SandboxPolicy) -> BoxFuture<'_, Result<Arc<dyn Environment>, Error>> {
        Box::pin(self.open(id, policy))
    }

    fn delete(&self, id: EnvironmentId) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(self.delete(id))
    }
}

impl Shared {
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

    pub fn folder(&self, name: &str) -> PathBuf {
        self.config.directory.join(name)
    }

    /// Opens or makes the workspace with this name. One at a time, so that no two get the same user id.
    pub async fn workspace(&self, name: &str) -> Result<Workspace, Error> {
        let (path, ids) = (self.folder(name), self.ids);
        let _one = self.making.lock().await;
        blocking(move || Workspace::open(path, ids)).await
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

    async fn tier(self: &Arc<Self>) -> Result<Tier, Error> {
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
