//! All rows, out of one file and into another store.

use antiphon_store::{DocumentRow, EntryRow, Error, InteractionRow, JobRow, KeyRow, Row, SecretRow, StepRow, Table};
use futures::StreamExt as _;
use futures::executor::block_on;
use futures::stream::BoxStream;
use rusqlite::{Connection, params};

use crate::failure::Failure;
use crate::rows::{Seq, all, execute, first, index_of};

const INTERACTIONS: &str = "SELECT one.seq, one.id, one.project, one.parent_seq, one.root_seq, one.background, one.owner, \
        one.status, one.finished, one.attempt, one.created, one.updated, one.erased, one.head, inputs.steps \
    FROM interactions AS one LEFT JOIN inputs ON inputs.seq = one.seq \
    WHERE one.seq > ?1 ORDER BY one.seq LIMIT ?2";
const STEPS: &str = "SELECT place, attempt, step, marks FROM steps WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
const ENTRIES: &str = "SELECT step_index, attempt, ordinal, event FROM open_entries WHERE seq = ?1 \
    ORDER BY step_index, attempt, ordinal";
const JOBS: &str = "SELECT seq, id, project, kind, payload, interaction, due, priority, fence, tries FROM jobs \
    WHERE seq > ?1 ORDER BY seq LIMIT ?2";
const DOCUMENTS: &str = "SELECT collection, id, project, grouped_by, revision, created, body FROM documents \
    WHERE (collection, id) > (?1, ?2) ORDER BY collection, id LIMIT ?3";
const KEYS: &str = "SELECT seq, id, hash, project, name, created FROM api_keys WHERE seq > ?1 ORDER BY seq LIMIT ?2";
const SECRETS: &str = "SELECT name, secret FROM secrets WHERE name > ?1 ORDER BY name LIMIT ?2";
const IS_USED: &str = "SELECT EXISTS (SELECT 1 FROM interactions) OR EXISTS (SELECT 1 FROM jobs) \
    OR EXISTS (SELECT 1 FROM documents) OR EXISTS (SELECT 1 FROM api_keys) OR EXISTS (SELECT 1 FROM secrets)";

const PUT_INTERACTION: &str = "INSERT INTO interactions (seq, id, project, parent_seq, root_seq, background, owner, status, \
    finished, attempt, created, updated, erased, head) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
const PUT_INPUT: &str = "INSERT INTO inputs (seq, steps) VALUES (?1, ?2)";
const PUT_STEP: &str = "INSERT INTO steps (place, attempt, step, marks) VALUES (?1, ?2, ?3, ?4)";
const PUT_ENTRY: &str =
    "INSERT INTO open_entries (seq, step_index, attempt, ordinal, event) VALUES (?1, ?2, ?3, ?4, ?5)";
const PUT_JOB: &str = "INSERT INTO jobs (seq, id, project, kind, payload, interaction, due, priority, fence, tries) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const PUT_DOCUMENT: &str = "INSERT INTO documents (collection, id, project, grouped_by, revision, created, body) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const PUT_KEY: &str = "INSERT INTO api_keys (seq, id, hash, project, name, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const PUT_SECRET: &str = "INSERT INTO secrets (name, secret) VALUES (?1, ?2)";

/// The rows behind `after`.
pub fn export(connection: &Connection, table: Table, after: Option<&Row>, limit: usize) -> Result<Vec<Row>, Failure> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let seq = match after {
        Some(Row::Interaction(row)) => row.seq,
        Some(Row::Job(JobRow { seq, .. }) | Row::Key(KeyRow { seq, .. })) => *seq,
        Some(Row::Document(_) | Row::Secret(_)) | None => 0,
    };
    match table {
        Table::Interactions => interactions(connection, seq, limit),
        Table::Jobs => all(connection, JOBS, params![seq, limit], |row| {
            Ok(Row::Job(JobRow {
                seq: row.get(0)?,
                id: row.get(1)?,
                project: row.get(2)?,
                kind: row.get(3)?,
                payload: row.get(4)?,
                interaction: row.get(5)?,
                due: row.get(6)?,
                priority: row.get(7)?,
                fence: row.get(8)?,
                tries: row.get(9)?,
            }))
        }),
        Table::Documents => {
            let (collection, id) = match after {
                Some(Row::Document(row)) => (row.collection.as_str(), row.id.as_str()),
                Some(Row::Interaction(_) | Row::Job(_) | Row::Key(_) | Row::Secret(_)) | None => ("", ""),
            };
            all(connection, DOCUMENTS, params![collection, id, limit], |row| {
                Ok(Row::Document(DocumentRow {
                    collection: row.get(0)?,
                    id: row.get(1)?,
                    project: row.get(2)?,
                    group: row.get(3)?,
                    revision: row.get(4)?,
                    created: row.get(5)?,
                    body: row.get(6)?,
                }))
            })
        }
        Table::Keys => all(connection, KEYS, params![seq, limit], |row| {
            Ok(Row::Key(KeyRow {
                seq: row.get(0)?,
                id: row.get(1)?,
                hash: row.get(2)?,
                project: row.get(3)?,
                name: row.get(4)?,
                created: row.get(5)?,
            }))
        }),
        Table::Secrets => {
            let name = match after {
                Some(Row::Secret(row)) => row.name.as_str(),
                Some(Row::Interaction(_) | Row::Job(_) | Row::Key(_) | Row::Document(_)) | None => "",
            };
            all(connection, SECRETS, params![name, limit], |row| {
                Ok(Row::Secret(SecretRow {
                    name: row.get(0)?,
                    secret: row.get(1)?,
                }))
            })
        }
    }
}

