use std::sync::Arc;

use antiphon_store::{Document, ProjectId, Store};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::seal::Scope;
use crate::{EncryptedStore, Error, Keys};

const COLLECTION: &str = "encryption";
const ID: &str = "key";
const PLACE: &[u8] = b"check";
/// How often the record is read again when other processes change it.
const TRIES: usize = 5;

/// Which key the store is encrypted under, and something to try it on.
#[derive(Serialize, Deserialize)]
struct InUse {
    key: String,
    check: String,
}

/// Puts encryption in front of `inner` if there are keys; the store itself comes back if there are none. Either way makes sure
/// that what is there can be read: the key in use is recorded in the store. `now` is the date of that record.
///
/// # Errors
/// [`Error::NoKey`] and [`Error::OtherKey`] when the data was encrypted under a key that is not among these;
/// [`Error::Store`] when the store cannot be used.
pub async fn open(inner: Arc<dyn Store>, keys: Option<Keys>, now: Timestamp) -> Result<Arc<dyn Store>, Error> {
    match keys {
        Some(keys) => Ok(Arc::new(EncryptedStore::open(inner, keys, now).await?)),
        None => match record(inner.as_ref()).await? {
            Some((in_use, _)) => Err(Error::NoKey { key: in_use.key }),
            None => Ok(inner),
        },
    }
}

/// Makes sure that these are the keys of `store`, and that the first of them is the one recorded there.
pub async fn agree(store: &dyn Store, keys: &Keys, now: Timestamp) -> Result<(), Error> {
    for _ in 0..TRIES {
        let found = record(store).await?;
        let revision = match &found {
            None => 1,
            Some((in_use, revision)) => {
                let mut scope = scope(keys);
                if scope.open(&[PLACE], &in_use.check).is_err() {
                    return Err(Error::OtherKey {
                        key: in_use.key.clone(),
                        configured: keys.to_string(),
                    });
                }
                if keys.first().is_some_and(|first| first.id() == in_use.key) {
                    return Ok(());
                }
                revision + 1
            }
        };
        match store.put_document(new_record(keys, revision, now)?, Vec::new()).await {
            Ok(()) => return Ok(()),
            Err(antiphon_store::Error::AlreadyExists(_) | antiphon_store::Error::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}

async fn record(store: &dyn Store) -> Result<Option<(InUse, u64)>, Error> {
    let found = store.document(COLLECTION, ProjectId::default(), ID.to_owned()).await?;
    let read = |document: Document| {
        let in_use = serde_json::from_str(&document.body).map_err(Error::Record)?;
        Ok((in_use, document.revision))
    };
    found.map(read).transpose()
}

fn new_record(keys: &Keys, revision: u64, now: Timestamp) -> Result<Document, Error> {
    let first = keys.first().ok_or(Error::Unusable)?;
    let in_use = InUse {
        key: first.id().to_owned(),
        check: scope(keys).seal(&[PLACE], Vec::new())?,
    };
    Ok(Document {
        collection: COLLECTION,
        project: ProjectId::default(),
        id: ID.to_owned(),
        group: None,
        revision,
        created: now,
        body: serde_json::to_string(&in_use).map_err(Error::Record)?,
    })
}

fn scope(keys: &Keys) -> Scope<'_> {
    Scope::new(keys, &[COLLECTION])
}
