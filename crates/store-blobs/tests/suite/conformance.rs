//! The suite of the trait crate, with a threshold so low that nearly everything is moved.

use std::sync::Arc;

use antiphon_store::Store;
use antiphon_store::conformance::{DurableFixture, Fixture};
use antiphon_store::memory::MemoryStore;
use antiphon_store_blobs::{Backend, BlobStore};
use antiphon_store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

use crate::sample::{in_folder, over};

const FEW: usize = 3;

/// A fixture whose objects are files, in front of SQLite.
struct FilesBesideSqlite {
    store: BlobStore,
    folder: TempDir,
}

impl FilesBesideSqlite {
    fn open(folder: TempDir) -> Self {
        let inner = SqliteStore::open(folder.path().join("antiphon.db"), Options::default()).unwrap();
        let store = over(Arc::new(inner), in_folder(folder.path()), FEW);
        Self { store, folder }
    }
}

impl Fixture for FilesBesideSqlite {
    type Store = BlobStore;

    async fn fresh() -> Self {
        Self::open(TempDir::new().unwrap())
    }

    fn store(&self) -> &BlobStore {
        &self.store
    }
}

impl DurableFixture for FilesBesideSqlite {
    async fn reopen(self) -> Self {
        let Self { store, folder } = self;
        drop(store);
        Self::open(folder)
    }
}

/// A fixture whose objects are documents of the store in memory.
struct DocumentsInMemory(BlobStore);

impl Fixture for DocumentsInMemory {
    type Store = BlobStore;

    async fn fresh() -> Self {
        let inner: Arc<dyn Store> = Arc::new(MemoryStore::default());
        Self(over(inner, Backend::Database, FEW))
    }

    fn store(&self) -> &BlobStore {
        &self.0
    }
}

mod over_sqlite {
    use super::FilesBesideSqlite;

    antiphon_store::conformance_suite!(FilesBesideSqlite);
    antiphon_store::durability_suite!(FilesBesideSqlite);
}

mod over_memory {
    use super::DocumentsInMemory;

    antiphon_store::conformance_suite!(DocumentsInMemory);
}
