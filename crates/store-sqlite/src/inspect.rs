//! What an operator asks of a file, without opening it as a store.

use std::path::Path;
use std::time::{Duration, Instant};

use antiphon_interaction::InteractionId;
use antiphon_store::{Error, Format, Inspection, Leases, ProjectId, Stuck, StuckReason};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::connection::{format_of, open_as_it_is};
use crate::failure::{Failure, Location};
use crate::rows::{self, all, first};
use crate::{keys, queue};

const KEYS: &str = "SELECT count(*) FROM api_keys";
const COUNTS: &str = "SELECT count(*), coalesce(sum(finished = 0), 0), min(created) FROM interactions WHERE erased = 0";
const STUCK: &str = "SELECT one.project, one.id, one.updated, one.background, job.seq IS NULL \
    FROM interactions AS one LEFT JOIN jobs AS job ON job.interaction = one.id \
    WHERE one.finished = 0 AND CASE \
        WHEN one.background THEN job.seq IS NULL OR (job.worker IS NOT NULL AND NOT ?1) \
        ELSE NOT ?1 END \
    ORDER BY one.updated LIMIT ?2";
const DOCUMENTS: &str = "SELECT project, id, body FROM documents WHERE collection = ?1 ORDER BY created LIMIT ?2";
/// How many commits are measured.
const COMMITS: usize = 5;

/// The format of the file at `path`, which is not changed. Blocks on the disk.
///
/// # Errors
/// [`Error::Unavailable`] when the file is not there or cannot be read, [`Error::Damaged`] when it is none of ours.
pub fn format(path: impl AsRef<Path>) -> Result<Format, Error> {
    let path = path.as_ref();
    let location = Location::new(path);
    let mut connection = open_as_it_is(path, false).map_err(|error| location.explain(error))?;
    format_of(&mut connection, &location)
}

/// Looks into the file at `path`. Nothing of it is changed but the row of the health check. Leases are known to the process
/// that serves from the file only, so `served` says whether there is one: then what is held counts as running. Blocks on the disk.
///
/// # Errors
/// Those of [`format()`].
pub fn inspect(path: impl AsRef<Path>, collection: &str, now: Timestamp, served: bool) -> Result<Inspection, Error> {
    let path = path.as_ref();
    let location = Location::new(path);
    let explain = |failure: Failure| location.explain(failure);
    let mut connection = open_as_it_is(path, false).map_err(explain)?;
    let mut inspection = Inspection::new(format_of(&mut connection, &location)?);
    if inspection.format.stored != inspection.format.current {
        return Ok(inspection);
    }
    look(&connection, collection, now, served, &mut inspection).map_err(explain)?;
    inspection.commits = measure(path).map_err(explain)?;
    Ok(inspection)
}

fn look(
    connection: &Connection,
    collection: &str,
    now: Timestamp,
    served: bool,
    into: &mut Inspection,
) -> Result<(), Failure> {
    into.keys = first(connection, KEYS, [], |row| Ok(row.get::<_, u32>(0)?.into()))?.unwrap_or_default();
    let counts = first(connection, COUNTS, [], |row| {
        let oldest: Option<i64> = row.get(2)?;
        Ok((
            row.get::<_, u32>(0)?,
            row.get::<_, u32>(1)?,
            oldest.map(rows::moment).transpose()?,
        ))
    })?;
    if let Some((interactions, unfinished, oldest)) = counts {
        (into.interactions, into.unfinished, into.oldest) = (interactions.into(), unfinished.into(), oldest);
    }
    let most = i64::try_from(Inspection::LISTED).unwrap_or(i64::MAX);
    into.stuck = all(connection, STUCK, params![served, most], |row| {
        let reason = match (row.get(3)?, row.get(4)?) {
            (true, true) => StuckReason::NoJob,
            (true, false) => StuckReason::Abandoned,
            (false, _) => StuckReason::Orphaned,
        };
        Ok(Stuck {
            project: ProjectId::from(rows::text(row, 0)?),
            id: InteractionId::from(rows::text(row, 1)?),
            updated: rows::time(row, 2)?,
            reason,
        })
    })?;
    // No lease is known here: what is held comes out as abandoned.
    into.queue = queue::depths(connection, now, &Leases::default())?;
    if served {
        for depth in &mut into.queue {
            depth.held += std::mem::take(&mut depth.abandoned);
        }
    }
    into.documents = all(connection, DOCUMENTS, params![collection, most], |row| {
        Ok((ProjectId::from(rows::text(row, 0)?), row.get(1)?, row.get(2)?))
    })?;
    Ok(())
}

fn measure(path: &Path) -> Result<Vec<Duration>, Failure> {
    let connection = open_as_it_is(path, true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let mut times = Vec::with_capacity(COMMITS);
    for _ in 0..COMMITS {
        let begun = Instant::now();
        keys::write_probe(&connection)?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times)
}
