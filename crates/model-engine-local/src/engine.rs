use std::sync::Arc;

use antiphon_model_engine::{Error, ModelEngine, ModelInfo, ModelRequest, ModelStream};
use async_stream::stream;
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::spawn_blocking;

use crate::model::Model;
use crate::prepare::prepare;
use crate::scheduler::{Call, Scheduler};
use crate::{Config, LoadError};

/// The clock of templates that print today's date.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// One model file, loaded, behind [`ModelEngine`].
///
/// Clones are cheap and share the model. When the last clone goes, the calls that still run end with
/// `Unavailable`, and the drop waits for the step in progress. Streams must be polled inside a Tokio runtime.
#[derive(Clone)]
pub struct LocalEngine {
    inner: Arc<Inner>,
}

struct Inner {
    model: Arc<Model>,
    scheduler: Scheduler,
    places: Arc<Semaphore>,
    waiting_places: u32,
}

impl LocalEngine {
    /// Loads the model file and starts its scheduler. Blocks until the file is read, which takes seconds for large
    /// ones: call it on a blocking thread.
    ///
    /// # Errors
    /// The file is missing, damaged or unknown, or its context does not fit the memory.
    pub fn load(config: &Config, now: Now) -> Result<Self, LoadError> {
        let model = Arc::new(Model::load(config, now)?);
        let scheduler = Scheduler::start(Arc::clone(&model), config)?;
        let places = config.parallel.get().saturating_add(config.queue) as usize;
        let inner = Inner {
            model,
            scheduler,
            places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            waiting_places: config.queue,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The model's name, limits and capabilities.
    pub fn info(&self) -> ModelInfo {
        self.inner.model.info()
    }
}

impl Inner {
    fn place(&self) -> Result<OwnedSemaphorePermit, Error> {
        Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Error::Overloaded {
                message: format!(
                    "the model `{}` is busy and its queue of {} is full: try again later",
                    self.model.name, self.waiting_places
                ),
                retry_after: Some(self.scheduler.next_place()),
            })
    }
}

impl ModelEngine for LocalEngine {
    fn models(&self) -> BoxFuture<'_, Result<Vec<ModelInfo>, Error>> {
        let models = vec![self.inner.model.info()];
        async move { Ok(models) }.boxed()
    }

    fn generate(&self, request: ModelRequest) -> ModelStream {
        let inner = Arc::clone(&self.inner);
        Box::pin(stream! {
            if request.model != inner.model.name {
                yield Err(Error::ModelNotFound { model: request.model });
                return;
            }
            let (mut events, _place) = match submit(&inner, request).await {
                Ok(submitted) => submitted,
                Err(error) => {
                    yield Err(error);
                    return;
                }
            };
            // The scheduler keeps nobody alive: once the last engine is gone, the call ends.
            drop(inner);
            let mut over = false;
            while let Some(event) = events.recv().await {
                over = over || event.is_err() || matches!(event, Ok(antiphon_model_engine::ModelEvent::Finished(_)));
                yield event;
            }
            if !over {
                yield Err(stopped());
            }
        })
    }
}

type Events = mpsc::UnboundedReceiver<Result<antiphon_model_engine::ModelEvent, Error>>;

async fn submit(inner: &Inner, request: ModelRequest) -> Result<(Events, OwnedSemaphorePermit), Error> {
    let place = inner.place()?;
    let model = Arc::clone(&inner.model);
    let seed = match request.sampling.seed {
        Some(_) => 0,
        None => getrandom::u64().map_err(|error| Error::Internal {
            message: "the operating system gave no randomness".to_owned(),
            source: Some(error.into()),
        })?,
    };
    // The place goes along: work that outlives its stream still counts.
    let prepared = spawn_blocking(move || (prepare(&model, &request, seed), place)).await;
    let (prepared, place) = prepared.map_err(|error| Error::Internal {
        message: "the call could not be prepared".to_owned(),
        source: Some(error.into()),
    })?;
    let prepared = prepared?;
    // A call writes at most as many events as the context has tokens, so the channel needs no other bound.
    let (sender, receiver) = mpsc::unbounded_channel();
    inner
        .scheduler
        .submit(Call {
            prepared,
            events: sender,
        })
        .map_err(|_| stopped())?;
    Ok((receiver, place))
}

fn stopped() -> Error {
    Error::Unavailable {
        message: "the local engine was stopped".to_owned(),
        source: None,
    }
}
