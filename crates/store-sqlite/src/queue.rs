//! Jobs.

use std::collections::{BTreeMap, HashMap};

use antiphon_interaction::InteractionId;
use antiphon_store::{
    Candidate, Claim, Error, Job, JobChange, JobMark, Leases, NewJob, ProjectId, QueueDepth, Settlement, WorkerId,
    share_out,
};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::failure::Failure;
use crate::rows::{self, all, execute, first, nanoseconds};

const THERE: &str = "SELECT 1 FROM jobs WHERE id = ?1";
const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM jobs WHERE kind = ?1 AND project = ?2 LIMIT ?3)";
const INSERT: &str = "INSERT INTO jobs \
    (id, project, kind, payload, interaction, due, priority, worker, fence, tries) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)";
const CLAIMED: &str = "SELECT seq FROM jobs WHERE id = ?1 AND fence = ?2 AND worker IS NOT NULL";
const PROGRESSED: &str = "UPDATE jobs SET tries = 0 WHERE seq = ?1 AND tries <> 0";
const REMOVE: &str = "DELETE FROM jobs WHERE seq = ?1";
const LATER: &str = "UPDATE jobs SET worker = NULL, due = ?2, payload = ?3 WHERE seq = ?1";
const HAND_BACK: &str = "UPDATE jobs SET worker = NULL, tries = max(tries - 1, 0) WHERE seq = ?1";
const HELD: &str = "SELECT seq, project, kind, priority, due, worker FROM jobs WHERE worker IS NOT NULL";
const HELD_BY: &str = "SELECT id, fence FROM jobs WHERE worker = ?1 ORDER BY seq";
/// Steps from one project to the next, however many jobs each has.
const PROJECTS: &str = "WITH RECURSIVE projects (project) AS ( \
        SELECT min(project) FROM jobs WHERE kind = ?1 \
        UNION ALL \
        SELECT (SELECT min(project) FROM jobs WHERE kind = ?1 AND project > projects.project) \
        FROM projects WHERE projects.project IS NOT NULL) \
    SELECT project FROM projects WHERE project IS NOT NULL";
const WAITING: &str = "SELECT seq, priority, due FROM jobs \
    WHERE kind = ?1 AND project = ?2 AND worker IS NULL AND due <= ?3 \
    ORDER BY priority DESC, due, seq LIMIT ?4";
const TAKE: &str = "UPDATE jobs SET worker = ?2, fence = fence + 1, tries = tries + 1 WHERE seq = ?1 \
    RETURNING id, project, kind, payload, interaction, fence, tries";
const DEPTHS: &str =
    "SELECT kind, worker, count(*), min(CASE WHEN due <= ?1 THEN due END) FROM jobs GROUP BY kind, worker";
const REMOVE_THOSE_OF: &str = "DELETE FROM jobs WHERE interaction = ?1";

/// Adds jobs; on `Err` the caller undoes what was added.
pub fn enqueue(connection: &Connection, new: &[NewJob]) -> Result<(), Failure> {
    for new in new {
        enqueue_one(connection, new)?;
    }
    Ok(())
}

fn enqueue_one(connection: &Connection, new: &NewJob) -> Result<(), Failure> {
    let NewJob {
        id,
        project,
        kind,
        payload,
        interaction,
        due,
        priority,
        worker,
        limit,
    } = new;
    if first(connection, THERE, [id], |_| Ok(()))?.is_some() {
        return Ok(());
    }
    if let Some(limit) = *limit {
        let count: Option<u32> = first(connection, COUNT, params![kind, project.as_str(), limit], |row| {
            Ok(row.get(0)?)
        })?;
        if count >= Some(limit) {
            let (project, kind) = (project.clone(), kind.clone());
            return Err(Error::QueueFull { project, kind, limit }.into());
        }
    }
    let row = params![
        id,
        project.as_str(),
        kind,
        payload,
        interaction.as_ref().map(InteractionId::as_str),
        nanoseconds(*due),
        priority,
        worker.as_ref().map(WorkerId::as_str),
        u32::from(worker.is_some()),
    ];
    execute(connection, INSERT, row)?;
    Ok(())
}

/// Does what a commit says of the job that causes it.
pub fn mark(connection: &Connection, change: &JobChange) -> Result<(), Failure> {
    let JobChange { id, fence, mark } = change;
    let Some(seq) = claimed(connection, id, *fence)? else {
        return Err(Error::Fenced(id.clone()).into());
    };
    let sql = match mark {
        JobMark::Progressed => PROGRESSED,
        JobMark::Done => REMOVE,
    };
    execute(connection, sql, [seq])?;
    Ok(())
}

