//! The task of one environment: it takes commands in turn and keeps the sandbox warm between them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::sandbox::{Run, Sandbox, finish};
use super::shared::Shared;
use super::workspace::{Workspace, inside};
use crate::command::{Command, Ending, Outcome};
use crate::environment::{Environment, EnvironmentId, FileEntry};
use crate::error::Error;
use crate::policy::{SandboxPolicy, Tier};

/// Commands that may wait in an environment before `run` itself waits.
const QUEUE: usize = 16;

/// A command on its way, with the place for its outcome. The receiver's end is dropped to cancel it.
struct Errand {
    command: Command,
    outcome: oneshot::Sender<Result<Outcome, Error>>,
}

/// The handle of an environment.
pub struct NativeEnvironment {
    id: EnvironmentId,
    policy: SandboxPolicy,
    workspace: Workspace,
    inner_workspace: PathBuf,
    errands: mpsc::Sender<Errand>,
}

impl NativeEnvironment {
    /// Starts the task, which ends when every handle is dropped or `closing` says so.
    pub fn spawn(
        shared: Arc<Shared>,
        tier: Tier,
        id: EnvironmentId,
        opened: (SandboxPolicy, Workspace),
        closing: watch::Receiver<bool>,
    ) -> (Arc<Self>, JoinHandle<()>) {
        let (policy, workspace) = opened;
        let (errands, receiver) = mpsc::channel(QUEUE);
        let inner_workspace = match tier {
            Tier::Namespaces => PathBuf::from("/workspace"),
            Tier::Landlock => workspace.path.clone(),
        };
        let host = Host {
            shared,
            tier,
            policy: policy.clone(),
            workspace: workspace.clone(),
            closing,
        };
        let task = tokio::spawn(host.serve(receiver));
        let environment = Self {
            id,
            policy,
            workspace,
            inner_workspace,
            errands,
        };
        (Arc::new(environment), task)
    }

    /// The policy it was opened with.
    pub fn policy(&self) -> &SandboxPolicy {
        &self.policy
    }

    async fn files_blocking<Value: Send + 'static>(
        &self,
        work: impl FnOnce(&Workspace) -> Result<Value, Error> + Send + 'static,
    ) -> Result<Value, Error> {
        let workspace = self.workspace.clone();
        tokio::task::spawn_blocking(move || work(&workspace))
            .await
            .map_err(|_| Error::Closed)?
    }
}

impl Environment for NativeEnvironment {
    fn id(&self) -> &EnvironmentId {
        &self.id
    }

    fn workspace(&self) -> &Path {
        &self.inner_workspace
    }

    fn run(&self, mut command: Command) -> BoxFuture<'_, Result<Outcome, Error>> {
        Box::pin(async move {
            check(&mut command)?;
            let (outcome, receiver) = oneshot::channel();
            self.errands
                .send(Errand { command, outcome })
                .await
                .map_err(|_| Error::Closed)?;
            receiver.await.map_err(|_| Error::Closed)?
        })
    }

    fn files(&self, limit: usize) -> BoxFuture<'_, Result<Vec<FileEntry>, Error>> {
        Box::pin(self.files_blocking(move |workspace| workspace.files(limit)))
    }

    fn read_file<'a>(&'a self, path: &'a Path, limit: u64) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
        let path = path.to_owned();
        Box::pin(self.files_blocking(move |workspace| workspace.read(&path, limit)))
    }

    fn write_file<'a>(&'a self, path: &'a Path, content: Vec<u8>) -> BoxFuture<'a, Result<(), Error>> {
        let path = path.to_owned();
        Box::pin(self.files_blocking(move |workspace| workspace.write(&path, &content)))
    }
}

/// Refuses what the kernel would refuse less clearly.
fn check(command: &mut Command) -> Result<(), Error> {
    let invalid = |reason: &str| {
        Err(Error::InvalidCommand {
            reason: reason.to_owned(),
        })
    };
    if command.argv.first().is_none_or(String::is_empty) {
        return invalid("it names no program");
    }
    if command.argv.iter().any(|argument| argument.contains('\0')) {
        return invalid("an argument contains a NUL character");
    }
    let is_bad = |name: &String| name.is_empty() || name.contains(['=', '\0']);
    if command.env.keys().any(is_bad) || command.env.values().any(|value| value.contains('\0')) {
        return invalid("a variable's name is empty or contains `=`, or one contains a NUL character");
    }
    if !command.cwd.as_os_str().is_empty() {
        command.cwd = inside(&command.cwd)?;
    }
    Ok(())
}

