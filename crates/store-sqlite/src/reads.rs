//! What readers ask.

use antiphon_interaction::InteractionId;
use antiphon_store::{
    Conversation, Known, Leases, News, OpenEntry, ProjectId, Record, Stored, StoredStep, Turn, WorkerId,
};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::failure::Failure;
use crate::rows::{self, Seq, all, first, index_of};

const RECORD: &str = "SELECT one.seq, parent.id, one.background, one.status, one.created, one.updated, one.head, \
        one.attempt, one.owner \
    FROM interactions AS one LEFT JOIN interactions AS parent ON parent.seq = one.parent_seq \
    WHERE one.id = ?1 AND one.project = ?2 AND one.erased = 0";
const INPUT: &str = "SELECT steps FROM inputs WHERE seq = ?1";
const STEPS: &str = "SELECT place, attempt, step, marks FROM steps WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const ENTRIES: &str = "SELECT step_index, attempt, ordinal, event FROM open_entries \
    WHERE seq = ?1 AND NOT (step_index = ?2 AND attempt = ?3 AND ordinal < ?4) \
    ORDER BY step_index, attempt, ordinal";
/// The leaf first: a recursive query gives its rows in the order in which it finds them.
const LINE: &str = "WITH RECURSIVE line (seq, parent_seq, id, status, erased) AS ( \
        SELECT seq, parent_seq, id, status, erased FROM interactions WHERE id = ?1 AND project = ?2 AND erased = 0 \
        UNION ALL \
        SELECT up.seq, up.parent_seq, up.id, up.status, up.erased \
        FROM line CROSS JOIN interactions AS up ON up.seq = line.parent_seq) \
    SELECT line.seq, line.id, line.status, line.erased, inputs.steps \
    FROM line LEFT JOIN inputs ON inputs.seq = line.seq";
const OUTPUT: &str = "SELECT step FROM steps WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const IN_FOREGROUND: &str =
    "SELECT project, id, owner FROM interactions WHERE finished = 0 AND background = 0 ORDER BY seq";

pub fn read(connection: &Connection, project: &ProjectId, id: &InteractionId) -> Result<Option<Stored>, Failure> {
    let Some(Found { seq, attempt, record }) = find(connection, project, id)? else {
        return Ok(None);
    };
    let input = first(connection, INPUT, [seq.0], |row| {
        rows::json(row, 0, &format!("the input of {id}"))
    })?
    .ok_or_else(|| Failure::Unreadable(format!("the input of {id} is missing")))?;
    Ok(Some(Stored {
        record,
        attempt,
        input,
        steps: steps(connection, seq, id, Known::default())?,
        open: open(connection, seq, id, Known::default())?,
    }))
}

pub fn news(
    connection: &Connection,
    project: &ProjectId,
    id: &InteractionId,
    known: Known,
) -> Result<Option<News>, Failure> {
    let Some(Found { seq, attempt, record }) = find(connection, project, id)? else {
        return Ok(None);
    };
    Ok(Some(News {
        record,
        attempt,
        steps: steps(connection, seq, id, known)?,
        open: open(connection, seq, id, known)?,
    }))
}

struct Found {
    seq: Seq,
    attempt: u32,
    record: Record,
}

fn find(connection: &Connection, project: &ProjectId, id: &InteractionId) -> Result<Option<Found>, Failure> {
    first(connection, RECORD, [id.as_str(), project.as_str()], |row| {
        let (parent, owner): (Option<String>, Option<String>) = (row.get(1)?, row.get(8)?);
        let record = Record {
            id: id.clone(),
            project: project.clone(),
            parent: parent.as_deref().map(InteractionId::from),
            background: row.get(2)?,
            owner: owner.as_deref().map(WorkerId::from),
            status: rows::status(row, 3)?,
            created: rows::time(row, 4)?,
            updated: rows::time(row, 5)?,
            head: rows::json(row, 6, &format!("the head of {id}"))?,
        };
        Ok(Found {
            seq: Seq(row.get(0)?),
            attempt: row.get(7)?,
            record,
        })
    })
}

fn steps(connection: &Connection, seq: Seq, id: &InteractionId, known: Known) -> Result<Vec<StoredStep>, Failure> {
    all(
        connection,
        STEPS,
        [seq.place(known.steps), seq.place(u32::MAX)],
        |row| {
            let index = index_of(row.get(0)?);
            let step = rows::json(row, 2, &format!("step {index} of {id}"))?;
            Ok(StoredStep {
                index,
                attempt: row.get(1)?,
                step,
                marks: row.get(3)?,
            })
        },
    )
}

fn open(connection: &Connection, seq: Seq, id: &InteractionId, known: Known) -> Result<Vec<OpenEntry>, Failure> {
    let unknown = params![seq.0, known.steps, known.attempt, known.entries];
    all(connection, ENTRIES, unknown, |row| {
        let event = rows::json(row, 3, &format!("the open step of {id}"))?;
        Ok(OpenEntry {
            index: row.get(0)?,
            attempt: row.get(1)?,
            ordinal: row.get(2)?,
            event,
        })
    })
}

pub fn conversation(
    connection: &Connection,
    project: &ProjectId,
    leaf: &InteractionId,
) -> Result<Conversation, Failure> {
    let mut turns = Vec::new();
    let mut statement = connection.prepare_cached(LINE)?;
    let mut outputs = connection.prepare_cached(OUTPUT)?;
    let mut rows = statement.query([leaf.as_str(), project.as_str()])?;
    while let Some(row) = rows.next()? {
        let id = rows::id(row, 1)?;
        if row.get(3)? {
            return Ok(Conversation::Erased(id));
        }
        let seq = Seq(row.get(0)?);
        let input = rows::json(row, 4, &format!("the input of {id}"))?;
        let mut output = Vec::new();
        let mut steps = outputs.query(params![seq.place(0), seq.place(u32::MAX)])?;
        while let Some(step) = steps.next()? {
            output.push(rows::json(step, 0, &format!("a step of {id}"))?);
        }
        turns.push(Turn {
            id,
            status: rows::status(row, 2)?,
            input,
            output,
        });
    }
    if turns.is_empty() {
        return Ok(Conversation::NotFound);
    }
    turns.reverse();
    Ok(Conversation::Turns(turns))
}

/// The runs in the foreground that no worker with a lease owns, oldest first.
pub fn orphans(
    connection: &Connection,
    leases: &Leases,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<(ProjectId, InteractionId)>, Failure> {
    let is_owned = |row: &Row<'_>| -> Result<bool, Failure> {
        let owner = row.get_ref(2)?.as_str_or_null().map_err(rusqlite::Error::from)?;
        Ok(owner.is_some_and(|owner| leases.runs(&WorkerId::from(owner), now)))
    };
    let mut orphans = Vec::new();
    let mut statement = connection.prepare_cached(IN_FOREGROUND)?;
    let mut rows = statement.query([])?;
    while orphans.len() < limit
        && let Some(row) = rows.next()?
    {
        if !is_owned(row)? {
            orphans.push((ProjectId::from(rows::text(row, 0)?), rows::id(row, 1)?));
        }
    }
    Ok(orphans)
}
