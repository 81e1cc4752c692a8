use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context as _;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

use crate::Options;
use crate::process::{Server, Settings};

/// Where a server keeps things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Database {
    Sqlite,
    Postgres,
}

impl fmt::Display for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// The databases to measure on.
pub(super) fn databases(options: &Options) -> impl Iterator<Item = Database> + use<> {
    let postgres = options.postgres.as_ref().map(|_| Database::Postgres);
    std::iter::once(Database::Sqlite).chain(postgres)
}

/// A server with its data folder and the upstream behind it.
pub(super) struct Bed {
    pub(super) antiphon: Server,
    pub(super) upstream: Server,
    pub(super) data: TempDir,
    /// Where it keeps things when not in its folder.
    pub(super) schema: Option<Schema>,
    arguments: Vec<String>,
}

impl Bed {
    /// On `SQLite`, with the usual settings.
    pub(super) async fn make(options: &Options) -> anyhow::Result<Self> {
        Self::with(options, Database::Sqlite, &[]).await
    }

    pub(super) async fn with(options: &Options, database: Database, arguments: &[&str]) -> anyhow::Result<Self> {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let upstream = Server::upstream().await?;
        let schema = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(Schema::new(options)?),
        };
        let data = TempDir::new()?;
        let antiphon = start(options, &data, &upstream, schema.as_ref(), &arguments).await?;
        Ok(Self {
            antiphon,
            upstream,
            data,
            schema,
            arguments,
        })
    }

    /// Another server on the same database.
    pub(super) async fn replica(&self, options: &Options) -> anyhow::Result<Replica> {
        let data = TempDir::new()?;
        let server = start(options, &data, &self.upstream, self.schema.as_ref(), &self.arguments).await?;
        Ok(Replica { server, _data: data })
    }

    pub(super) async fn clear(self) -> anyhow::Result<()> {
        self.antiphon.stop().await?;
        self.upstream.stop().await?;
        match self.schema {
            Some(schema) => schema.remove().await,
            None => Ok(()),
        }
    }
}

/// A second server of a [`Bed`].
pub(super) struct Replica {
    pub(super) server: Server,
    _data: TempDir,
}

async fn start(
    options: &Options,
    data: &TempDir,
    upstream: &Server,
    schema: Option<&Schema>,
    arguments: &[String],
) -> anyhow::Result<Server> {
    let settings = Settings {
        data: data.path(),
        upstream: Some(upstream.address),
        database: schema.map(|schema| schema.url.as_str()),
        arguments,
    };
    Server::antiphon(&options.antiphon, &settings).await
}

/// A schema of the benchmark's own.
pub(super) struct Schema {
    /// With the schema in it.
    url: String,
    database: String,
    pub(super) name: String,
}

impl Schema {
    fn new(options: &Options) -> anyhow::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let database = options.postgres.clone().context("--postgres names no database")?;
        let name = format!(
            "bench_{}_{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        let separator = if database.contains('?') { '&' } else { '?' };
        let url = format!("{database}{separator}schema={name}");
        Ok(Self { url, database, name })
    }

    pub(super) async fn connect(&self) -> anyhow::Result<PgConnection> {
        PgConnection::connect(&self.database)
            .await
            .context("the database of --postgres does not answer")
    }

    async fn remove(&self) -> anyhow::Result<()> {
        let mut connection = self.connect().await?;
        let statement = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name);
        connection.execute(statement.as_str()).await?;
        Ok(connection.close().await?)
    }
}
