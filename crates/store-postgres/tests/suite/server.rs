//! The server under the tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use antiphon_store_postgres::{PostgresOptions, PostgresStore};
use sqlx::{Connection as _, Executor as _, PgConnection};

/// Where the tests' server is: the one that the environment names, else one that the script starts for all test processes together.
pub fn url() -> String {
    match std::env::var("ANTIPHON_TEST_POSTGRES") {
        Ok(url) => url,
        Err(_) => script("start", None),
    }
}

/// Runs `scripts/postgres.sh` and returns what it printed.
pub fn script(command: &str, folder: Option<&Path>) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres.sh");
    let done = Command::new(&path).arg(command).args(folder).output();
    let done = done.unwrap_or_else(|error| panic!("{} cannot be run: {error}", path.display()));
    assert!(
        done.status.success(),
        "these tests need PostgreSQL: `scripts/postgres.sh {command}` failed, or name a server in ANTIPHON_TEST_POSTGRES\n{}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

/// A schema of a test's own. It goes with the throw-away server.
pub struct Schema {
    pub url: String,
    pub name: String,
}

impl Schema {
    pub fn new() -> Self {
        Self::at(url())
    }

    pub fn at(url: String) -> Self {
        let mut random = [0_u8; 8];
        getrandom::fill(&mut random).unwrap();
        Self {
            url,
            name: format!("test_{:016x}", u64::from_le_bytes(random)),
        }
    }

    pub fn options(&self) -> PostgresOptions {
        PostgresOptions {
            schema: self.name.clone(),
            max_connections: 6,
            ..PostgresOptions::new(&self.url)
        }
    }

    pub async fn open(&self) -> PostgresStore {
        PostgresStore::connect(self.options()).await.unwrap()
    }

    /// A connection beside the store's.
    pub async fn connection(&self) -> PgConnection {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        let path = format!("SET search_path = {}", self.name);
        connection.execute(path.as_str()).await.unwrap();
        connection
    }

    /// Runs statements beside the store.
    pub async fn execute(&self, sql: &str) {
        let mut connection = self.connection().await;
        connection.execute(sql).await.unwrap();
        connection.close().await.unwrap();
    }
}
