//! What is measured, with nothing around it.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::ensure;
use sqlx::{Executor as _, PgConnection};
use tokio::process::Command;

use super::bed::Bed;
use crate::statistics::Durations;

/// About what a turn with a short answer leaves in the log.
const ROW: usize = 1_024;
/// More than `SQLite` keeps in its log, a thousand pages, before it copies them to the database.
const ROWS_OF_LOG: usize = 6_000;
/// The smallest program.
pub(super) const PYTHON: [&str; 3] = ["python3", "-c", "pass"];
/// Where sandboxes look for programs.
const PROGRAMS: &str = "/usr/local/bin:/usr/bin:/bin";

/// Durable commits of one row in the database of a [`Bed`], with nothing around them: what no server can be faster than.
pub(super) enum Commits {
    Sqlite(Box<rusqlite::Connection>),
    Postgres(Vec<PgConnection>, String),
}

impl Commits {
    /// Of as many writers at once as asked for: connections to Postgres; rows in one commit to `SQLite`, which has one
    /// writer.
    pub(super) async fn prepare(bed: &Bed, writers: usize) -> anyhow::Result<Self> {
        let Some(schema) = &bed.schema else {
            return Ok(Self::Sqlite(Box::new(sqlite(&bed.data.path().join("bare.sqlite"))?)));
        };
        let mut connections = Vec::with_capacity(writers);
        for _ in 0..writers {
            connections.push(schema.connect().await?);
        }
        let table = format!("{}.bare", schema.name);
        let statement = format!("CREATE TABLE IF NOT EXISTS {table} (id bigserial PRIMARY KEY, payload text NOT NULL)");
        if let Some(connection) = connections.first_mut() {
            connection.execute(statement.as_str()).await?;
        }
        let insert = format!("INSERT INTO {table} (payload) VALUES ($1)");
        Ok(Self::Postgres(connections, insert))
    }

    /// Commits for `time`, and gives how long each row took.
    pub(super) async fn run(self, writers: usize, time: Duration) -> anyhow::Result<(Durations, Self)> {
        let began = Instant::now();
        match self {
            Self::Sqlite(mut connection) => {
                let running = tokio::task::spawn_blocking(move || {
                    let mut durations = Durations::default();
                    while began.elapsed() < time {
                        let taken = group(&mut connection, writers)?;
                        (0..writers).for_each(|_| durations.push(taken));
                    }
                    anyhow::Ok((durations, Self::Sqlite(connection)))
                });
                running.await?
            }
            Self::Postgres(connections, insert) => {
                let mut running = Vec::new();
                for mut connection in connections {
                    let insert = insert.clone();
                    running.push(tokio::spawn(async move {
                        let mut durations = Durations::default();
                        while began.elapsed() < time {
                            let begun = Instant::now();
                            sqlx::query(&insert)
                                .bind("x".repeat(ROW))
                                .execute(&mut connection)
                                .await?;
                            durations.push(begun.elapsed());
                        }
                        anyhow::Ok((durations, connection))
                    }));
                }
                let (mut durations, mut connections) = (Durations::default(), Vec::new());
                for writer in running {
                    let (some, connection) = writer.await??;
                    durations.extend(some);
                    connections.push(connection);
                }
                Ok((durations, Self::Postgres(connections, insert)))
            }
        }
    }
}

fn sqlite(file: &Path) -> anyhow::Result<rusqlite::Connection> {
    let mut connection = rusqlite::Connection::open(file)?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, payload TEXT NOT NULL)")?;
    // The log grows to its full size first; from then on it is written over, as in a server that has run for a while.
    for _ in 0..10 {
        group(&mut connection, ROWS_OF_LOG / 10)?;
    }
    Ok(connection)
}

fn group(connection: &mut rusqlite::Connection, rows: usize) -> rusqlite::Result<Duration> {
    let begun = Instant::now();
    let transaction = connection.transaction()?;
    for _ in 0..rows {
        transaction
            .prepare_cached("INSERT INTO bare (payload) VALUES (?1)")?
            .execute(["x".repeat(ROW)])?;
    }
    transaction.commit()?;
    Ok(begun.elapsed())
}

/// Runs [`PYTHON`] without a sandbox.
pub(super) async fn python() -> anyhow::Result<()> {
    let status = Command::new(PYTHON[0])
        .args(&PYTHON[1..])
        .env_clear()
        .env("PATH", PROGRAMS)
        .stdin(Stdio::null())
        .status()
        .await?;
    ensure!(status.success(), "python3 ended with {status}");
    Ok(())
}
