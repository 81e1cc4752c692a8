//! Hard delete.

use std::collections::BTreeSet;

use antiphon_interaction::InteractionId;
use antiphon_store::{ProjectId, SweptTree};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::failure::Failure;
use crate::queue;
use crate::rows::{self, Seq, all, execute, first, nanoseconds};

const FIND: &str = "SELECT seq FROM interactions WHERE id = ?1 AND project = ?2 AND erased = 0";
const ENTOMB: &str = "UPDATE interactions SET erased = 1, finished = 1, head = NULL WHERE seq = ?1";
const CONTENT: [&str; 2] = [
    "DELETE FROM inputs WHERE seq = ?1",
    "DELETE FROM open_entries WHERE seq = ?1",
];
const STEPS: &str = "DELETE FROM steps WHERE place BETWEEN ?1 AND ?2";
const OLD: &str = "SELECT root_seq FROM interactions WHERE updated < ?1 AND (?2 IS NULL OR project = ?2) \
    ORDER BY updated, seq";
const YOUNG: &str = "SELECT 1 FROM interactions WHERE root_seq = ?1 AND updated >= ?2 LIMIT 1";
const RUNNING: &str = "SELECT 1 FROM interactions WHERE root_seq = ?1 AND finished = 0 LIMIT 1";
/// Children before their parents.
const TREE: &str = "SELECT seq, id FROM interactions WHERE root_seq = ?1 ORDER BY seq DESC";
const ROOT: &str = "SELECT project, id FROM interactions WHERE seq = ?1";
const OVER: &str = "SELECT root.id FROM interactions AS one JOIN interactions AS root ON root.seq = one.root_seq \
    WHERE one.id = ?1 AND one.project = ?2 \
        AND NOT EXISTS (SELECT 1 FROM interactions WHERE root_seq = one.root_seq AND erased = 0)";
const REMOVE: &str = "DELETE FROM interactions WHERE seq = ?1";

/// Takes the content away and leaves the place in the tree.
pub fn erase(connection: &Connection, project: &ProjectId, id: &InteractionId) -> Result<bool, Failure> {
    let found = first(connection, FIND, [id.as_str(), project.as_str()], |row| {
        Ok(Seq(row.get(0)?))
    })?;
    let Some(seq) = found else { return Ok(false) };
    erase_content(connection, seq, id.as_str())?;
    execute(connection, ENTOMB, [seq.0])?;
    Ok(true)
}

/// Takes old trees away whole, of one project or of all.
pub fn sweep(
    connection: &Connection,
    project: Option<&ProjectId>,
    before: Timestamp,
    limit: usize,
) -> Result<Vec<SweptTree>, Failure> {
    let mut trees = Vec::new();
    for root in old_trees(connection, project, nanoseconds(before), limit)? {
        let named = first(connection, ROOT, [root.0], |row| {
            Ok((ProjectId::from(rows::text(row, 0)?), rows::id(row, 1)?))
        })?;
        let tree: Vec<(Seq, String)> = all(connection, TREE, [root.0], |row| Ok((Seq(row.get(0)?), row.get(1)?)))?;
        let members = tree.len() as u64;
        for (seq, id) in tree {
            erase_content(connection, seq, &id)?;
            execute(connection, REMOVE, [seq.0])?;
        }
        trees.extend(named.map(|(project, root)| SweptTree { project, root, members }));
    }
    Ok(trees)
}

/// The root of the erased interaction's tree, when all of the tree is erased.
pub fn erased_tree(
    connection: &Connection,
    project: &ProjectId,
    id: &InteractionId,
) -> Result<Option<InteractionId>, Failure> {
    first(connection, OVER, [id.as_str(), project.as_str()], |row| {
        rows::id(row, 0)
    })
}

/// The roots of the trees that are to go. Looks at old members only, and stops at the limit.
fn old_trees(
    connection: &Connection,
    project: Option<&ProjectId>,
    before: i64,
    limit: usize,
) -> Result<Vec<Seq>, Failure> {
    let mut seen = BTreeSet::new();
    let mut going = Vec::new();
    let mut statement = connection.prepare_cached(OLD)?;
    let mut rows = statement.query(params![before, project.map(ProjectId::as_str)])?;
    while going.len() < limit
        && let Some(row) = rows.next()?
    {
        let root = Seq(row.get(0)?);
        if seen.insert(root)
            && first(connection, YOUNG, [root.0, before], |_| Ok(()))?.is_none()
            && first(connection, RUNNING, [root.0], |_| Ok(()))?.is_none()
        {
            going.push(root);
        }
    }
    Ok(going)
}

fn erase_content(connection: &Connection, seq: Seq, id: &str) -> Result<(), Failure> {
    queue::remove_those_of(connection, id)?;
    execute(connection, STEPS, [seq.place(0), seq.place(u32::MAX)])?;
    for sql in CONTENT {
        execute(connection, sql, [seq.0])?;
    }
    Ok(())
}