pub fn held(connection: &Connection, worker: &WorkerId) -> Result<Vec<(String, u32)>, Failure> {
    all(connection, HELD_BY, [worker.as_str()], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

pub fn settle(connection: &Connection, id: &str, fence: u32, settlement: &Settlement) -> Result<bool, Failure> {
    let Some(seq) = claimed(connection, id, fence)? else {
        return Ok(false);
    };
    match settlement {
        Settlement::Done { enqueue: new } => {
            execute(connection, REMOVE, [seq])?;
            enqueue(connection, new)?;
        }
        Settlement::Later { due, payload } => {
            execute(connection, LATER, params![seq, nanoseconds(*due), payload])?;
        }
        Settlement::HandedBack => {
            execute(connection, HAND_BACK, [seq])?;
        }
    }
    Ok(true)
}

/// The job that somebody holds under this token.
fn claimed(connection: &Connection, id: &str, fence: u32) -> Result<Option<i64>, Failure> {
    first(connection, CLAIMED, params![id, fence], |row| Ok(row.get(0)?))
}

pub fn claim(connection: &Connection, claim: &Claim, leases: &Leases) -> Result<Vec<Job>, Failure> {
    let Claim {
        worker,
        kinds,
        now,
        limit,
        per_project,
    } = claim;
    if !leases.runs(worker, *now) {
        return Ok(Vec::new());
    }
    let Choice {
        candidates,
        held,
        abandoned,
    } = candidates(connection, kinds, *now, *limit, leases)?;
    let mut claimed = Vec::new();
    for seq in share_out(candidates, held, *per_project, *limit) {
        let silent_for = match abandoned.get(&seq).map(|silent| leases.take_over(silent, *now)) {
            Some(Some(taken)) => taken.silent_for,
            // It has come back since.
            Some(None) => continue,
            None => None,
        };
        let taken = first(connection, TAKE, params![seq, worker.as_str()], job)?;
        claimed.extend(taken.map(|job| Job { silent_for, ..job }));
    }
    Ok(claimed)
}

#[derive(Default)]
struct Choice {
    candidates: Vec<Candidate>,
    /// How many are held, by project.
    held: HashMap<ProjectId, u64>,
    /// Which candidates have a worker that went silent.
    abandoned: HashMap<i64, WorkerId>,
}

fn candidates(
    connection: &Connection,
    kinds: &[String],
    now: Timestamp,
    limit: usize,
    leases: &Leases,
) -> Result<Choice, Failure> {
    let mut choice = Choice::default();
    let mut held = connection.prepare_cached(HELD)?;
    let mut rows = held.query([])?;
    while let Some(row) = rows.next()? {
        let kind = rows::text(row, 2)?;
        if !kinds.iter().any(|wanted| wanted == kind) {
            continue;
        }
        let (project, worker) = (
            ProjectId::from(rows::text(row, 1)?),
            WorkerId::from(rows::text(row, 5)?),
        );
        let due = rows::time(row, 4)?;
        if leases.runs(&worker, now) {
            *choice.held.entry(project).or_default() += 1;
        } else if due <= now {
            let order = row.get(0)?;
            choice.abandoned.insert(order, worker);
            choice.candidates.push(Candidate {
                project,
                priority: row.get(3)?,
                due,
                order,
            });
        }
    }
    let (now, limit) = (nanoseconds(now), i64::try_from(limit).unwrap_or(i64::MAX));
    for kind in kinds {
        for project in all(connection, PROJECTS, [kind], |row| {
            Ok(ProjectId::from(rows::text(row, 0)?))
        })? {
            let waiting = all(
                connection,
                WAITING,
                params![kind, project.as_str(), now, limit],
                |row| {
                    Ok(Candidate {
                        project: project.clone(),
                        priority: row.get(1)?,
                        due: rows::time(row, 2)?,
                        order: row.get(0)?,
                    })
                },
            )?;
            choice.candidates.extend(waiting);
        }
    }
    Ok(choice)
}

fn job(row: &Row<'_>) -> Result<Job, Failure> {
    let interaction: Option<String> = row.get(4)?;
    Ok(Job {
        id: row.get(0)?,
        project: ProjectId::from(rows::text(row, 1)?),
        kind: row.get(2)?,
        payload: row.get(3)?,
        interaction: interaction.as_deref().map(InteractionId::from),
        fence: row.get(5)?,
        tries: row.get(6)?,
        silent_for: None,
    })
}

pub fn depths(connection: &Connection, now: Timestamp, leases: &Leases) -> Result<Vec<QueueDepth>, Failure> {
    let mut depths: BTreeMap<String, QueueDepth> = BTreeMap::new();
    let mut statement = connection.prepare_cached(DEPTHS)?;
    let mut rows = statement.query([nanoseconds(now)])?;
    while let Some(row) = rows.next()? {
        let kind: String = row.get(0)?;
        let (worker, count): (Option<String>, u64) = (row.get(1)?, row.get::<_, u32>(2)?.into());
        let depth = depths.entry(kind.clone()).or_insert(QueueDepth {
            kind,
            waiting: 0,
            held: 0,
            abandoned: 0,
            oldest_due: None,
        });
        match worker {
            None => {
                depth.waiting = count;
                let oldest: Option<i64> = row.get(3)?;
                depth.oldest_due = oldest.map(rows::moment).transpose()?;
            }
            Some(worker) if leases.runs(&WorkerId::from(worker.as_str()), now) => depth.held += count,
            Some(_) => depth.abandoned += count,
        }
    }
    Ok(depths.into_values().collect())
}

/// Takes away the jobs of an interaction that goes away.
pub fn remove_those_of(connection: &Connection, interaction: &str) -> Result<(), Failure> {
    execute(connection, REMOVE_THOSE_OF, [interaction]).map(|_| ())
}
