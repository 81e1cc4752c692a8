//! A database, the servers on it, and what they talk to.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use antiphon_store::Store;
use antiphon_store_postgres::{PostgresOptions, PostgresStore};
use antiphon_store_sqlite::{Options, SqliteStore};
use antiphon_testkit::FakeUpstream;
use antiphon_turn_engine::{Clock as _, SystemClock};
use jiff::SignedDuration;
use tempfile::TempDir;
use tokio::sync::watch;

use crate::client::Servers;
use crate::counter::Counter;
use crate::program::Program;
use crate::world::World;

/// Where the servers of a test keep things.
pub(crate) enum Database {
    /// A file in the data folder; one server at a time.
    Sqlite,
    /// A database that any number of servers share.
    Postgres { url: String, schema: String },
}

impl Database {
    /// A schema of its own on the tests' PostgreSQL server.
    pub(crate) fn postgres() -> Self {
        let url = std::env::var("ANTIPHON_TEST_POSTGRES").unwrap_or_else(|_| start_postgres());
        let schema = format!("crash_{:016x}", fastrand::Rng::new().u64(..));
        Self::Postgres { url, schema }
    }

    /// The store, beside the servers.
    pub(crate) async fn open(&self, data: &Path) -> Arc<dyn Store> {
        match self {
            Self::Sqlite => Arc::new(SqliteStore::open(data.join("antiphon.db"), Options::default()).unwrap()),
            Self::Postgres { url, schema } => {
                let options = PostgresOptions {
                    schema: schema.clone(),
                    max_connections: 4,
                    ..PostgresOptions::new(url)
                };
                Arc::new(PostgresStore::connect(options).await.unwrap())
            }
        }
    }

    /// The setting that names a shared database.
    pub(crate) fn named(url: &str, schema: &str) -> String {
        format!("{url}?schema={schema}")
    }
}

fn start_postgres() -> String {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres.sh");
    let done = Command::new(&script).arg("start").output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{} start failed: {said}", script.display());
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

/// All of it. Everything ends when it is dropped.
pub(crate) struct Site {
    pub(crate) world: World,
    pub(crate) counter: Counter,
    _upstream: FakeUpstream,
    folder: TempDir,
    /// Where the servers' data folders are, when not beside the log.
    data_in: Option<PathBuf>,
    variables: Vec<(String, String)>,
    programs: Vec<Program>,
    servers: watch::Sender<Vec<String>>,
    started: usize,
    database: Database,
}

impl Site {
    /// Sets up what the servers talk to; `variables` are their settings. No server yet.
    pub(crate) async fn new(database: Database, variables: &[(&str, &str)]) -> Self {
        let world = World::default();
        let upstream = world.upstream().await;
        let counter = Counter::start(world.clone()).await;
        let mut all = vec![
            ("ANTIPHON_UPSTREAM".to_owned(), upstream.url()),
            ("ANTIPHON_OUTBOUND_ALLOW".to_owned(), counter.address.clone()),
            ("RUST_LOG".to_owned(), "info".to_owned()),
        ];
        all.extend(
            variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        if let Database::Postgres { url, schema } = &database {
            all.push(("ANTIPHON_DATABASE".to_owned(), Database::named(url, schema)));
            all.push(("ANTIPHON_BLOBS".to_owned(), "database".to_owned()));
            all.push(("ANTIPHON_DATABASE_CONNECTIONS".to_owned(), "6".to_owned()));
        }
        Self {
            world,
            counter,
            _upstream: upstream,
            folder: TempDir::new().unwrap(),
            data_in: None,
            variables: all,
            programs: Vec::new(),
            servers: watch::Sender::default(),
            started: 0,
            database,
        }
    }

    /// The same with the servers' data in a folder of the caller's.
    pub(crate) async fn with_data_in(folder: &Path, database: Database, variables: &[(&str, &str)]) -> Self {
        Self {
            data_in: Some(folder.to_owned()),
            ..Self::new(database, variables).await
        }
    }

    /// Whether several servers can be there at once.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.database, Database::Postgres { .. })
    }

    /// Starts one server more.
    pub(crate) async fn start(&mut self) {
        self.start_with(&[]).await;
    }

    /// Starts one server more, with settings of its own.
    pub(crate) async fn start_with(&mut self, more: &[(&str, &str)]) {
        self.started += 1;
        let data = self.data();
        std::fs::create_dir_all(&data).unwrap();
        let log = std::env::var_os("CRASH_LOG").map_or_else(|| self.folder.path().join("log"), PathBuf::from);
        let mut variables = self.variables.clone();
        variables.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        self.programs.push(Program::start(&data, log, &variables).await);
        self.tell();
    }

    /// Kills the server that was started first.
    pub(crate) async fn kill(&mut self) {
        let victim = self.programs.remove(0);
        victim.kill().await;
        if !self.programs.is_empty() {
            self.tell();
        }
    }

    /// Where the servers are, now and later.
    pub(crate) fn servers(&self) -> Servers {
        self.servers.subscribe()
    }

    pub(crate) fn programs(&self) -> &[Program] {
        &self.programs
    }

    /// Ends the servers in good order. Panics when a run is left that is not over, or when an effect has happened twice; gives the
    /// number of effects.
    pub(crate) async fn finish(mut self) -> usize {
        let store = self.database.open(&self.data()).await;
        let worked_off = async {
            loop {
                let runs = store.queue(SystemClock.now()).await.unwrap();
                let mut runs = runs.into_iter().filter(|depth| depth.kind == "run");
                if runs.all(|depth| depth.waiting + depth.held + depth.abandoned == 0) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(60), worked_off).await.is_ok();
        assert!(
            in_time,
            "background runs are left: {:?}",
            store.queue(SystemClock.now()).await
        );
        for program in std::mem::take(&mut self.programs) {
            program.terminate().await;
        }
        // No lease outlives that.
        let later = SystemClock.now() + SignedDuration::from_hours(1);
        let orphans = store.orphans(later, 100).await.unwrap();
        assert!(
            orphans.is_empty(),
            "foreground runs are left that are not over: {orphans:?}"
        );
        let effects = self.counter.all();
        let repeated: Vec<_> = effects.iter().filter(|(_, times)| **times > 1).collect();
        assert!(repeated.is_empty(), "effects that happened again: {repeated:?}");
        effects.len()
    }

    /// The folder of the one server, or of the one that was started last: on one database servers have nothing else in common.
    fn data(&self) -> PathBuf {
        let number = if self.is_shared() { self.started } else { 0 };
        let folder = self.data_in.as_deref().unwrap_or(self.folder.path());
        folder.join(format!("data-{number}"))
    }

    fn tell(&self) {
        let urls = self.programs.iter().map(|program| program.url.clone());
        self.servers.send_replace(urls.collect());
    }
}
