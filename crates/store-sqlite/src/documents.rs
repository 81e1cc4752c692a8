//! Documents.

use antiphon_store::{Document, DocumentQuery, Error, NewJob, ProjectId};
use rusqlite::{Connection, Row, params};

use crate::failure::Failure;
use crate::queue;
use crate::rows::{self, all, execute, first, nanoseconds};

const INSERT: &str = "INSERT INTO documents (collection, id, project, grouped_by, revision, created, body) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE documents SET grouped_by = ?4, revision = ?5, created = ?6, body = ?7 \
    WHERE collection = ?1 AND id = ?2 AND project = ?3 AND revision = ?5 - 1";
const FIND: &str = "SELECT id, grouped_by, revision, created, body FROM documents \
    WHERE collection = ?1 AND id = ?2 AND project = ?3";
const LIST: &str = "SELECT id, grouped_by, revision, created, body FROM documents \
    WHERE collection = ?1 AND project = ?2 AND (created, id) < (?3, ?4) \
    ORDER BY created DESC, id DESC LIMIT ?5";
const LIST_GROUP: &str = "SELECT id, grouped_by, revision, created, body FROM documents \
    WHERE collection = ?1 AND project = ?2 AND (created, id) < (?3, ?4) AND grouped_by = ?6 \
    ORDER BY created DESC, id DESC LIMIT ?5";
const DELETE: &str = "DELETE FROM documents WHERE collection = ?1 AND id = ?2 AND project = ?3";
const DELETE_GROUP: &str = "DELETE FROM documents WHERE collection = ?1 AND project = ?2 AND grouped_by = ?3";
const TRIM: &str = "DELETE FROM documents WHERE collection = ?1 AND id IN ( \
        SELECT id FROM documents WHERE collection = ?1 AND project = ?2 AND grouped_by = ?3 \
        ORDER BY created DESC, id DESC LIMIT -1 OFFSET ?4)";

/// SQLite orders every text before every blob: with this id the last moment lies behind a list's beginning as well.
const ABOVE_TEXT: &[u8] = &[];

/// Writes a document and its jobs; on `Err` the caller undoes both.
pub fn put(connection: &Connection, document: &Document, enqueue: &[NewJob]) -> Result<(), Failure> {
    let Document {
        collection,
        project,
        id,
        group,
        revision,
        created,
        body,
    } = document;
    let is_new = *revision == 1;
    let revision = whole(*revision);
    let row = params![
        collection,
        id,
        project.as_str(),
        group,
        revision,
        nanoseconds(*created),
        body
    ];
    if execute(connection, if is_new { INSERT } else { UPDATE }, row)? == 0 {
        let refused = if is_new { Error::AlreadyExists } else { Error::Conflict };
        return Err(refused(id.clone()).into());
    }
    queue::enqueue(connection, enqueue)
}

pub fn find(
    connection: &Connection,
    collection: &'static str,
    project: &ProjectId,
    id: &str,
) -> Result<Option<Document>, Failure> {
    first(connection, FIND, [collection, id, project.as_str()], |row| {
        document(row, collection, project)
    })
}

pub fn list(connection: &Connection, query: &DocumentQuery) -> Result<Vec<Document>, Failure> {
    let DocumentQuery {
        collection,
        project,
        group,
        after,
        limit,
    } = query;
    let (created, id): (i64, &dyn rusqlite::ToSql) = match after {
        Some((created, id)) => (nanoseconds(*created), id),
        None => (i64::MAX, &ABOVE_TEXT),
    };
    let limit = i64::try_from(*limit).unwrap_or(i64::MAX);
    let read = |row: &Row<'_>| document(row, collection, project);
    match group {
        Some(group) => {
            let wanted = params![collection, project.as_str(), created, id, limit, group];
            all(connection, LIST_GROUP, wanted, read)
        }
        None => all(
            connection,
            LIST,
            params![collection, project.as_str(), created, id, limit],
            read,
        ),
    }
}

pub fn delete(
    connection: &Connection,
    collection: &'static str,
    project: &ProjectId,
    id: &str,
    grouped: Option<&'static str>,
) -> Result<bool, Failure> {
    if execute(connection, DELETE, [collection, id, project.as_str()])? == 0 {
        return Ok(false);
    }
    if let Some(grouped) = grouped {
        execute(connection, DELETE_GROUP, [grouped, project.as_str(), id])?;
    }
    Ok(true)
}

pub fn trim(
    connection: &Connection,
    collection: &'static str,
    project: &ProjectId,
    group: &str,
    keep: usize,
) -> Result<(), Failure> {
    let keep = i64::try_from(keep).unwrap_or(i64::MAX);
    execute(connection, TRIM, params![collection, project.as_str(), group, keep]).map(|_| ())
}

fn document(row: &Row<'_>, collection: &'static str, project: &ProjectId) -> Result<Document, Failure> {
    let revision: i64 = row.get(2)?;
    Ok(Document {
        collection,
        project: project.clone(),
        id: row.get(0)?,
        group: row.get(1)?,
        revision: u64::try_from(revision).unwrap_or_default(),
        created: rows::time(row, 3)?,
        body: row.get(4)?,
    })
}

/// A revision as a column holds it; one that no document can reach is none that is stored.
fn whole(revision: u64) -> i64 {
    i64::try_from(revision).unwrap_or(i64::MIN)
}
