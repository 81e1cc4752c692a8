use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use antiphon_interaction::InteractionId;
use antiphon_store::{ApiKey, Commit, Conversation, Error, KeyHash, NewApiKey, ProjectId, Store, Stored, SweptTree};
use futures::future::{BoxFuture, FutureExt as _};
use futures::stream::{StreamExt as _, TryStreamExt as _, iter};
use jiff::Timestamp;

use crate::Backend;
use crate::keys::Owner;
use crate::lanes::{Lane, Lanes, Ticket};
use crate::objects::Objects;
use crate::reference::{Hash, Meaning, escape, meaning, refer};
use crate::restore::{fetch, put_back, wanted};
use crate::slots::{Slot, Slots};
use crate::worker::Worker;

/// How many bytes a text may have before it goes into an object, unless configured.
pub const DEFAULT_THRESHOLD: usize = 64 * 1024;

/// Begins the name of a folder that no interaction has.
const PROBE: &str = "probe";

/// How many objects are stored at once for one commit.
const AT_ONCE: usize = 8;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How a [`BlobStore`] works.
#[derive(Clone)]
pub struct Options {
    /// Texts of more bytes than this go into an object: 64 KiB unless set.
    pub threshold: usize,
    /// The time, for the dates of documents where objects are kept in the database.
    pub now: Clock,
}

/// A store whose large bytes lie elsewhere: see the crate.
///
/// - A commit without large bytes, and with none before it in its interaction, goes straight to the store below. One with
///   large bytes is handed on when they are stored, and the later commits of its interaction, those of its children and of
///   its job wait for it; others do not.
/// - When large bytes cannot be stored the commit fails with [`Error::Unavailable`], and so do those of the same run that were
///   waiting behind it; nothing of them is applied. Stores of objects repeat their calls themselves for a while.
/// - Reading what refers to bytes that are not there any more is [`Error::Damaged`], which names the object.
/// - Objects of steps that a later attempt replaced stay until their interaction goes.
/// - Dropping the store finishes what was started, and waits for it, for a minute at most.
pub struct BlobStore {
    // Dropped first, so that what it still hands on finds the store open.
    worker: Worker,
    inner: Arc<dyn Store>,
    objects: Objects,
    lanes: Arc<Lanes>,
    threshold: usize,
}

impl BlobStore {
    /// Puts `backend` in front of `inner`.
    ///
    /// # Errors
    /// [`Thread`](crate::Error::Thread) when the system gives no thread.
    pub fn new(inner: Arc<dyn Store>, backend: Backend, options: Options) -> Result<Self, crate::Error> {
        Ok(Self {
            worker: Worker::start().map_err(crate::Error::Thread)?,
            objects: Objects::new(backend, Arc::clone(&inner), options.now),
            inner,
            lanes: Arc::default(),
            threshold: options.threshold,
        })
    }

    /// Stores, reads and deletes something, so that a wrong bucket or key is found at start-up and not with the first picture.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when that does not work, after the repetitions of the store of objects.
    pub async fn try_out(&self) -> Result<(), Error> {
        let objects = self.objects.clone();
        let tried = async move {
            // Others may try the same place out in the same moment.
            let mut drawn = [0; 8];
            aws_lc_rs::rand::fill(&mut drawn).map_err(|_| objects.unavailable("the system gives no random bytes"))?;
            let folder = format!("{PROBE}-{:016x}", u64::from_ne_bytes(drawn));
            let text = String::from("antiphon was here");
            let hash = Hash::of(text.as_bytes());
            objects.put(&folder, &hash, text).await?;
            objects.get(&folder, &hash).await?;
            objects.delete_folder(&folder).await.map(|_| ())
        };
        self.worked(tried).await
    }

    pub(crate) fn inner(&self) -> &Arc<dyn Store> {
        &self.inner
    }

    pub(crate) fn objects(&self) -> &Objects {
        &self.objects
    }

    /// Does `work` on the thread of this store, to its end even if nobody waits.
    pub(crate) fn worked<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, Error>> {
        let stopped = self.objects.unavailable("a task that moves large bytes broke off");
        self.worker.run(work).map(|done| done.unwrap_or(Err(stopped))).boxed()
    }

    /// Writes behind what waits in the lanes of `mine`: at once, if nothing does.
    pub(crate) fn behind<T: Send + 'static>(
        &self,
        mine: Lane,
        write: impl FnOnce(&dyn Store) -> BoxFuture<'static, Result<T, Error>> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, Error>> {
        match self.lanes.enter(vec![mine], None, true) {
            None => write(self.inner.as_ref()),
            Some(mut ticket) => {
                let inner = Arc::clone(&self.inner);
                self.worked(async move {
                    ticket.turn().await;
                    let written = write(inner.as_ref());
                    ticket.handed_on();
                    written.await
                })
            }
        }
    }

    /// Puts large bytes back into what `read` gives.
    pub(crate) fn restored<T: Slots + Send + 'static>(
        &self,
        project: ProjectId,
        read: BoxFuture<'static, Result<T, Error>>,
    ) -> BoxFuture<'static, Result<T, Error>> {
        let objects = self.objects.clone();
        let handle = self.worker.handle();
        let stopped = self.objects.unavailable("a task that fetches large bytes broke off");
        async move {
            let mut read = read.await?;
            let wanted = wanted(&mut read);
            let fetched = if wanted.is_empty() {
                HashMap::new()
            } else {
                let fetch = fetch(objects.clone(), project.clone(), wanted);
                let fetched = handle.spawn(fetch).await;
                fetched.unwrap_or(Err(stopped))?
            };
            put_back(&objects, &project, &mut read, &fetched)?;
            Ok(read)
        }
        .boxed()
    }

    async fn move_out(
        inner: Arc<dyn Store>,
        objects: Objects,
        threshold: Option<(usize, String)>,
        mut ticket: Ticket,
        mut commit: Commit,
    ) -> Result<(), Error> {
        let put = match threshold {
            None => Ok(()),
            Some((threshold, folder)) => {
                let large = iter(take_large(&mut commit, threshold)).map(Ok);
                let put = large
                    .try_for_each_concurrent(AT_ONCE, async |(hash, text)| objects.put(&folder, &hash, text).await);
                put.await
            }
        };
        // Also when it failed, so that what comes behind passes nobody.
        let all_before = ticket.turn().await;
        put?;
        if !all_before && commit.attempt.is_some() {
            return Err(objects.unavailable("the large bytes of an earlier commit of this run could not be stored"));
        }
        let committed = inner.commit(commit);
        ticket.handed_on();
        committed.await
    }
}

