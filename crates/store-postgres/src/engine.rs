use std::future::Future;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use antiphon_store::Error;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::failure::{Cause, Location};

/// Decoding rows is the only work here.
const MOST_THREADS: usize = 4;

/// The threads that talk to the database. They are the store's own, so that what was started is finished whatever becomes
/// of the caller's runtime. Dropping it waits for that, for a bounded time.
pub struct Engine {
    handle: Handle,
    tasks: TaskTracker,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// `patience` bounds how long dropping it waits.
    pub fn start(location: &Location, patience: Duration) -> Result<Self, Error> {
        let failed = |error| location.unavailable(Cause::Thread(Arc::new(error)));
        let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("store-postgres")
            .enable_all()
            .build()
            .map_err(failed)?;
        let (handle, tasks) = (runtime.handle().clone(), TaskTracker::new());
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tasks.clone();
        let thread = thread::Builder::new()
            .name("store-postgres".into())
            .spawn(move || {
                runtime.block_on(async {
                    // Either way it is time to end.
                    drop(stopped.await);
                    drop(timeout(patience, running.wait()).await);
                });
                runtime.shutdown_background();
            })
            .map_err(failed)?;
        Ok(Self {
            handle,
            tasks,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Does something that is waited for when the store is dropped.
    pub fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        self.tasks.spawn_on(task, &self.handle)
    }

    /// Does something that nobody waits for when the store is dropped.
    pub fn spawn_loose<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        self.handle.spawn(task)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.tasks.close();
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
