//! The suite of the trait crate.

use antiphon_store::WorkerId;
use antiphon_store::conformance::{DurableFixture, Fixture};
use antiphon_store_postgres::PostgresStore;

use crate::server::Schema;

struct InSchema {
    store: PostgresStore,
    schema: Schema,
}

impl Fixture for InSchema {
    type Store = PostgresStore;

    async fn fresh() -> Self {
        let schema = Schema::new();
        let store = schema.open().await;
        Self { store, schema }
    }

    fn store(&self) -> &PostgresStore {
        &self.store
    }

    async fn expire(&self, worker: WorkerId) {
        let sql = format!("UPDATE workers SET expires = clock_timestamp() WHERE id = '{worker}'");
        self.schema.execute(&sql).await;
    }
}

impl DurableFixture for InSchema {
    async fn reopen(self) -> Self {
        let Self { store, schema } = self;
        drop(store);
        let store = schema.open().await;
        Self { store, schema }
    }
}

antiphon_store::conformance_suite!(InSchema);
antiphon_store::durability_suite!(InSchema);