/// Puts references in the place of large texts, and escapes what looks like one.
fn take_large(commit: &mut Commit, threshold: usize) -> HashMap<Hash, String> {
    let mut large = HashMap::new();
    commit.visit(&mut |_, slot| {
        if slot.text().len() > threshold {
            let hash = Hash::of(slot.text().as_bytes());
            let reference = refer(&slot, &hash);
            // A reference fits every slot that it was made for.
            if let Ok(text) = slot.replace(reference) {
                large.insert(hash, text);
            }
        } else {
            keep(slot);
        }
    });
    large
}

/// Lets a text stand for itself.
fn keep(slot: Slot<'_>) {
    if let Some(escaped) = escape(&slot) {
        // An escaped text fits every slot that it was made for.
        let _ = slot.replace(escaped);
    }
}

impl Store for BlobStore {
    fn commit(&self, mut commit: Commit) -> BoxFuture<'static, Result<(), Error>> {
        let owner = Owner {
            project: commit.project.clone(),
            id: commit.id.clone(),
        };
        let (mut most, mut is_marked) = (0, false);
        commit.visit(&mut |_, slot| {
            most = most.max(slot.text().len());
            is_marked |= meaning(&slot) != Meaning::Itself;
        });
        let folder = if most > self.threshold { owner.folder() } else { None };
        if folder.is_none() && is_marked {
            commit.visit(&mut |_, slot| keep(slot));
        }
        let mut mine = vec![Lane::Interaction(owner.id)];
        mine.extend(commit.job.as_ref().map(|job| Lane::Job(job.id.clone())));
        let parent = commit
            .create
            .as_ref()
            .and_then(|(record, _)| record.parent.clone())
            .map(Lane::Interaction);
        match self.lanes.enter(mine, parent.as_ref(), folder.is_none()) {
            None => self.inner.commit(commit),
            Some(ticket) => {
                let (inner, objects) = (Arc::clone(&self.inner), self.objects.clone());
                let threshold = folder.map(|folder| (self.threshold, folder));
                self.worked(Self::move_out(inner, objects, threshold, ticket, commit))
            }
        }
    }

    fn read(&self, project: ProjectId, id: InteractionId) -> BoxFuture<'static, Result<Option<Stored>, Error>> {
        self.restored(project.clone(), self.inner.read(project, id))
    }

    fn conversation(&self, project: ProjectId, leaf: InteractionId) -> BoxFuture<'static, Result<Conversation, Error>> {
        self.restored(project.clone(), self.inner.conversation(project, leaf))
    }

    /// Deletes the objects too, before it resolves. When they cannot be deleted the interaction is gone all the same and this
    /// fails; calling it again tries the objects again, and so does [`BlobStore::collect_garbage`].
    fn erase(&self, project: ProjectId, id: InteractionId) -> BoxFuture<'static, Result<bool, Error>> {
        let owner = Owner {
            project: project.clone(),
            id: id.clone(),
        };
        let lane = Lane::Interaction(id.clone());
        let erased = self.behind(lane, move |inner| inner.erase(project, id));
        let Some(folder) = owner.folder() else {
            return erased;
        };
        let objects = self.objects.clone();
        self.worked(async move {
            let was_there = erased.await?;
            objects.delete_folder(&folder).await?;
            Ok(was_there)
        })
    }

    /// Leaves the objects of what it takes away to [`BlobStore::collect_garbage`].
    fn sweep(
        &self,
        project: Option<ProjectId>,
        before: Timestamp,
        limit: usize,
    ) -> BoxFuture<'static, Result<Vec<SweptTree>, Error>> {
        self.inner.sweep(project, before, limit)
    }

    fn erased_tree(
        &self,
        project: ProjectId,
        id: InteractionId,
    ) -> BoxFuture<'static, Result<Option<InteractionId>, Error>> {
        self.inner.erased_tree(project, id)
    }

    fn add_key(&self, key: NewApiKey) -> BoxFuture<'static, Result<(), Error>> {
        self.inner.add_key(key)
    }

    fn keys(&self) -> BoxFuture<'static, Result<Vec<ApiKey>, Error>> {
        self.inner.keys()
    }

    fn revoke_key(&self, id: String) -> BoxFuture<'static, Result<bool, Error>> {
        self.inner.revoke_key(id)
    }

    fn find_key(&self, hash: KeyHash) -> BoxFuture<'static, Result<Option<ApiKey>, Error>> {
        self.inner.find_key(hash)
    }

    fn secret(&self, name: &'static str, candidate: Vec<u8>) -> BoxFuture<'static, Result<Vec<u8>, Error>> {
        self.inner.secret(name, candidate)
    }

    fn check(&self) -> BoxFuture<'static, Result<(), Error>> {
        self.inner.check()
    }
}
