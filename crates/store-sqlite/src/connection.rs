use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use antiphon_store::{Error, Format};
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::failure::{Cause, Failure, Location};

/// `Anti` in the header of our files, so that a database of another program is not taken for ours.
const APPLICATION_ID: i64 = 0x416e_7469;
/// What turns each format into the next; the format of a file is its `user_version`.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_interactions.sql"),
    include_str!("../migrations/0002_durable.sql"),
];
const TABLES: &[&str] = &[
    "interactions",
    "inputs",
    "steps",
    "open_entries",
    "api_keys",
    "secrets",
    "probe",
    "jobs",
    "documents",
];
/// How long another process may hold the file's lock; its writes take milliseconds.
const BUSY: Duration = Duration::from_secs(10);
const BUSY_STEP: Duration = Duration::from_millis(5);
const STATEMENTS: usize = 96;

/// How the store treats its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// When a write counts as done.
    pub synchronous: Synchronous,
}

/// When a write counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// When the disk says that it has it: nothing acknowledged is lost when the power fails.
    #[default]
    Full,
    /// When the operating system has it: a crash of the process loses nothing, a power failure may lose the last
    /// moments. The file stays whole either way.
    Normal,
}

/// Opens the file for writing, made or brought to this build's format where needed.
pub fn open_writer(path: &Path, options: Options, location: &Location) -> Result<Connection, Error> {
    let mut connection = connect(path).map_err(|error| location.explain(error))?;
    refuse_others(&mut connection, location)?;
    let mode = use_log(&connection).map_err(|error| location.explain(error))?;
    if mode != "wal" {
        return Err(location.unavailable(Cause::NoWal(mode)));
    }
    let synchronous = match options.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    let set_up = |connection: &mut Connection| -> Result<(), Failure> {
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "secure_delete", true)?;
        migrate(connection)?;
        for table in TABLES {
            connection
                .prepare(&format!("SELECT 1 FROM {table} LIMIT 1"))?
                .exists([])?;
        }
        Ok(())
    };
    set_up(&mut connection).map_err(|error| location.explain(error))?;
    Ok(connection)
}

/// Opens a file that a writer has opened, for reading.
pub fn open_reader(path: &Path, location: &Location) -> Result<Connection, Error> {
    let open = || -> Result<Connection, Failure> {
        let connection = connect(path)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    };
    open().map_err(|error| location.explain(error))
}

/// Opens a file that is there, without changing it; `writing` is for the row of the health check.
pub fn open_as_it_is(path: &Path, writing: bool) -> Result<Connection, Failure> {
    let access = if writing {
        OpenFlags::SQLITE_OPEN_READ_WRITE
    } else {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    };
    connect_with(path, access)
}

fn connect(path: &Path) -> Result<Connection, Failure> {
    connect_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
}

fn connect_with(path: &Path, access: OpenFlags) -> Result<Connection, Failure> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

/// The format of a file that is ours, 0 for an empty one.
pub fn format_of(connection: &mut Connection, location: &Location) -> Result<Format, Error> {
    let current = MIGRATIONS.len() as i64;
    match refuse_others(connection, location) {
        Ok(()) => {
            let stored = format(connection).map_err(|error| location.explain(error))?;
            Ok(Format {
                stored,
                reads_from: stored,
                current,
            })
        }
        Err(Error::Newer { found, .. }) => Ok(Format {
            stored: found,
            reads_from: found,
            current,
        }),
        Err(error) => Err(error),
    }
}

/// Looks at the header before anything is written.
fn refuse_others(connection: &mut Connection, location: &Location) -> Result<(), Error> {
    let mut look = || -> Result<(i64, i64, i64), Failure> {
        // One snapshot, since another process may be making the file.
        let header = connection.transaction()?;
        let objects = header.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok((objects, number(&header, "application_id")?, format(&header)?))
    };
    let (objects, application, found) = look().map_err(|error| location.explain(error))?;
    let supported = MIGRATIONS.len() as i64;
    match (objects, application) {
        (0, 0) => Ok(()),
        (_, APPLICATION_ID) if found > supported => Err(location.newer(found, supported)),
        (1.., APPLICATION_ID) if found > 0 => Ok(()),
        (_, APPLICATION_ID) => Err(location.damaged("its tables are gone")),
        (_, _) => Err(location.damaged("it is the database of another program")),
    }
}

/// Turns the write-ahead log on. Where that could deadlock with another process that does the same, SQLite gives up
/// at once instead of waiting, so the waiting is done here.
fn use_log(connection: &Connection) -> Result<String, Failure> {
    let begun = Instant::now();
    loop {
        match connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && begun.elapsed() < BUSY => {
                thread::sleep(BUSY_STEP);
            }
            done => return Ok(done?),
        }
    }
}

fn migrate(connection: &mut Connection) -> Result<(), Failure> {
    // Another process may be doing the same: the format counts only under the lock.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = format(&transaction)?;
    let done = usize::try_from(found).unwrap_or(usize::MAX).min(MIGRATIONS.len());
    for migration in &MIGRATIONS[done..] {
        transaction.execute_batch(migration)?;
    }
    if done < MIGRATIONS.len() {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    }
    transaction.commit()?;
    Ok(())
}

fn format(connection: &Connection) -> Result<i64, Failure> {
    number(connection, "user_version")
}

fn number(connection: &Connection, pragma: &str) -> Result<i64, Failure> {
    Ok(connection.pragma_query_value(None, pragma, |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_decides_when_a_write_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        for (synchronous, expected) in [(Synchronous::Full, 2), (Synchronous::Normal, 1)] {
            let connection = open_writer(&path, Options { synchronous }, &Location::new(&path)).unwrap();
            let level: i64 = connection
                .pragma_query_value(None, "synchronous", |row| row.get(0))
                .unwrap();
            assert_eq!(level, expected);
        }
    }
}
