use std::sync::{Arc, Mutex, PoisonError};

use antiphon_store::{Change, Error};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::connection::{Ask, Connections, open};
use crate::engine::Engine;
use crate::failure::{Cause, Failure, Location};
use crate::listener;
use crate::migration::migrate;
use crate::options::{Checked, PostgresOptions};
use crate::writer::{Item, Writer};

/// A store in a schema of a Postgres database, which any number of processes share. Cheap to clone; clones share one
/// writer and one pool of connections.
///
/// - Every operation is begun when it is called, polled or not. Nothing bounds how many are: callers bound what they start.
/// - Commits are applied in the order of the calls, also where they concern different interactions; so is everything else that
///   changes interactions or jobs, against the commits before it.
/// - A lost connection, a restart of the server or a failover costs time, up to [`PostgresOptions::timeout`]; only then, an operation
///   fails as [`Error::Unavailable`], and whether it was done is not known. Until then a commit is applied exactly once. Changes
///   outside commits that must not be done twice are sent once, and fail when the connection is lost while they are under way.
/// - Dropping the last clone finishes what was begun, and waits for it, up to the timeout.
/// - Erased rows are deleted in the transaction that acknowledges it; when the server's vacuum overwrites their place, and how long its
///   write-ahead log and backups keep them, is the operator's to decide.
/// - It holds state in its connections, so between it and the server there must be no pooler that hands connections around
///   between statements.
#[derive(Clone)]
pub struct PostgresStore(Arc<Parts>);

struct Parts {
    // The queue goes first: with it closed, the writer ends, which the engine waits for.
    queue: mpsc::UnboundedSender<Item>,
    connections: Connections,
    followers: Mutex<Option<broadcast::Sender<Change>>>,
    options: Checked,
    engine: Engine,
}

/// What a caller waits for.
pub(crate) type Answer<T> = BoxFuture<'static, Result<T, Error>>;

impl PostgresStore {
    /// Connects, makes the schema when it is missing and brings an older format up to date. Must be called in a tokio
    /// runtime or not, as is convenient: the store has threads of its own.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the options are wrong or the database cannot be reached, [`Error::Newer`] for a
    /// schema that a newer build has changed so that this one must not use it, [`Error::Damaged`] for one that holds something else.
    pub async fn connect(options: PostgresOptions) -> Result<Self, Error> {
        let options = Checked::new(options)?;
        let location = options.location.clone();
        let engine = Engine::start(&location, options.timeout)?;
        let id = random_id(&location)?;
        let checked = options.clone();
        let opened = engine.spawn_loose(async move {
            let mut connection = open(&checked, checked.timeout).await?;
            migrate(&checked.schema, &mut connection).await?;
            Ok::<_, Failure>(Writer::new(checked, id, connection))
        });
        let writer = opened
            .await
            .map_err(|_| location.unavailable(Cause::Closed))?
            .map_err(|failure| location.explain(failure, ""))?;
        let connections = {
            let options = options.clone();
            // A pool belongs to the runtime in which it is made.
            let made = engine.spawn_loose(async move { Connections::new(&options) }).await;
            made.map_err(|_| location.unavailable(Cause::Closed))?
        };
        let (queue, items) = mpsc::unbounded_channel();
        drop(engine.spawn(writer.serve(items)));
        Ok(Self(Arc::new(Parts {
            queue,
            connections,
            followers: Mutex::new(None),
            options,
            engine,
        })))
    }

    pub(crate) fn options(&self) -> &Checked {
        &self.0.options
    }

    pub(crate) fn location(&self) -> &Location {
        &self.0.options.location
    }

    /// Queues a commit, or a mark.
    pub(crate) fn queue(&self, item: Item) {
        // When the writer is gone the item is dropped, which answers it.
        drop(self.0.queue.send(item));
    }

    /// Asks for something that may be asked twice; `subject` is the id of what it is about.
    pub(crate) fn ask<T: Send + 'static>(&self, subject: &str, what: impl Ask<T> + 'static) -> Answer<T> {
        let connections = self.0.connections.clone();
        self.begin(subject, async move { connections.ask(what).await })
    }

    /// Asks for a change that must not be made twice, once.
    pub(crate) fn ask_once<T: Send + 'static>(&self, subject: &str, what: impl Ask<T> + 'static) -> Answer<T> {
        let connections = self.0.connections.clone();
        self.begin(subject, async move { connections.ask_once(what).await })
    }

    /// The same, after every commit that was queued before.
    pub(crate) fn ask_behind<T: Send + 'static>(&self, subject: &str, what: impl Ask<T> + 'static) -> Answer<T> {
        let connections = self.0.connections.clone();
        let (mark, reached) = oneshot::channel();
        self.queue(Item::Mark(mark));
        self.begin(subject, async move {
            // A writer that has ended has nothing before this.
            drop(reached.await);
            connections.ask_once(what).await
        })
    }

    pub(crate) fn begin<T: Send + 'static>(
        &self,
        subject: &str,
        task: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Answer<T> {
        let (location, subject) = (self.location().clone(), subject.to_owned());
        let task = self.0.engine.spawn(task);
        async move {
            match task.await {
                Ok(answer) => answer.map_err(|failure| location.explain(failure, &subject)),
                Err(_) => Err(location.unavailable(Cause::Closed)),
            }
        }
        .boxed()
    }

    /// The changes from now on. The first caller makes the store listen.
    pub(crate) fn follow(&self) -> broadcast::Receiver<Change> {
        // The place is only filled, so a panic elsewhere leaves nothing half done.
        let mut followers = self.0.followers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = &*followers {
            return sender.subscribe();
        }
        let (sender, receiver) = broadcast::channel(listener::BACKLOG);
        let listening = listener::listen(self.0.options.clone(), sender.clone());
        drop(self.0.engine.spawn_loose(listening));
        *followers = Some(sender);
        receiver
    }
}

fn random_id(location: &Location) -> Result<String, Error> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| location.unavailable(Cause::Random(error)))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
