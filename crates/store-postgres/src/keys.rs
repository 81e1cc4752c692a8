//! API keys, secrets and the health check.

use antiphon_store::{ApiKey, KeyHash, NewApiKey, ProjectId};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use crate::failure::Failure;
use crate::rows::{escaped, get, name, nanoseconds, time};

const INSERT: &str = "INSERT INTO api_keys (id, hash, project, name, created) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT DO NOTHING";
const LIST: &str = "SELECT id, project, name, created FROM api_keys ORDER BY seq";
const FIND: &str = "SELECT id, project, name, created FROM api_keys WHERE hash = $1";
const REVOKE: &str = "DELETE FROM api_keys WHERE id = $1";
const OFFER_SECRET: &str = "INSERT INTO secrets (name, secret) VALUES ($1, $2) ON CONFLICT DO NOTHING";
const SECRET: &str = "SELECT secret FROM secrets WHERE name = $1";
const PROBE: &str = "UPDATE probe SET checks = checks + 1 RETURNING checks";

/// Whether it was added.
pub async fn add(connection: &mut PgConnection, new: NewApiKey) -> Result<bool, Failure> {
    let NewApiKey {
        key: ApiKey {
            id,
            project,
            name,
            created,
        },
        hash,
    } = new;
    let done = sqlx::query(INSERT)
        .bind(escaped(&id))
        .bind(&hash.0[..])
        .bind(escaped(project.as_str()))
        .bind(escaped(&name))
        .bind(nanoseconds(created))
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn list(connection: &mut PgConnection) -> Result<Vec<ApiKey>, Failure> {
    sqlx::query(LIST).fetch_all(connection).await?.iter().map(key).collect()
}

pub async fn find(connection: &mut PgConnection, hash: KeyHash) -> Result<Option<ApiKey>, Failure> {
    let row = sqlx::query(FIND).bind(&hash.0[..]).fetch_optional(connection).await?;
    row.as_ref().map(key).transpose()
}

pub async fn revoke(connection: &mut PgConnection, id: String) -> Result<bool, Failure> {
    let done = sqlx::query(REVOKE).bind(escaped(&id)).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}

pub async fn secret(connection: &mut PgConnection, name: &'static str, candidate: Vec<u8>) -> Result<Vec<u8>, Failure> {
    sqlx::query(OFFER_SECRET)
        .bind(name)
        .bind(candidate)
        .execute(&mut *connection)
        .await?;
    let row = sqlx::query(SECRET).bind(name).fetch_one(connection).await?;
    get(&row, 0)
}

/// Writes something and reads it, so that a disk that takes no writes is found out.
pub async fn probe(connection: &mut PgConnection) -> Result<(), Failure> {
    let row = sqlx::query(PROBE).fetch_one(connection).await?;
    get::<i64>(&row, 0).map(|_| ())
}

fn key(row: &PgRow) -> Result<ApiKey, Failure> {
    Ok(ApiKey {
        id: name(row, 0)?,
        project: ProjectId::from(name(row, 1)?.as_str()),
        name: name(row, 2)?,
        created: time(get(row, 3)?)?,
    })
}
