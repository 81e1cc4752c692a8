//! What an operator asks of a schema, without opening it as a store.

use std::time::{Duration, Instant};

use antiphon_interaction::InteractionId;
use antiphon_store::{Error, Format, Inspection, ProjectId, Stuck, StuckReason};
use jiff::Timestamp;
use sqlx::{Connection as _, PgConnection};

use crate::connection::open;
use crate::failure::Failure;
use crate::migration::format_of;
use crate::options::{Checked, PostgresOptions};
use crate::rows::{escaped, get, limit, name, time};
use crate::{jobs, keys};

const KEYS: &str = "SELECT count(*) FROM api_keys";
const COUNTS: &str = "SELECT count(*), count(*) FILTER (WHERE NOT finished), min(created) FROM interactions \
    WHERE NOT erased";
const STUCK: &str = "SELECT one.project, one.id, one.updated, one.background, job.seq IS NULL \
    FROM interactions AS one LEFT JOIN jobs AS job ON job.interaction = one.id \
    WHERE NOT one.finished AND CASE \
        WHEN one.background THEN job.seq IS NULL OR (job.worker IS NOT NULL AND NOT runs_1(job.worker)) \
        ELSE one.owner IS NULL OR NOT runs_1(one.owner) END \
    ORDER BY one.updated LIMIT $1";
const DOCUMENTS: &str = "SELECT project, id, body FROM documents WHERE collection = $1 ORDER BY created LIMIT $2";
/// How many commits are measured.
const COMMITS: usize = 5;

/// The format of a schema, which is not changed; 0 where there is none yet. Needs a tokio runtime.
///
/// # Errors
/// [`Error::Unavailable`] when the options are wrong or the database cannot be reached, [`Error::Damaged`] for a schema that holds
/// something else.
pub async fn format(options: PostgresOptions) -> Result<Format, Error> {
    let options = Checked::new(options)?;
    let found = async {
        let mut connection = open(&options, options.timeout).await?;
        let found = format_of(&options.schema, &mut connection).await?;
        connection.close().await?;
        Ok(found)
    };
    found.await.map_err(|failure| options.location.explain(failure, ""))
}

/// Looks into a schema. Nothing of it is changed but the row of the health check. Needs a tokio runtime.
///
/// # Errors
/// Those of [`format()`].
pub async fn inspect(options: PostgresOptions, collection: &str, now: Timestamp) -> Result<Inspection, Error> {
    let options = Checked::new(options)?;
    let looked = async {
        let mut connection = open(&options, options.timeout).await?;
        let mut inspection = Inspection::new(format_of(&options.schema, &mut connection).await?);
        if inspection.format.stored > 0 && !inspection.format.is_behind() && !inspection.format.is_beyond() {
            look(&mut connection, collection, now, &mut inspection).await?;
            inspection.commits = measure(&mut connection).await?;
        }
        connection.close().await?;
        Ok(inspection)
    };
    looked.await.map_err(|failure| options.location.explain(failure, ""))
}

async fn look(
    connection: &mut PgConnection,
    collection: &str,
    now: Timestamp,
    into: &mut Inspection,
) -> Result<(), Failure> {
    let row = sqlx::query(KEYS).fetch_one(&mut *connection).await?;
    into.keys = get::<i64>(&row, 0)?.unsigned_abs();
    let row = sqlx::query(COUNTS).fetch_one(&mut *connection).await?;
    into.interactions = get::<i64>(&row, 0)?.unsigned_abs();
    into.unfinished = get::<i64>(&row, 1)?.unsigned_abs();
    into.oldest = get::<Option<i64>>(&row, 2)?.map(time).transpose()?;
    let rows = sqlx::query(STUCK)
        .bind(limit(Inspection::LISTED))
        .fetch_all(&mut *connection)
        .await?;
    for row in &rows {
        let reason = match (get(row, 3)?, get(row, 4)?) {
            (true, true) => StuckReason::NoJob,
            (true, false) => StuckReason::Abandoned,
            (false, _) => StuckReason::Orphaned,
        };
        into.stuck.push(Stuck {
            project: ProjectId::from(name(row, 0)?.as_str()),
            id: InteractionId::from(name(row, 1)?.as_str()),
            updated: time(get(row, 2)?)?,
            reason,
        });
    }
    into.queue = jobs::depths(connection, now).await?;
    let rows = sqlx::query(DOCUMENTS)
        .bind(escaped(collection))
        .bind(limit(Inspection::LISTED))
        .fetch_all(connection)
        .await?;
    for row in &rows {
        let project = ProjectId::from(name(row, 0)?.as_str());
        into.documents.push((project, name(row, 1)?, name(row, 2)?));
    }
    Ok(())
}

async fn measure(connection: &mut PgConnection) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::with_capacity(COMMITS);
    for _ in 0..COMMITS {
        let begun = Instant::now();
        keys::probe(connection).await?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times)
}
