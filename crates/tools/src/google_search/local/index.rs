use std::{collections::HashMap, path::Path, time::Duration};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{passages::passages, read::Document, words};
use crate::google_search::Error;

/// Changes when the tables or the reading of documents change: an index of another version is built anew.
const VERSION: i64 = 1;

/// A word in a title says more about a document than one in its text.
const TITLE_WEIGHT: f64 = 4.0;

/// Of documents with only some of the words those count that come near the best of them.
const NEAR_THE_BEST: f64 = 0.3;

/// How many passages are looked at for the best documents; one document may have many of them.
const CANDIDATES: i64 = 256;

const SCHEMA: &str = "
    CREATE TABLE folder (path TEXT NOT NULL);
    CREATE TABLE documents (
        id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, title TEXT NOT NULL, modified INTEGER NOT NULL, size INTEGER NOT NULL
    );
    CREATE TABLE passages (id INTEGER PRIMARY KEY, document INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE INDEX passages_by_document ON passages (document);
    CREATE VIRTUAL TABLE words USING fts5(
        title, body, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
    );
";

/// The full-text index of a folder, in one SQLite file.
pub(super) struct Index {
    connection: Connection,
}

/// When a file was last changed, and how long it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) modified: i64,
    pub(super) size: i64,
}

/// A document that matches, with the passage that does so best.
pub(super) struct Match {
    pub(super) path: String,
    pub(super) title: String,
    pub(super) passage: String,
}

impl Index {
    /// Opens the index of `folder`; one of another folder or version, or a broken one, is built anew.
    pub(super) fn open(file: &Path, folder: &str) -> Result<Self, Error> {
        if let Some(index) = Self::existing(file, folder) {
            return Ok(index);
        }
        for suffix in ["", "-wal", "-shm"] {
            let mut name = file.as_os_str().to_owned();
            name.push(suffix);
            match std::fs::remove_file(&name) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::Folder {
                        path: name.into(),
                        source,
                    });
                }
                _ => {}
            }
        }
        let index = Self::connect(file)?;
        index.connection.execute_batch(SCHEMA)?;
        index.connection.execute("INSERT INTO folder VALUES (?1)", [folder])?;
        index.connection.pragma_update(None, "user_version", VERSION)?;
        Ok(index)
    }

    /// Opens an index that is known to be fine.
    pub(super) fn connect(file: &Path) -> Result<Self, Error> {
        let connection = Connection::open(file)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A crash may cost the last documents read; the next scan reads them again.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(Self { connection })
    }

    fn existing(file: &Path, folder: &str) -> Option<Self> {
        if !file.exists() {
            return None;
        }
        let index = Self::connect(file).ok()?;
        let version: i64 = index
            .connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .ok()?;
        let of: Option<String> = index
            .connection
            .query_row("SELECT path FROM folder", [], |row| row.get(0))
            .optional()
            .ok()?;
        (version == VERSION && of.as_deref() == Some(folder)).then_some(index)
    }

    /// The documents of the index.
    pub(super) fn stamps(&self) -> Result<HashMap<String, Stamp>, Error> {
        let mut statement = self.connection.prepare("SELECT path, modified, size FROM documents")?;
        let rows = statement.query_map([], |row| {
            Ok((
                row.get(0)?,
                Stamp {
                    modified: row.get(1)?,
                    size: row.get(2)?,
                },
            ))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Puts a document into the index, in place of what was there under its path.
    pub(super) fn put(&mut self, path: &str, stamp: Stamp, document: &Document) -> Result<(), Error> {
        let transaction = self.begin()?;
        remove(&transaction, path)?;
        transaction
            .prepare_cached("INSERT INTO documents (path, title, modified, size) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![path, document.title, stamp.modified, stamp.size])?;
        let id = transaction.last_insert_rowid();
        let title = words::separated(&document.title);
        for body in passages(&document.text) {
            transaction
                .prepare_cached("INSERT INTO passages (document, body) VALUES (?1, ?2)")?
                .execute(params![id, body])?;
            transaction
                .prepare_cached("INSERT INTO words (rowid, title, body) VALUES (?1, ?2, ?3)")?
                .execute(params![transaction.last_insert_rowid(), title, words::separated(&body)])?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Takes a document out of the index.
    pub(super) fn remove(&mut self, path: &str) -> Result<(), Error> {
        let transaction = self.begin()?;
        remove(&transaction, path)?;
        transaction.commit()?;
        Ok(())
    }

    /// Begins to write: at once, as a transaction that has read cannot wait for its turn.
    fn begin(&mut self) -> Result<Transaction<'_>, Error> {
        Ok(self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?)
    }

    /// The documents that match best: first those with all the words, then those with some.
    pub(super) fn search(&self, query: &str, limit: usize) -> Result<Vec<Match>, Error> {
        let Some((all, any)) = words::expressions(query) else {
            return Ok(Vec::new());
        };
        let mut documents = Vec::new();
        let mut matches = Vec::new();
        for expression in [all, any] {
            if matches.len() < limit {
                self.collect(&expression, limit, &mut documents, &mut matches)?;
            }
        }
        Ok(matches)
    }

    fn collect(
        &self,
        expression: &str,
        limit: usize,
        documents: &mut Vec<i64>,
        matches: &mut Vec<Match>,
    ) -> Result<(), Error> {
        let mut statement = self.connection.prepare_cached(
            // The best are found before their texts are looked up.
            "WITH best AS (
                 SELECT rowid AS id, bm25(words, ?2, 1.0) AS score FROM words WHERE words MATCH ?1 ORDER BY score, id LIMIT ?3
             )
             SELECT passages.document, documents.path, documents.title, passages.body, best.score
             FROM best JOIN passages ON passages.id = best.id JOIN documents ON documents.id = passages.document
             ORDER BY best.score, best.id",
        )?;
        let mut rows = statement.query(params![expression, TITLE_WEIGHT, CANDIDATES])?;
        let mut best = None;
        while let Some(row) = rows.next()? {
            // The lower the better, and below zero.
            let score: f64 = row.get(4)?;
            if matches.len() >= limit || score > *best.get_or_insert(score) * NEAR_THE_BEST {
                break;
            }
            let document: i64 = row.get(0)?;
            if documents.contains(&document) {
                continue;
            }
            documents.push(document);
            matches.push(Match {
                path: row.get(1)?,
                title: row.get(2)?,
                passage: row.get(3)?,
            });
        }
        Ok(())
    }
}

fn remove(connection: &Connection, path: &str) -> Result<(), Error> {
    let id: Option<i64> = connection
        .prepare_cached("SELECT id FROM documents WHERE path = ?1")?
        .query_row([path], |row| row.get(0))
        .optional()?;
    if let Some(id) = id {
        connection.execute(
            "DELETE FROM words WHERE rowid IN (SELECT id FROM passages WHERE document = ?1)",
            [id],
        )?;
        connection.execute("DELETE FROM passages WHERE document = ?1", [id])?;
        connection.execute("DELETE FROM documents WHERE id = ?1", [id])?;
    }
    Ok(())
}
