use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use antiphon_store::{Format, Inspection, Store};
use antiphon_store_blobs::BlobStore;
use antiphon_store_encrypted::Keys;
use antiphon_store_postgres::{PostgresOptions, PostgresStore};
use antiphon_store_sqlite::{Options, SqliteStore, Synchronous};
use antiphon_turn_engine::{Clock as _, SystemClock};
use anyhow::Context as _;
use url::Url;

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
        None => Some(folder.lock()?),
    };
    let blobs = Arc::new(blobs(&folder, options, beside(&folder, options).await?)?);
    if options.blobs.is_some() {
        // A wrong bucket is found now, not by the first picture.
        blobs.try_out().await?;
    }
    let keys = Key::of("ANTIPHON_ENCRYPTION_KEY", options.encryption_key.as_ref());
    let keys = keys
        .map(|keys| Keys::parse(&keys))
        .transpose()
        .context("ANTIPHON_ENCRYPTION_KEY cannot be used")?;
    let inner = Arc::clone(&blobs) as Arc<dyn Store>;
    Ok(Place {
        store: antiphon_store_encrypted::open(inner, keys, SystemClock.now()).await?,
        blobs,
        folder,
        _lock: lock,
    })
}

/// The store with its large bytes elsewhere.
fn blobs(folder: &DataDir, options: &StoreOptions, store: Arc<dyn Store>) -> anyhow::Result<BlobStore> {
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
    Ok(BlobStore::new(store, backend, settings)?)
}

/// The environment, without what is no text.
fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// The store as it is, without its large bytes and not decrypted, also while a server runs.
pub(crate) async fn beside(folder: &DataDir, options: &StoreOptions) -> anyhow::Result<Arc<dyn Store>> {
    Ok(match &options.database {
        Some(url) => Arc::new(PostgresStore::connect(postgres(url, options)).await?),
        None => Arc::new(SqliteStore::open(folder.database(), sqlite(options))?),
    })
}

/// The form of the tables, which are not changed.
pub(crate) async fn format(folder: &DataDir, options: &StoreOptions) -> anyhow::Result<Format> {
    Ok(match &options.database {
        Some(url) => antiphon_store_postgres::format(postgres(url, options)).await?,
        None => antiphon_store_sqlite::format(folder.database())?,
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
        Some(url) => antiphon_store_postgres::inspect(postgres(url, options), collection, now).await?,
        None => antiphon_store_sqlite::inspect(folder.database(), collection, now, served)?,
    })
}

/// How the database is used.
fn postgres(url: &DatabaseUrl, options: &StoreOptions) -> PostgresOptions {
    let default = database(url);
    PostgresOptions {
        max_connections: options.database_connections.unwrap_or(default.max_connections),
        timeout: options
            .database_seconds
            .map_or(default.timeout, |seconds| Duration::from_secs(seconds.get())),
        ..default
    }
}

/// The database that a URL names, and with `?schema=NAME` which of its schemas.
pub(crate) fn database(url: &DatabaseUrl) -> PostgresOptions {
    // What cannot be read the store refuses, without showing it.
    let Ok(mut parsed) = Url::parse(url.reveal()) else {
        return PostgresOptions::new(url.reveal());
    };
    let (schemas, others): (Vec<_>, Vec<_>) = parsed
        .query_pairs()
        .into_owned()
        .partition(|(name, _)| name == "schema");
    let Some((_, schema)) = schemas.into_iter().next_back() else {
        return PostgresOptions::new(url.reveal());
    };
    parsed.set_query(None);
    if !others.is_empty() {
        parsed.query_pairs_mut().extend_pairs(others);
    }
    PostgresOptions {
        schema,
        ..PostgresOptions::new(parsed)
    }
}

fn sqlite(options: &StoreOptions) -> Options {
    let synchronous = match options.synchronous {
        None | Some(crate::options::Synchronous::Full) => Synchronous::Full,
        Some(crate::options::Synchronous::Normal) => Synchronous::Normal,
    };
    Options { synchronous }
}
