//! The thread that moves large bytes.

use std::future::Future;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::channel::oneshot;
use futures::future::{BoxFuture, FutureExt as _};
use tokio::runtime::{Builder, Handle, Runtime};

/// How long dropping a store waits for what was started.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many files are written or read at once.
const FILES: usize = 16;

/// Runs what it is given to the end, whether or not somebody waits for it. Dropping it waits for everything.
///
/// It has a thread of its own, so that it can be waited for wherever the store is dropped.
pub struct Worker {
    handle: Handle,
    runtime: Option<Runtime>,
    running: Option<Sender<()>>,
    ended: Mutex<Receiver<()>>,
}

impl Worker {
    pub fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(FILES)
            .thread_name("blobs")
            .enable_all()
            .build()?;
        let (running, ended) = channel();
        Ok(Self {
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
            running: Some(running),
            ended: Mutex::new(ended),
        })
    }

    /// Where to spawn what dropping the worker need not wait for.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Starts `work` at once; `None` comes back when it panicked.
    pub fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> BoxFuture<'static, Option<T>> {
        let (answer, reply) = oneshot::channel();
        let running = self.running.clone();
        self.handle.spawn(async move {
            // Dropped last: what the work held is gone by then.
            let _running = running;
            // Nobody may be waiting.
            let _ = answer.send(work.await);
        });
        reply.map(Result::ok).boxed()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.running = None;
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Nothing is ever sent: this returns when all work has ended, or its time is up.
        let _ = ended.recv_timeout(PATIENCE);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
