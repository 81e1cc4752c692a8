use antiphon_interaction::InteractionId;
use futures::future::BoxFuture;
use jiff::Timestamp;

use crate::{
    ApiKey, Commit, Conversation, DocumentStore, Error, FollowStore, JobStore, KeyHash, NewApiKey, ProjectId, Stored,
    SweptTree,
};

/// Keeps interactions, API keys and lasting secrets, and what belongs to them: jobs, documents.
///
/// Contract for implementers:
/// - Every write is atomic and durable when its future resolves, and applied even if the future is dropped after
///   its first poll. Reads see every write that resolved before they began.
/// - Commits of one caller, started (called) in order, are applied in order, awaited or not. A
///   [patient](Commit::patient) one is not applied after any later write of its caller.
/// - An interaction of another project is [`Error::NotFound`] or `None`, whatever is asked.
/// - An erased interaction reads as absent, but its place in the conversation tree stays, so that
///   [`Store::conversation`] can name it.
pub trait Store: JobStore + DocumentStore + FollowStore {
    /// Applies one commit, whole or not at all.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] for a `create` whose id is taken (in any project, erased or not) and for a step or an
    /// open entry whose place is filled, [`Error::NotFound`] without `create` for an id that is
    /// not there or was erased (or a `create` whose parent never existed), [`Error::Terminal`] when the interaction is
    /// over, [`Error::Superseded`] when `attempt` is not the current one (a new interaction's is 1; lower than
    /// the current one with `takes_over`), [`Error::Fenced`] for a `job` under an old token, [`Error::QueueFull`] for
    /// a job beyond its `limit`.
    fn commit(&self, commit: Commit) -> BoxFuture<'static, Result<(), Error>>;

    /// Reads one interaction.
    fn read(&self, project: ProjectId, id: InteractionId) -> BoxFuture<'static, Result<Option<Stored>, Error>>;

    /// Reads the conversation that ends with `leaf`, the root first.
    ///
    /// The cost grows with the conversation, not with the store.
    fn conversation(&self, project: ProjectId, leaf: InteractionId) -> BoxFuture<'static, Result<Conversation, Error>>;

    /// Erases an interaction: its input, steps, open entries, head and jobs are gone for good. Returns whether it was there.
    fn erase(&self, project: ProjectId, id: InteractionId) -> BoxFuture<'static, Result<bool, Error>>;

    /// Erases conversation trees, of one project or of all, whose newest member was last updated before `before`, tombstones
    /// included, `limit` trees at most. Trees with a member that is not terminal stay.
    fn sweep(
        &self,
        project: Option<ProjectId>,
        before: Timestamp,
        limit: usize,
    ) -> BoxFuture<'static, Result<Vec<SweptTree>, Error>>;

    /// The root of the conversation tree in which this erased interaction has its place, when all of the tree's members are
    /// erased; `None` otherwise, and when there is no such place.
    fn erased_tree(
        &self,
        project: ProjectId,
        id: InteractionId,
    ) -> BoxFuture<'static, Result<Option<InteractionId>, Error>>;

    /// Adds a key.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] when its id or hash is taken.
    fn add_key(&self, key: NewApiKey) -> BoxFuture<'static, Result<(), Error>>;

    /// All keys, oldest first.
    fn keys(&self) -> BoxFuture<'static, Result<Vec<ApiKey>, Error>>;

    /// Removes a key; returns whether it was there.
    fn revoke_key(&self, id: String) -> BoxFuture<'static, Result<bool, Error>>;

    /// The key with this hash.
    fn find_key(&self, hash: KeyHash) -> BoxFuture<'static, Result<Option<ApiKey>, Error>>;

    /// The secret stored under `name`; stores `candidate` and returns it when there is none. All callers, in every
    /// process, get the same bytes.
    fn secret(&self, name: &'static str, candidate: Vec<u8>) -> BoxFuture<'static, Result<Vec<u8>, Error>>;

    /// Answers when the store can read and write.
    fn check(&self) -> BoxFuture<'static, Result<(), Error>>;
}
