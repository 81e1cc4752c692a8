use antiphon_store::Format;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::failure::{Cause, Failure};
use crate::refusal::Refusal;
use crate::rows::get;

/// A step from one format of the schema to the next.
struct Migration {
    sql: &'static str,
    /// The oldest format whose builds go on working beside this one: a migration that only adds leaves it as it was. One that
    /// must not be written to by older builds raises it, which their next commit is told, and drops the functions of theirs that would
    /// do harm.
    reads_from: i64,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        sql: include_str!("../migrations/0001_tables.sql"),
        reads_from: 1,
    },
    Migration {
        sql: include_str!("../migrations/0002_commits.sql"),
        reads_from: 1,
    },
    Migration {
        sql: include_str!("../migrations/0003_leases.sql"),
        reads_from: 1,
    },
    Migration {
        sql: include_str!("../migrations/0004_swept_trees.sql"),
        reads_from: 1,
    },
];

/// The format that this build writes.
pub const FORMAT: i64 = MIGRATIONS.len() as i64;

const OLDEST_SERVER: i32 = 13;

const SERVER: &str = "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding')";
const LOOK: &str = "SELECT to_regnamespace($1) IS NOT NULL, to_regclass($1 || '.format') IS NOT NULL, \
    EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace($1))";
const MAKE: &str = "CREATE TABLE format (one boolean PRIMARY KEY DEFAULT true CHECK (one), version bigint NOT NULL, \
        reads_from bigint NOT NULL); \
    INSERT INTO format (version, reads_from) VALUES (0, 0);";
/// Removes what processes that are long gone left behind.
const TIDY: &str = "DELETE FROM writers WHERE used < now() - interval '1 day'; \
    DELETE FROM workers WHERE expires < now() - interval '7 days' \
        AND NOT EXISTS (SELECT FROM jobs WHERE jobs.worker = workers.id);";

/// Makes the schema or brings it to this build's format, unless a newer build has been there.
pub async fn migrate(schema: &str, connection: &mut PgConnection) -> Result<(), Failure> {
    check_server(connection).await?;
    let mut transaction = connection.begin().await?;
    // Several processes may start at once.
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 3))")
        .bind(schema)
        .execute(&mut *transaction)
        .await?;
    let (version, reads_from) = format(schema, &mut transaction).await?;
    if version > FORMAT && reads_from > FORMAT {
        return Err(Failure::Refused(Refusal::Newer { found: version }));
    }
    let mut oldest = reads_from;
    for (migration, number) in MIGRATIONS.iter().zip(1_i64..).filter(|(_, number)| *number > version) {
        transaction.execute(migration.sql).await?;
        oldest = oldest.max(migration.reads_from);
        sqlx::query("UPDATE format SET version = $1, reads_from = $2")
            .bind(number)
            .bind(oldest)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.execute(TIDY).await?;
    Ok(transaction.commit().await?)
}

/// The format that a schema has, which is not changed; 0 where there is none.
pub async fn format_of(schema: &str, connection: &mut PgConnection) -> Result<Format, Failure> {
    check_server(connection).await?;
    let (stored, reads_from) = match look(schema, connection).await? {
        Look::Ours => stored_format(connection).await?,
        Look::Empty | Look::Missing => (0, 0),
    };
    Ok(Format {
        stored,
        reads_from,
        current: FORMAT,
    })
}

async fn check_server(connection: &mut PgConnection) -> Result<(), Failure> {
    let row = sqlx::query(SERVER).fetch_one(connection).await?;
    let (version, encoding): (i32, String) = (get(&row, 0)?, get(&row, 1)?);
    if version < OLDEST_SERVER {
        return Err(Failure::Unfit(Cause::OldServer(version)));
    }
    if encoding != "UTF8" {
        return Err(Failure::Unfit(Cause::Encoding(encoding)));
    }
    Ok(())
}

/// What a schema holds.
enum Look {
    Ours,
    Empty,
    Missing,
}

async fn look(schema: &str, connection: &mut PgConnection) -> Result<Look, Failure> {
    let row = sqlx::query(LOOK).bind(schema).fetch_one(connection).await?;
    let (there, ours, used): (bool, bool, bool) = (get(&row, 0)?, get(&row, 1)?, get(&row, 2)?);
    match (ours, used, there) {
        (true, _, _) => Ok(Look::Ours),
        (false, true, _) => {
            let message = format!("the schema `{schema}` holds the tables of another program");
            Err(Failure::Unreadable(message))
        }
        (false, false, true) => Ok(Look::Empty),
        (false, false, false) => Ok(Look::Missing),
    }
}

/// The format of our tables, and the oldest that may use them.
async fn stored_format(connection: &mut PgConnection) -> Result<(i64, i64), Failure> {
    let row = sqlx::query("SELECT version, reads_from FROM format")
        .fetch_one(connection)
        .await?;
    Ok((get(&row, 0)?, get(&row, 1)?))
}

/// The format that the schema has, which is made when it is missing, and the oldest that may use it; 0 for one that is new.
async fn format(schema: &str, connection: &mut PgConnection) -> Result<(i64, i64), Failure> {
    match look(schema, connection).await? {
        Look::Ours => return stored_format(connection).await,
        Look::Empty => {}
        Look::Missing => {
            connection.execute(format!("CREATE SCHEMA {schema}").as_str()).await?;
        }
    }
    connection.execute(MAKE).await?;
    Ok((0, 0))
}
