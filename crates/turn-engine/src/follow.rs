//! Interactions that another process runs, or that wait for one: their logs grow by what the store has to tell.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use antiphon_interaction::InteractionId;
use antiphon_store::{Change, Known, News, ProjectId, Store};
use futures::StreamExt as _;
use tokio::sync::{Mutex as AsyncMutex, Notify};

use crate::Error;
use crate::log::EventLog;

/// How often a followed interaction is looked at when nothing says that it changed.
const POLL: Duration = Duration::from_secs(1);

/// The followed interactions of this process.
#[derive(Clone)]
pub(crate) struct Followers {
    store: Arc<dyn Store>,
    followed: Arc<Mutex<HashMap<InteractionId, Weak<Followed>>>>,
}

struct Followed {
    project: ProjectId,
    log: Arc<EventLog>,
    known: AsyncMutex<Known>,
    changed: Notify,
}

/// A log that grows as long as this lives, or until the interaction is over.
#[derive(Clone)]
pub(crate) struct Following {
    followed: Arc<Followed>,
}

impl Following {
    pub(crate) fn log(&self) -> &Arc<EventLog> {
        &self.followed.log
    }
}

impl Followers {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            followed: Arc::default(),
        }
    }

    /// Tells the followers of changes, until the future is dropped.
    pub(crate) async fn listen(self) {
        let mut changes = self.store.changes();
        while let Some(change) = changes.next().await {
            match change {
                Change::Interaction(id) => {
                    if let Some(followed) = self.get(&id) {
                        followed.changed.notify_one();
                    }
                }
                Change::Missed => self.all().iter().for_each(|followed| followed.changed.notify_one()),
                Change::Jobs => {}
            }
        }
        std::future::pending::<()>().await;
    }

    /// Tells whoever follows the interaction here that this process has changed it.
    pub(crate) fn poke(&self, id: &InteractionId) {
        if let Some(followed) = self.get(id) {
            followed.changed.notify_one();
        }
    }

    /// Tells all readers that this process ends.
    pub(crate) fn leave_all(&self, why: &Error) {
        for followed in self.all() {
            followed.log.leave(why.to_api());
        }
    }

    /// The log of a stored interaction that this process does not run, as it stands now. `None` when it is not there.
    pub(crate) async fn follow(&self, project: &ProjectId, id: &InteractionId) -> Result<Option<Following>, Error> {
        if let Some(followed) = self.get(id).filter(|followed| followed.project == *project) {
            // What was acknowledged before this read is in it.
            return Ok(self.look(&followed, id).await?.then_some(Following { followed }));
        }
        let Some(stored) = self.store.read(project.clone(), id.clone()).await? else {
            return Ok(None);
        };
        let (first, input, attempt) = (stored.record.clone(), stored.input, stored.attempt);
        let log = Arc::new(EventLog::new(first.clone(), input.into(), true));
        let news = News {
            record: first,
            attempt,
            steps: stored.steps,
            open: stored.open,
        };
        let known = log.learn(news, Known::default());
        let followed = Arc::new(Followed {
            project: project.clone(),
            log,
            known: AsyncMutex::new(known),
            changed: Notify::new(),
        });
        if !followed.log.is_closed() {
            self.lock().insert(id.clone(), Arc::downgrade(&followed));
            tokio::spawn(self.clone().keep_up(id.clone(), Arc::downgrade(&followed)));
        }
        Ok(Some(Following { followed }))
    }

    /// Looks again and again, as long as somebody reads.
    async fn keep_up(self, id: InteractionId, followed: Weak<Followed>) {
        loop {
            let Some(strong) = followed.upgrade() else { break };
            if strong.log.is_closed() {
                break;
            }
            // Readers hold it while this waits; should the last one go, the wait is short.
            let _ = tokio::time::timeout(POLL, strong.changed.notified()).await;
            if let Err(error) = self.look(&strong, &id).await {
                tracing::warn!(interaction.id = %id, %error, "an interaction of another process cannot be read now");
            }
        }
        let mut all = self.lock();
        if all.get(&id).is_some_and(|known| known.ptr_eq(&followed)) {
            all.remove(&id);
        }
    }

    /// Learns what is new; `false` when the interaction is not there any more.
    async fn look(&self, followed: &Followed, id: &InteractionId) -> Result<bool, Error> {
        let mut known = followed.known.lock().await;
        match self.store.news(followed.project.clone(), id.clone(), *known).await? {
            // It is over: its log is whole, and only asked whether it is still there.
            Some(_) if followed.log.is_closed() => {}
            Some(news) => *known = followed.log.learn(news, *known),
            None => {
                let id = id.clone();
                followed.log.leave(Error::NotFound { path: "id", id }.to_api());
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn get(&self, id: &InteractionId) -> Option<Arc<Followed>> {
        self.lock().get(id)?.upgrade()
    }

    fn all(&self) -> Vec<Arc<Followed>> {
        self.lock().values().filter_map(Weak::upgrade).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<InteractionId, Weak<Followed>>> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
