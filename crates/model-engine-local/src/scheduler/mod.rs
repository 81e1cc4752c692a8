//! The thread that owns the model's context.
//!
//! It goes in steps. Each step gives one token of every running answer and a share of every prompt still to be
//! read to llama.cpp in one batch ([`plan`]), then draws the next token of each answer ([`run`]). Between steps it
//! takes new calls, drops those whose stream is gone, and finds places in the KV cache ([`sequences`]).
//!
//! Where the cache is full, kept conversations go first, the longest unused before the others; then the newest
//! call goes back into the queue, to be read again later.

mod plan;
mod run;
mod sequences;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use antiphon_model_engine::{Error, ModelEvent};
use tokio::sync::mpsc::UnboundedSender;

use self::worker::Worker;
use crate::model::Model;
use crate::prepare::Prepared;
use crate::{Config, LoadError};

/// A call on its way to the scheduler.
pub(crate) struct Call {
    pub prepared: Prepared,
    pub events: UnboundedSender<Result<ModelEvent, Error>>,
}

/// What the engine and the thread both see.
#[derive(Debug, Default)]
struct Shared {
    stop: AtomicBool,
    /// Mean duration of a call, in milliseconds.
    call_millis: AtomicU64,
}

/// The handle of the thread; dropping it ends the thread.
pub(crate) struct Scheduler {
    shared: Arc<Shared>,
    calls: Option<mpsc::Sender<Call>>,
    thread: Option<JoinHandle<()>>,
    parallel: u32,
    queue: u32,
}

impl Scheduler {
    /// Makes the context and starts the thread.
    pub fn start(model: Arc<Model>, config: &Config) -> Result<Self, LoadError> {
        let shared = Arc::new(Shared::default());
        let (calls, received) = mpsc::channel();
        let (ready, made) = mpsc::sync_channel(1);
        let thread = thread::Builder::new()
            .name("local-model".to_owned())
            .spawn({
                let (shared, config) = (Arc::clone(&shared), config.clone());
                move || match Worker::context(&model, &config) {
                    Ok(context) => {
                        let _ = ready.send(Ok(()));
                        Worker::new(&model, context, &config, shared).work(&received);
                    }
                    Err(error) => {
                        let _ = ready.send(Err(error));
                    }
                }
            })
            .map_err(LoadError::Thread)?;
        match made.recv() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(error),
            Err(_) => return Err(LoadError::Thread(std::io::Error::other("it ended at once"))),
        }
        Ok(Self {
            shared,
            calls: Some(calls),
            thread: Some(thread),
            parallel: config.parallel.get(),
            queue: config.queue,
        })
    }

    /// Queues a call; gives it back when the thread has ended.
    pub fn submit(&self, call: Call) -> Result<(), Box<Call>> {
        match &self.calls {
            Some(calls) => calls.send(call).map_err(|mpsc::SendError(call)| Box::new(call)),
            None => Err(Box::new(call)),
        }
    }

    /// When a place in the full queue is likely to be free.
    pub fn next_place(&self) -> Duration {
        let call = self.shared.call_millis.load(Ordering::Relaxed);
        let rounds = u64::from(self.queue / self.parallel) + 1;
        Duration::from_millis(call.saturating_mul(rounds) / 2).clamp(Duration::from_secs(1), Duration::from_secs(60))
    }
}

impl Drop for Scheduler {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        drop(self.calls.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
