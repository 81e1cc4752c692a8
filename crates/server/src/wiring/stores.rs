use std::path::Path;
use std::sync::Arc;

use antiphon_store::Store;
use antiphon_store_sqlite::{Options, SqliteStore, Synchronous};

use crate::options::StoreOptions;

/// Opens the store in `database`.
pub(crate) fn open(database: &Path, options: &StoreOptions) -> anyhow::Result<Arc<dyn Store>> {
    let synchronous = match options.synchronous {
        None | Some(crate::options::Synchronous::Full) => Synchronous::Full,
        Some(crate::options::Synchronous::Normal) => Synchronous::Normal,
    };
    Ok(Arc::new(SqliteStore::open(database, Options { synchronous })?))
}
