//! The keeper of native environments.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures::future::BoxFuture;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

use super::config::NativeConfig;
use super::shared::{Shared, blocking};
use super::task::NativeEnvironment;
use super::uses;
use super::workspace::Workspace;
use crate::egress::{Resolver, SystemResolver};
use crate::environment::{Environment, EnvironmentId, EnvironmentProvider};
use crate::error::Error;
use crate::policy::{SandboxPolicy, Tier};

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

impl NativeProvider {
    /// A provider with its folder made. Starts no process: whether a sandbox can be had is found out by the first
    /// [`open`](EnvironmentProvider::open), or by [`tier`](Self::tier).
    pub fn new(config: NativeConfig) -> Result<Self, Error> {
        Self::with_resolver(config, Arc::new(SystemResolver))
    }

    /// The same with a resolver for the names that sandboxes with a network ask for.
    pub fn with_resolver(config: NativeConfig, resolver: Arc<dyn Resolver>) -> Result<Self, Error> {
        Ok(Self {
            shared: Arc::new(Shared::new(config, resolver)?),
            environments: Mutex::new(HashMap::new()),
        })
    }

    /// The tier that this machine allows, found out by building a sandbox; [`Error::SandboxUnavailable`] when none.
    pub async fn tier(&self) -> Result<Tier, Error> {
        self.shared.tier().await
    }

    async fn open(&self, id: EnvironmentId, policy: SandboxPolicy) -> Result<Arc<dyn Environment>, Error> {
        let tier = self.shared.tier_for(&policy).await?;
        let mut environments = self.environments.lock().await;
        uses::note(&self.shared.config.directory, &id)?;
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
        let mut environments = self.environments.lock().await;
        let doomed = self.take_away(&mut environments, &id).await?;
        drop(environments);
        remove(doomed).await
    }

    async fn sweep(&self, now: SystemTime) -> Result<usize, Error> {
        let directory = &self.shared.config.directory;
        let listed = directory.clone();
        let mut count = 0;
        for id in blocking(move || uses::all(&listed)).await? {
            let mut environments = self.environments.lock().await;
            let is_held = |entry: &Entry| Arc::strong_count(&entry.environment) > 1;
            if environments.get(&id).is_some_and(is_held) {
                continue;
            }
            let unused = now
                .duration_since(uses::last(directory, &id)?)
                .unwrap_or(Duration::ZERO);
            if unused >= self.shared.config.keep_unused {
                let doomed = self.take_away(&mut environments, &id).await?;
                drop(environments);
                count += usize::from(doomed.is_some());
                remove(doomed).await?;
            } else if unused >= self.shared.config.idle_after {
                close(&mut environments, &id).await;
            }
        }
        Ok(count)
    }

    /// Closes an environment and moves its files out of the way, if there are any, to be removed.
    async fn take_away(
        &self,
        environments: &mut HashMap<EnvironmentId, Entry>,
        id: &EnvironmentId,
    ) -> Result<Option<PathBuf>, Error> {
        let path = self.shared.folder(id.as_str());
        let doomed = self.shared.doomed();
        close(environments, id).await;
        uses::forget(&self.shared.config.directory, id)?;
        match fs::rename(&path, &doomed) {
            Ok(()) => Ok(Some(doomed)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::file("remove the workspace", &path, source)),
        }
    }
}

/// Ends what runs in an environment and forgets its handle.
async fn close(environments: &mut HashMap<EnvironmentId, Entry>, id: &EnvironmentId) {
    if let Some(Entry {
        environment: _,
        task,
        closing,
    }) = environments.remove(id)
    {
        // The task may have ended by itself.
        let _ = closing.send(true);
        let _ = task.await;
    }
}

async fn remove(doomed: Option<PathBuf>) -> Result<(), Error> {
    match doomed {
        Some(doomed) => blocking(move || Workspace::remove(&doomed)).await,
        None => Ok(()),
    }
}

impl EnvironmentProvider for NativeProvider {
    fn ready<'a>(&'a self, policy: &'a SandboxPolicy) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async { self.shared.tier_for(policy).await.map(|_| ()) })
    }

    fn open(&self, id: EnvironmentId, policy: SandboxPolicy) -> BoxFuture<'_, Result<Arc<dyn Environment>, Error>> {
        Box::pin(self.open(id, policy))
    }

    fn delete(&self, id: EnvironmentId) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(self.delete(id))
    }

    fn sweep(&self, now: SystemTime) -> BoxFuture<'_, Result<usize, Error>> {
        Box::pin(self.sweep(now))
    }
}
