//! The suite of the trait crate.

use antiphon_store::conformance::{DurableFixture, Fixture};
use antiphon_store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

struct OnDisk {
    store: SqliteStore,
    folder: TempDir,
}

impl OnDisk {
    fn open(folder: TempDir) -> Self {
        let store = SqliteStore::open(folder.path().join("antiphon.db"), Options::default()).unwrap();
        Self { store, folder }
    }
}

impl Fixture for OnDisk {
    type Store = SqliteStore;

    async fn fresh() -> Self {
        Self::open(TempDir::new().unwrap())
    }

    fn store(&self) -> &SqliteStore {
        &self.store
    }
}

impl DurableFixture for OnDisk {
    async fn reopen(self) -> Self {
        let Self { store, folder } = self;
        drop(store);
        Self::open(folder)
    }
}

antiphon_store::conformance_suite!(OnDisk);
antiphon_store::durability_suite!(OnDisk);
