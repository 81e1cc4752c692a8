use antiphon_interaction::InteractionId;
use futures::future::BoxFuture;
use futures::stream::BoxStream;

use crate::{Error, OpenEntry, ProjectId, Record, StoredStep};

/// How much of an interaction a reader has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    /// How many finished steps.
    pub steps: u32,
    /// Of the open step: the attempt that made its entries.
    pub attempt: u32,
    /// Of the open step: how many entries.
    pub entries: u32,
}

/// What a reader did not have yet.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// The interaction as it stands.
    pub record: Record,
    /// The attempt that may write.
    pub attempt: u32,
    /// The finished steps from [`Known::steps`] on.
    pub steps: Vec<StoredStep>,
    /// The entries of the open step: those from [`Known::entries`] on when they are of the step after the known ones and of the
    /// known attempt, else all of them.
    pub open: Vec<OpenEntry>,
}

/// What changed, told to every process of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A commit to this background interaction.
    Interaction(InteractionId),
    /// Jobs were enqueued, handed back or came free.
    Jobs,
    /// Some may have been missed (the connection was lost): look at everything.
    Missed,
}

/// Lets a process follow what another one commits.
///
/// Contract for implementers: [`FollowStore::changes`] tells of commits of other processes (of this process's too, if that is
/// simpler) after they are durable; a change may be told late, twice, or not at all, so followers poll as well. The stream
/// ends never; in a store of one process it stays silent.
pub trait FollowStore: Send + Sync + 'static {
    /// What there is beyond `known`; `None` when the interaction is not there.
    fn news(
        &self,
        project: ProjectId,
        id: InteractionId,
        known: Known,
    ) -> BoxFuture<'static, Result<Option<News>, Error>>;

    /// The changes from now on.
    fn changes(&self) -> BoxStream<'static, Change>;
}