fn interactions(connection: &Connection, after: i64, limit: i64) -> Result<Vec<Row>, Failure> {
    let mut rows = all(connection, INTERACTIONS, params![after, limit], |row| {
        Ok(InteractionRow {
            seq: row.get(0)?,
            id: row.get(1)?,
            project: row.get(2)?,
            parent_seq: row.get(3)?,
            root_seq: row.get(4)?,
            background: row.get(5)?,
            owner: row.get(6)?,
            status: row.get(7)?,
            finished: row.get(8)?,
            attempt: row.get(9)?,
            created: row.get(10)?,
            updated: row.get(11)?,
            erased: row.get(12)?,
            head: row.get(13)?,
            input: row.get(14)?,
            steps: Vec::new(),
            entries: Vec::new(),
        })
    })?;
    for row in &mut rows {
        let seq = Seq(row.seq);
        row.steps = all(connection, STEPS, [seq.place(0), seq.place(u32::MAX)], |step| {
            Ok(StepRow {
                index: index_of(step.get(0)?),
                attempt: step.get(1)?,
                step: step.get(2)?,
                marks: step.get(3)?,
            })
        })?;
        row.entries = all(connection, ENTRIES, [row.seq], |entry| {
            Ok(EntryRow {
                index: entry.get(0)?,
                attempt: entry.get(1)?,
                ordinal: entry.get(2)?,
                event: entry.get(3)?,
            })
        })?;
    }
    Ok(rows.into_iter().map(|row| Row::Interaction(Box::new(row))).collect())
}

/// Writes all rows; on `Err` the caller undoes what was written. Waits for the stream on the thread that writes, which has nothing
/// else to do meanwhile.
pub fn import(
    connection: &Connection,
    mut pages: BoxStream<'static, Result<Vec<Row>, Error>>,
    location: &str,
) -> Result<(), Failure> {
    if first(connection, IS_USED, [], |row| Ok(row.get::<_, bool>(0)?))? == Some(true) {
        return Err(Error::AlreadyExists(format!("data in {location}")).into());
    }
    while let Some(page) = block_on(pages.next()) {
        for row in page? {
            put(connection, row)?;
        }
    }
    Ok(())
}

fn put(connection: &Connection, row: Row) -> Result<(), Failure> {
    match row {
        Row::Interaction(row) => put_interaction(connection, *row)?,
        Row::Job(JobRow {
            seq,
            id,
            project,
            kind,
            payload,
            interaction,
            due,
            priority,
            fence,
            tries,
        }) => {
            let row = params![
                seq,
                id,
                project,
                kind,
                payload,
                interaction,
                due,
                priority,
                fence,
                tries
            ];
            execute(connection, PUT_JOB, row)?;
        }
        Row::Document(DocumentRow {
            collection,
            id,
            project,
            group,
            revision,
            created,
            body,
        }) => {
            let row = params![collection, id, project, group, revision, created, body];
            execute(connection, PUT_DOCUMENT, row)?;
        }
        Row::Key(KeyRow {
            seq,
            id,
            hash,
            project,
            name,
            created,
        }) => {
            execute(connection, PUT_KEY, params![seq, id, hash, project, name, created])?;
        }
        Row::Secret(SecretRow { name, secret }) => {
            execute(connection, PUT_SECRET, params![name, secret])?;
        }
    }
    Ok(())
}

fn put_interaction(connection: &Connection, row: InteractionRow) -> Result<(), Failure> {
    let InteractionRow {
        seq,
        id,
        project,
        parent_seq,
        root_seq,
        background,
        owner,
        status,
        finished,
        attempt,
        created,
        updated,
        erased,
        head,
        input,
        steps,
        entries,
    } = row;
    let row = params![
        seq, id, project, parent_seq, root_seq, background, owner, status, finished, attempt, created, updated, erased,
        head
    ];
    execute(connection, PUT_INTERACTION, row)?;
    if let Some(input) = input {
        execute(connection, PUT_INPUT, params![seq, input])?;
    }
    for StepRow {
        index,
        attempt,
        step,
        marks,
    } in steps
    {
        let place = Seq(seq).place(index);
        execute(connection, PUT_STEP, params![place, attempt, step, marks])?;
    }
    for EntryRow {
        index,
        attempt,
        ordinal,
        event,
    } in entries
    {
        execute(connection, PUT_ENTRY, params![seq, index, attempt, ordinal, event])?;
    }
    Ok(())
}
