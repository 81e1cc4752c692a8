use std::fmt;
use std::sync::Arc;

use antiphon_interaction::InteractionId;
use antiphon_store::{
    ApiKey, Change, Commit, Conversation, Error, FollowStore, KeyHash, Known, NewApiKey, News, ProjectId, Store,
    Stored, SweptTree,
};
use futures::future::{BoxFuture, FutureExt as _, ready};
use futures::stream::BoxStream;
use jiff::Timestamp;

use crate::Keys;
use crate::jobs::seal_jobs;
use crate::open::agree;
use crate::payload::{
    interaction, open_entry, open_head, open_input, open_output, open_step, seal_entry, seal_head, seal_input,
    seal_step,
};
use crate::seal::Scope;

/// What an encrypted secret begins with; no secret of ours does.
const SECRET: &[u8] = b"antiphon-sealed:";

/// A store that encrypts what it hands on: see the crate. Made by [`open`](crate::open()). Cheap to clone.
///
/// What cannot be decrypted (altered, moved, or under a key that is not there) is [`Error::Damaged`], never an answer. A claim
/// that gets a job whose payload cannot be decrypted fails whole; the worker then holds the jobs unknowingly, as after a reply that
/// got lost.
#[derive(Clone)]
pub struct EncryptedStore {
    pub(crate) inner: Arc<dyn Store>,
    pub(crate) keys: Arc<Keys>,
}

impl fmt::Debug for EncryptedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptedStore({:?})", self.keys)
    }
}

impl EncryptedStore {
    /// As [`open`](crate::open()), with keys.
    ///
    /// # Errors
    /// As there.
    pub async fn open(inner: Arc<dyn Store>, keys: Keys, now: Timestamp) -> Result<Self, crate::Error> {
        agree(inner.as_ref(), &keys, now).await?;
        Ok(Self {
            inner,
            keys: Arc::new(keys),
        })
    }

    /// Decrypts what `read` gives.
    pub(crate) fn opened<T: Send + 'static>(
        &self,
        read: BoxFuture<'static, Result<T, Error>>,
        open: impl FnOnce(&Keys, &mut T) -> Result<(), Error> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, Error>> {
        let keys = Arc::clone(&self.keys);
        async move {
            let mut read = read.await?;
            open(&keys, &mut read)?;
            Ok(read)
        }
        .boxed()
    }

    fn seal(&self, commit: &mut Commit) -> Result<(), Error> {
        let mut scope = interaction(&self.keys, &commit.project, &commit.id);
        if let Some((record, input)) = &mut commit.create {
            seal_head(&mut scope, &mut record.head)?;
            seal_input(&mut scope, input)?;
        }
        if let Some(update) = &mut commit.update {
            seal_head(&mut scope, &mut update.head)?;
        }
        for step in &mut commit.steps {
            seal_step(&mut scope, step)?;
        }
        for entry in &mut commit.open {
            seal_entry(&mut scope, entry)?;
        }
        seal_jobs(&self.keys, &mut commit.enqueue)
    }
}

impl Store for EncryptedStore {
    fn commit(&self, mut commit: Commit) -> BoxFuture<'static, Result<(), Error>> {
        match self.seal(&mut commit) {
            Ok(()) => self.inner.commit(commit),
            Err(error) => ready(Err(error)).boxed(),
        }
    }

    fn read(&self, project: ProjectId, id: InteractionId) -> BoxFuture<'static, Result<Option<Stored>, Error>> {
        let read = self.inner.read(project, id);
        self.opened(read, |keys, stored| {
            let Some(stored) = stored else { return Ok(()) };
            let mut scope = interaction(keys, &stored.record.project, &stored.record.id);
            open_head(&mut scope, &mut stored.record.head)?;
            open_input(&mut scope, &mut stored.input)?;
            stored
                .steps
                .iter_mut()
                .try_for_each(|step| open_step(&mut scope, step))?;
            stored
                .open
                .iter_mut()
                .try_for_each(|entry| open_entry(&mut scope, entry))
        })
    }

    fn conversation(&self, project: ProjectId, leaf: InteractionId) -> BoxFuture<'static, Result<Conversation, Error>> {
        let read = self.inner.conversation(project.clone(), leaf);
        self.opened(read, move |keys, conversation| match conversation {
            Conversation::NotFound | Conversation::Erased(_) => Ok(()),
            Conversation::Turns(turns) => turns.iter_mut().try_for_each(|turn| {
                let mut scope = interaction(keys, &project, &turn.id);
                open_input(&mut scope, &mut turn.input)?;
                open_output(&mut scope, &mut turn.output)
            }),
        })
    }

    fn erase(&self, project: ProjectId, id: InteractionId) -> BoxFuture<'static, Result<bool, Error>> {
        self.inner.erase(project, id)
    }

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
        let sealed = match Scope::new(&self.keys, &["secret", name]).seal(&[], candidate) {
            Ok(sealed) => sealed,
            Err(error) => return ready(Err(error)).boxed(),
        };
        let read = self.inner.secret(name, [SECRET, sealed.as_bytes()].concat());
        self.opened(read, move |keys, secret| {
            let mut scope = Scope::new(keys, &["secret", name]);
            if let Some(sealed) = secret.strip_prefix(SECRET) {
                let text = std::str::from_utf8(sealed).map_err(|_| scope.damaged("is no text"))?;
                *secret = scope.open(&[], text)?;
            }
            Ok(())
        })
    }

    fn check(&self) -> BoxFuture<'static, Result<(), Error>> {
        self.inner.check()
    }
}

impl FollowStore for EncryptedStore {
    fn news(
        &self,
        project: ProjectId,
        id: InteractionId,
        known: Known,
    ) -> BoxFuture<'static, Result<Option<News>, Error>> {
        let read = self.inner.news(project, id, known);
        self.opened(read, |keys, news| {
            let Some(news) = news else { return Ok(()) };
            let mut scope = interaction(keys, &news.record.project, &news.record.id);
            open_head(&mut scope, &mut news.record.head)?;
            news.steps.iter_mut().try_for_each(|step| open_step(&mut scope, step))?;
            news.open.iter_mut().try_for_each(|entry| open_entry(&mut scope, entry))
        })
    }

    fn changes(&self) -> BoxStream<'static, Change> {
        self.inner.changes()
    }
}
