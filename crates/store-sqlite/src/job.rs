use antiphon_store::Error;
use futures::FutureExt as _;
use futures::channel::oneshot;
use futures::future::BoxFuture;
use rusqlite::Connection;

use crate::failure::{Cause, Failure, Location};

/// Something to do on a connection of another thread.
pub trait Job: Send {
    /// Does it, in a transaction that is open. On `Err` the caller undoes what it did.
    fn run(&mut self, connection: &Connection) -> Result<(), Undo>;

    /// What the writer must know of it.
    fn kind(&self) -> Kind;

    /// Tells the caller what came of it, once the transaction's fate is known.
    fn answer(self: Box<Self>, transaction: Result<(), Error>, location: &Location);
}

/// What sets a job apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Plain,
    /// It may wait for others, to share their write.
    Patient,
    /// It may leave jobs to be claimed, of which the followers are to hear.
    Queueing,
    /// It takes content away that must not stay readable in the file.
    Erasing,
}

/// A job failed, and keeps the reason for its answer.
pub struct Undo;

/// What a caller waits for.
pub type Answer<T> = BoxFuture<'static, Result<T, Error>>;

struct Queued<T, F> {
    action: Option<F>,
    outcome: Option<Result<T, Failure>>,
    kind: Kind,
    reply: oneshot::Sender<Result<T, Error>>,
}

/// Makes a job of `action`, and the future of its answer; dropping that future does not stop the job.
pub fn job<T, F>(location: &Location, kind: Kind, action: F) -> (Box<dyn Job>, Answer<T>)
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let location = location.clone();
    let answer = answer.map(move |answer| answer.unwrap_or_else(|_| Err(location.unavailable(Cause::Closed))));
    (
        Box::new(Queued {
            action: Some(action),
            outcome: None,
            kind,
            reply,
        }),
        answer.boxed(),
    )
}

impl<T, F> Job for Queued<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, Failure> + Send,
{
    fn run(&mut self, connection: &Connection) -> Result<(), Undo> {
        let outcome = self.action.take().map(|action| action(connection));
        let failed = !matches!(outcome, Some(Ok(_)));
        self.outcome = outcome;
        if failed { Err(Undo) } else { Ok(()) }
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn answer(self: Box<Self>, transaction: Result<(), Error>, location: &Location) {
        let answer = match (transaction, self.outcome) {
            (Err(error), _) => Err(error),
            (Ok(()), Some(outcome)) => outcome.map_err(|failure| location.explain(failure)),
            (Ok(()), None) => Err(location.unavailable(Cause::Closed)),
        };
        // A caller that no longer waits does not want to know.
        drop(self.reply.send(answer));
    }
}
