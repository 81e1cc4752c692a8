//! API keys, secrets and the health check.

use antiphon_store::{ApiKey, Error, KeyHash, NewApiKey, ProjectId};
use rusqlite::{Connection, Row, params};

use crate::failure::Failure;
use crate::rows::{self, all, execute, first, nanoseconds};

const INSERT: &str = "INSERT INTO api_keys (id, hash, project, name, created) VALUES (?1, ?2, ?3, ?4, ?5) \
    ON CONFLICT DO NOTHING";
const LIST: &str = "SELECT id, project, name, created FROM api_keys ORDER BY seq";
const FIND: &str = "SELECT id, project, name, created FROM api_keys WHERE hash = ?1";
const REVOKE: &str = "DELETE FROM api_keys WHERE id = ?1";
const OFFER_SECRET: &str = "INSERT INTO secrets (name, secret) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
const SECRET: &str = "SELECT secret FROM secrets WHERE name = ?1";
const PROBE: &str = "UPDATE probe SET checks = checks + 1";
const PROBED: &str = "SELECT checks FROM probe";

pub fn add(connection: &Connection, new: &NewApiKey) -> Result<(), Failure> {
    let NewApiKey {
        key: ApiKey {
            id,
            project,
            name,
            created,
        },
        hash,
    } = new;
    let row = params![id, hash.0, project.as_str(), name, nanoseconds(*created)];
    match execute(connection, INSERT, row)? {
        0 => Err(Error::AlreadyExists(id.clone()).into()),
        _ => Ok(()),
    }
}

pub fn list(connection: &Connection) -> Result<Vec<ApiKey>, Failure> {
    all(connection, LIST, [], key)
}

pub fn find(connection: &Connection, hash: KeyHash) -> Result<Option<ApiKey>, Failure> {
    first(connection, FIND, [hash.0], key)
}

pub fn revoke(connection: &Connection, id: &str) -> Result<bool, Failure> {
    Ok(execute(connection, REVOKE, [id])? > 0)
}

pub fn secret(connection: &Connection, name: &str, candidate: &[u8]) -> Result<Vec<u8>, Failure> {
    execute(connection, OFFER_SECRET, params![name, candidate])?;
    first(connection, SECRET, [name], |row| Ok(row.get(0)?))?
        .ok_or_else(|| Failure::Unreadable(format!("the secret `{name}` is missing")))
}

/// Writes something, so that a disk that takes no writes is found out.
pub fn write_probe(connection: &Connection) -> Result<(), Failure> {
    execute(connection, PROBE, []).map(|_| ())
}

/// Reads something.
pub fn read_probe(connection: &Connection) -> Result<(), Failure> {
    let checks: Option<i64> = first(connection, PROBED, [], |row| Ok(row.get(0)?))?;
    checks
        .map(|_| ())
        .ok_or_else(|| Failure::Unreadable("the probe's row is missing".into()))
}

fn key(row: &Row<'_>) -> Result<ApiKey, Failure> {
    let project = ProjectId::from(rows::text(row, 1)?);
    Ok(ApiKey {
        id: row.get(0)?,
        project,
        name: row.get(2)?,
        created: rows::time(row, 3)?,
    })
}
