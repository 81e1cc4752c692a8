//! Deleting what nobody refers to any more.

use antiphon_store::{Error, Known};
use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};

use crate::BlobStore;
use crate::keys::Owner;

/// What is younger may belong to a commit that is still under way.
const GRACE: SignedDuration = SignedDuration::from_hours(1);

/// No step lies behind this one, so that nothing but the record is read.
const NOTHING_MORE: Known = Known {
    steps: u32::MAX,
    attempt: u32::MAX,
    entries: u32::MAX,
};

impl BlobStore {
    /// Deletes the objects, older than an hour, whose interaction is gone: swept, erased by a process that went away before it
    /// had deleted them, or never committed. Returns how many objects went (in the database: how many interactions'). To be
    /// called after a sweep, and now and then; several processes may do it at once.
    ///
    /// The cost grows with the number of objects: all are listed, and the store is asked for each interaction that has some.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the objects or the store cannot be reached; what is left goes the next time.
    pub async fn collect_garbage(&self, now: Timestamp) -> Result<u64, Error> {
        let (objects, store) = (self.objects().clone(), self.inner().clone());
        let collect = async move {
            let limit = now.checked_sub(GRACE).unwrap_or(Timestamp::MIN);
            let mut deleted = 0;
            // Most listings are in the order of their keys, so the last answer is the one that is asked for again.
            let mut last: Option<(Owner, bool)> = None;
            let mut listed = objects.list();
            while let Some(found) = listed.next().await {
                let found = found?;
                if found.made >= limit {
                    continue;
                }
                let is_gone = match &last {
                    Some((owner, is_gone)) if *owner == found.owner => *is_gone,
                    Some(_) | None => {
                        let Owner { project, id } = found.owner.clone();
                        store.news(project, id, NOTHING_MORE).await?.is_none()
                    }
                };
                if is_gone {
                    deleted += objects.delete(&found).await?;
                }
                last = Some((found.owner, is_gone));
            }
            Ok(deleted)
        };
        self.worked(collect).await
    }
}
