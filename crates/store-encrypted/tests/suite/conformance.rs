//! The suite of the trait crate.

use std::path::Path;
use std::sync::Arc;

use antiphon_store::conformance::{DurableFixture, Fixture};
use antiphon_store::memory::MemoryStore;
use tempfile::TempDir;

use crate::sample::{FIRST, Stack, encrypted, sqlite_with_blobs};

/// Encryption in front of the store in memory.
struct OverMemory(Stack);

impl Fixture for OverMemory {
    type Store = Stack;

    async fn fresh() -> Self {
        Self(encrypted(Arc::new(MemoryStore::default()), FIRST).await)
    }

    fn store(&self) -> &Stack {
        &self.0
    }
}

/// Encryption in front of SQLite, with all but the shortest ciphertexts moved to files.
struct OverSqlite {
    store: Stack,
    folder: TempDir,
}

impl OverSqlite {
    async fn open(folder: TempDir) -> Self {
        let store = open_in(folder.path()).await;
        Self { store, folder }
    }
}

async fn open_in(folder: &Path) -> Stack {
    encrypted(sqlite_with_blobs(folder, 150), FIRST).await
}

impl Fixture for OverSqlite {
    type Store = Stack;

    async fn fresh() -> Self {
        Self::open(TempDir::new().unwrap()).await
    }

    fn store(&self) -> &Stack {
        &self.store
    }
}

impl DurableFixture for OverSqlite {
    async fn reopen(self) -> Self {
        let Self { store, folder } = self;
        drop(store);
        Self::open(folder).await
    }
}

mod over_memory {
    use super::OverMemory;

    antiphon_store::conformance_suite!(OverMemory);
}

mod over_sqlite {
    use super::OverSqlite;

    antiphon_store::conformance_suite!(OverSqlite);
    antiphon_store::durability_suite!(OverSqlite);
}
