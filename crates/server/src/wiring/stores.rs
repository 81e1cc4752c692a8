use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use antiphon_store::{Format, Inspection, Store};
use antiphon_store_blobs::BlobStore;
use antiphon_store_encrypted::{Error as EncryptionError, Keys};
use antiphon_store_postgres::{PostgresOptions, PostgresStore};
use antiphon_store_sqlite::{Options, SqliteStore, Synchronous};
use antiphon_turn_engine::{Clock as _, SystemClock};
use anyhow::{Context as _, bail};

use crate::data_dir::DataDir;
use crate::options::{DatabaseUrl, Key, StoreOptions};

/// Where things are kept, open.
pub(crate) struct Place {
    pub(crate) folder: DataDir,
    /// What the server works with: encrypted where there is a key, large bytes elsewhere.
    pub(crate) store: Arc<dyn Store>,
    /// The part of it that keeps large bytes.
    pub(crate) blobs: Arc<BlobStore>,
    /// Keeps other processes from running the conversations of the folder; a database is shared.
    _lock: Option<File>,
}

/// Opens what the settings name, to run conversations from it.
pub(crate) async fn open(options: &StoreOptions) -> anyhow::Result<Place> {
    let folder = DataDir::open(options.data_dir.as_deref())?;
    let lock = match options.database {
        Some(_) => None,
        None => Some(folder.lock(", or name another folder with --data-dir")?),
    };
    let blobs = Arc::new(with_blobs(&folder, options, beside(&folder, options).await?).await?);
    let inner = Arc::clone(&blobs) as Arc<dyn Store>;
    Ok(Place {
        store: antiphon_store_encrypted::open(inner, encryption_keys(options)?, SystemClock.now()).await?,
        blobs,
        folder,
        _lock: lock,
    })
}

/// The keys under which the store is encrypted, if any.
pub(crate) fn encryption_keys(options: &StoreOptions) -> anyhow::Result<Option<Keys>> {
    let keys = Key::of("ANTIPHON_ENCRYPTION_KEY", options.encryption_key.as_ref());
    keys.map(|keys| Keys::parse(&keys))
        .transpose()
        .context("ANTIPHON_ENCRYPTION_KEY cannot be used")
}

/// Whether a store can be opened with these keys, without changing it. An encrypted one is told apart by its key's name.
pub(crate) async fn check_encryption(store: Arc<dyn Store>, keys: Option<&Keys>) -> Result<(), EncryptionError> {
    let opened = antiphon_store_encrypted::open(store, None, SystemClock.now()).await;
    match (opened, keys) {
        (Ok(_), _) => Ok(()),
        (Err(EncryptionError::NoKey { key }), Some(keys)) if keys.find(&key).is_some() => Ok(()),
        (Err(EncryptionError::NoKey { key }), Some(keys)) => Err(EncryptionError::OtherKey {
            key,
            configured: keys.to_string(),
        }),
        (Err(error), _) => Err(error),
    }
}

/// The store with its large bytes elsewhere, at a place that was tried out.
pub(crate) async fn with_blobs(
    folder: &DataDir,
    options: &StoreOptions,
    store: Arc<dyn Store>,
) -> anyhow::Result<BlobStore> {
    let place = antiphon_store_blobs::Place {
        configured: options.blobs.clone(),
        data_folder: folder.path().to_owned(),
        shared_store: options.database.is_some(),
        shared_folder: options.blobs_shared == Some(true),
    };
    let backend = antiphon_store_blobs::backend(&place, variables())?;
    let settings = antiphon_store_blobs::Options {
        threshold: options
            .blobs_over_bytes
            .unwrap_or(antiphon_store_blobs::DEFAULT_THRESHOLD),
        now: Arc::new(|| SystemClock.now()),
    };
    let blobs = BlobStore::new(store, backend, settings)?;
    if options.blobs.is_some() {
        // A wrong bucket is found now, not by the first picture.
        blobs.try_out().await?;
    }
    Ok(blobs)
}

/// The environment, without what is no text.
fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// The store as it is, without its large bytes and not decrypted, also while a server runs; made when it is not there.
pub(crate) async fn beside(folder: &DataDir, options: &StoreOptions) -> anyhow::Result<Arc<dyn Store>> {
    Ok(match &options.database {
        Some(url) => Arc::new(PostgresStore::connect(postgres(url, options)?).await?),
        None => Arc::new(SqliteStore::open(folder.make_database(), sqlite(options))?),
    })
}

/// The same for a store that has to be there.
pub(crate) async fn existing(folder: &DataDir, options: &StoreOptions) -> anyhow::Result<Arc<dyn Store>> {
    if is_missing(format(folder, options).await?.as_ref()) {
        bail!(
            "there is no store at {}; name the one meant with --data-dir or --database, or make one with `antiphon migrate`",
            location(folder, options)?
        );
    }
    beside(folder, options).await
}

/// The form of the tables, which are not changed; `None` where there is no file.
pub(crate) async fn format(folder: &DataDir, options: &StoreOptions) -> anyhow::Result<Option<Format>> {
    Ok(match &options.database {
        Some(url) => Some(antiphon_store_postgres::format(postgres(url, options)?).await?),
        None if folder.has_database() => Some(antiphon_store_sqlite::format(folder.database())?),
        None => None,
    })
}

/// Whether nothing is kept there yet.
pub(crate) fn is_missing(format: Option<&Format>) -> bool {
    format.is_none_or(|format| format.stored == 0)
}

/// Where the store is, for people.
pub(crate) fn location(folder: &DataDir, options: &StoreOptions) -> anyhow::Result<String> {
    Ok(match &options.database {
        Some(url) => postgres(url, options)?.location()?,
        None => folder.database().display().to_string(),
    })
}

/// What an operator wants to know. `collection` names documents to be listed; `served` says whether a server has the folder.
pub(crate) async fn inspect(
    folder: &DataDir,
    options: &StoreOptions,
    collection: &str,
    served: bool,
) -> anyhow::Result<Inspection> {
    let now = SystemClock.now();
    Ok(match &options.database {
        Some(url) => antiphon_store_postgres::inspect(postgres(url, options)?, collection, now).await?,
        None => antiphon_store_sqlite::inspect(folder.database(), collection, now, served)?,
    })
}

/// How the database is used.
fn postgres(url: &DatabaseUrl, options: &StoreOptions) -> anyhow::Result<PostgresOptions> {
    let default = PostgresOptions::from_url(url.reveal()).context("--database is wrong")?;
    Ok(PostgresOptions {
        max_connections: options.database_connections.unwrap_or(default.max_connections),
        timeout: options
            .database_seconds
            .map_or(default.timeout, |seconds| Duration::from_secs(seconds.get())),
        ..default
    })
}

fn sqlite(options: &StoreOptions) -> Options {
    let synchronous = match options.synchronous {
        None | Some(crate::options::Synchronous::Full) => Synchronous::Full,
        Some(crate::options::Synchronous::Normal) => Synchronous::Normal,
    };
    Options { synchronous }
}
