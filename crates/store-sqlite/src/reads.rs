//! What readers ask.

use antiphon_interaction::InteractionId;
use antiphon_store::{Conversation, OpenEntry, ProjectId, Record, Stored, StoredStep, Turn};
use rusqlite::{Connection, params};

use crate::failure::Failure;
use crate::rows::{self, Seq, all, first, index_of};

const RECORD: &str = "SELECT one.seq, parent.id, one.background, one.status, one.created, one.updated, one.head \
    FROM interactions AS one LEFT JOIN interactions AS parent ON parent.seq = one.parent_seq \
    WHERE one.id = ?1 AND one.project = ?2 AND one.erased = 0";
const INPUT: &str = "SELECT steps FROM inputs WHERE seq = ?1";
const STEPS: &str = "SELECT place, attempt, step, marks FROM steps WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const ENTRIES: &str = "SELECT step_index, attempt, ordinal, event FROM open_entries WHERE seq = ?1 \
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
const UNFINISHED: &str = "SELECT project, id FROM interactions WHERE finished = 0 ORDER BY seq";

pub fn read(connection: &Connection, project: &ProjectId, id: &InteractionId) -> Result<Option<Stored>, Failure> {
    let found = first(connection, RECORD, [id.as_str(), project.as_str()], |row| {
        let parent: Option<String> = row.get(1)?;
        let record = Record {
            id: id.clone(),
            project: project.clone(),
            parent: parent.as_deref().map(InteractionId::from),
            background: row.get(2)?,
            status: rows::status(row, 3)?,
            created: rows::time(row, 4)?,
            updated: rows::time(row, 5)?,
            head: rows::json(row, 6, &format!("the head of {id}"))?,
        };
        Ok((Seq(row.get(0)?), record))
    })?;
    let Some((seq, record)) = found else { return Ok(None) };
    let input = first(connection, INPUT, [seq.0], |row| {
        rows::json(row, 0, &format!("the input of {id}"))
    })?
    .ok_or_else(|| Failure::Unreadable(format!("the input of {id} is missing")))?;
    let steps = all(connection, STEPS, [seq.place(0), seq.place(u32::MAX)], |row| {
        let index = index_of(row.get(0)?);
        let step = rows::json(row, 2, &format!("step {index} of {id}"))?;
        Ok(StoredStep {
            index,
            attempt: row.get(1)?,
            step,
            marks: row.get(3)?,
        })
    })?;
    let open = all(connection, ENTRIES, [seq.0], |row| {
        let event = rows::json(row, 3, &format!("the open step of {id}"))?;
        Ok(OpenEntry {
            index: row.get(0)?,
            attempt: row.get(1)?,
            ordinal: row.get(2)?,
            event,
        })
    })?;
    Ok(Some(Stored {
        record,
        input,
        steps,
        open,
    }))
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

pub fn unfinished(connection: &Connection) -> Result<Vec<(ProjectId, InteractionId)>, Failure> {
    all(connection, UNFINISHED, [], |row| {
        Ok((ProjectId::from(rows::text(row, 0)?), rows::id(row, 1)?))
    })
}