struct Host {
    shared: Arc<Shared>,
    tier: Tier,
    policy: SandboxPolicy,
    workspace: Workspace,
    /// Becomes true, or loses its sender, when the environment is to be closed.
    closing: watch::Receiver<bool>,
}

/// What an environment without a running command meets next.
enum Next {
    Errand(Errand),
    Rest,
    Close,
}

impl Host {
    async fn serve(self, mut errands: mpsc::Receiver<Errand>) {
        let mut warm = None;
        loop {
            let next = match &warm {
                None => self.asleep(&mut errands).await,
                Some(_) => self.idle(&mut errands).await,
            };
            match next {
                Next::Errand(errand) => warm = self.perform(warm, errand).await,
                Next::Rest => end(warm.take()).await,
                Next::Close => return end(warm).await,
            }
        }
    }

    async fn closed(&self) {
        // A lost sender means the same.
        let _ = self.closing.clone().wait_for(|closing| *closing).await;
    }

    async fn asleep(&self, errands: &mut mpsc::Receiver<Errand>) -> Next {
        tokio::select! {
            biased;
            () = self.closed() => Next::Close,
            errand = errands.recv() => errand.map_or(Next::Close, Next::Errand),
        }
    }

    async fn idle(&self, errands: &mut mpsc::Receiver<Errand>) -> Next {
        let wanted = self.shared.places.wanted();
        tokio::pin!(wanted);
        tokio::select! {
            biased;
            () = self.closed() => Next::Close,
            errand = errands.recv() => errand.map_or(Next::Close, Next::Errand),
            () = &mut wanted => Next::Rest,
            () = tokio::time::sleep(self.shared.config.idle_after) => Next::Rest,
        }
    }

    /// Runs a command and gives back the sandbox, if it is fit for another.
    async fn perform(&self, warm: Option<Box<Sandbox>>, errand: Errand) -> Option<Box<Sandbox>> {
        let Errand { command, mut outcome } = errand;
        if outcome.is_closed() {
            return warm;
        }
        let sandbox = match warm {
            Some(sandbox) => sandbox,
            None => {
                let place = tokio::select! {
                    biased;
                    place = self.shared.places.take() => place,
                    () = outcome.closed() => return None,
                    () = self.closed() => return None,
                };
                // Not cut short: a sandbox that was begun is ended in good order.
                match self.shared.start(self.tier, &self.workspace, &self.policy, place).await {
                    Ok(sandbox) => sandbox,
                    Err(error) => {
                        // The caller may have gone meanwhile, here and below.
                        let _ = outcome.send(Err(error));
                        return None;
                    }
                }
            }
        };
        let program = command.argv.first().cloned().unwrap_or_default();
        let cancelled = async {
            tokio::select! {
                () = outcome.closed() => {}
                () = self.closed() => {}
            }
        };
        let run = sandbox.run(command, cancelled).await;
        let (result, sandbox) = match run {
            Ok(Run::Finished(outcome)) => (Ok(outcome), Some(sandbox)),
            Ok(Run::NotStarted(source)) => (Err(Error::NotStarted { program, source }), Some(sandbox)),
            Ok(Run::OutOfMemory { streams, wall_time }) => {
                sandbox.end().await;
                let result = finish(streams).await.map(|(stdout, stderr)| Outcome {
                    ending: Ending::OutOfMemory,
                    stdout,
                    stderr,
                    wall_time,
                });
                (result, None)
            }
            Ok(Run::Broken(reason)) => {
                sandbox.end().await;
                (Err(Error::Crashed { reason }), None)
            }
            Err(error) => {
                sandbox.end().await;
                (Err(error), None)
            }
        };
        let _ = outcome.send(result);
        sandbox
    }
}

async fn end(sandbox: Option<Box<Sandbox>>) {
    if let Some(sandbox) = sandbox {
        sandbox.end().await;
    }
}
