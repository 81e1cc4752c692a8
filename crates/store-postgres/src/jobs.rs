//! Leases, and jobs outside commits.

use std::time::Duration;

use antiphon_interaction::InteractionId;
use antiphon_store::{Claim, Error, Job, ProjectId, QueueDepth, Settlement, WorkerId};
use jiff::Timestamp;
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use crate::failure::{Failure, Location};
use crate::rows::{JobTexts, escaped, escaped_text, get, limit, name, nanoseconds, narrow, time, unescaped};

const RENEW: &str = "INSERT INTO workers AS w (id, expires) VALUES ($1, clock_timestamp() + make_interval(secs => $2)) \
    ON CONFLICT (id) DO UPDATE SET expires = excluded.expires WHERE NOT w.gone RETURNING 1";
const RETIRE: &str = "SELECT retire_1($1)";
const CLAIM: &str = "SELECT * FROM claim_1($1, $2, $3, $4, $5)";
const HELD: &str = "SELECT id, fence FROM jobs WHERE worker = $1 ORDER BY seq";
const SETTLE: &str = "SELECT settle_1($1, $2, $3, $4::json, $5, $6, $7)";
const DEPTHS: &str = "SELECT j.kind, \
        count(*) FILTER (WHERE j.worker IS NULL), \
        count(*) FILTER (WHERE w.id IS NOT NULL), \
        count(*) FILTER (WHERE j.worker IS NOT NULL AND w.id IS NULL), \
        min(j.due) FILTER (WHERE j.worker IS NULL AND j.due <= $1) \
    FROM jobs AS j LEFT JOIN workers AS w ON w.id = j.worker AND NOT w.gone AND w.expires > clock_timestamp() \
    GROUP BY j.kind ORDER BY j.kind";
/// Longer leases would overflow an interval, and nobody means them.
const LONGEST_LEASE: f64 = 1e9;

/// What a settlement changes, as the database's function takes it.
#[derive(Clone)]
pub struct Settling {
    id: String,
    fence: u32,
    done: bool,
    successors: String,
    limited: Vec<String>,
    later: Option<i64>,
    payload: Option<String>,
}

impl Settling {
    pub fn new(id: &str, fence: u32, settlement: Settlement, location: &Location) -> Result<Self, Error> {
        let (done, enqueue, later) = match settlement {
            Settlement::Done { enqueue } => (true, enqueue, None),
            Settlement::Later { due, payload } => (false, Vec::new(), Some((due, payload))),
            Settlement::HandedBack => (false, Vec::new(), None),
        };
        let successors = JobTexts::new(&enqueue, location)?;
        let (later, payload) = later
            .map(|(due, payload)| (nanoseconds(due), escaped_text(&payload).into_owned()))
            .unzip();
        Ok(Self {
            id: escaped(id).into_owned(),
            fence,
            done,
            successors: successors.json,
            limited: successors.limited,
            later,
            payload,
        })
    }
}

pub async fn heartbeat(connection: &mut PgConnection, worker: WorkerId, lease: Duration) -> Result<bool, Failure> {
    let renewed = sqlx::query(RENEW)
        .bind(escaped(worker.as_str()))
        .bind(lease.as_secs_f64().min(LONGEST_LEASE))
        .fetch_optional(connection)
        .await?;
    Ok(renewed.is_some())
}

pub async fn retire(connection: &mut PgConnection, worker: WorkerId) -> Result<(), Failure> {
    sqlx::query(RETIRE)
        .bind(escaped(worker.as_str()))
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn claim(connection: &mut PgConnection, claim: Claim) -> Result<Vec<Job>, Failure> {
    let Claim {
        worker,
        kinds,
        now,
        limit: most,
        per_project,
    } = claim;
    let kinds: Vec<String> = kinds.iter().map(|kind| escaped(kind).into_owned()).collect();
    let rows = sqlx::query(CLAIM)
        .bind(escaped(worker.as_str()))
        .bind(kinds)
        .bind(nanoseconds(now))
        .bind(limit(most))
        .bind(per_project.map(i64::from))
        .fetch_all(connection)
        .await?;
    rows.iter().map(job).collect()
}

fn job(row: &PgRow) -> Result<Job, Failure> {
    let interaction: Option<String> = get(row, 4)?;
    let silent_for: Option<f64> = get(row, 7)?;
    Ok(Job {
        id: name(row, 0)?,
        project: ProjectId::from(name(row, 1)?.as_str()),
        kind: name(row, 2)?,
        payload: name(row, 3)?,
        interaction: interaction.map(|id| InteractionId::from(unescaped(id).as_str())),
        fence: narrow(get(row, 5)?)?,
        tries: narrow(get(row, 6)?)?,
        silent_for: silent_for.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
    })
}

pub async fn held(connection: &mut PgConnection, worker: WorkerId) -> Result<Vec<(String, u32)>, Failure> {
    let rows = sqlx::query(HELD)
        .bind(escaped(worker.as_str()))
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| Ok((name(row, 0)?, narrow(get(row, 1)?)?)))
        .collect()
}

pub async fn settle(connection: &mut PgConnection, settling: Settling) -> Result<bool, Failure> {
    let Settling {
        id,
        fence,
        done,
        successors,
        limited,
        later,
        payload,
    } = settling;
    let row = sqlx::query(SETTLE)
        .bind(id)
        .bind(i64::from(fence))
        .bind(done)
        .bind(successors)
        .bind(limited)
        .bind(later)
        .bind(payload)
        .fetch_one(connection)
        .await?;
    get(&row, 0)
}

pub async fn depths(connection: &mut PgConnection, now: Timestamp) -> Result<Vec<QueueDepth>, Failure> {
    let rows = sqlx::query(DEPTHS).bind(nanoseconds(now)).fetch_all(connection).await?;
    let count = |row: &PgRow, column| Ok::<u64, Failure>(get::<i64>(row, column)?.unsigned_abs());
    rows.iter()
        .map(|row| {
            let oldest: Option<i64> = get(row, 4)?;
            Ok(QueueDepth {
                kind: name(row, 0)?,
                waiting: count(row, 1)?,
                held: count(row, 2)?,
                abandoned: count(row, 3)?,
                oldest_due: oldest.map(time).transpose()?,
            })
        })
        .collect()
}
