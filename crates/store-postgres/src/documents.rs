//! Documents.

use antiphon_store::{Document, DocumentQuery, ProjectId};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use crate::failure::Failure;
use crate::rows::{JobTexts, escaped, escaped_text, get, limit, name, nanoseconds, time, unescaped};

const PUT: &str = "SELECT put_document_1($1, $2, $3, $4, $5, $6, $7, $8::json, $9)";
const FIND: &str = "SELECT id, grouped_by, revision, created, body FROM documents \
    WHERE collection = $1 AND project = $2 AND id = $3";
const LIST: &str = "SELECT id, grouped_by, revision, created, body FROM documents \
    WHERE collection = $1 AND project = $2 AND ($3::text IS NULL OR grouped_by = $3) \
        AND ($4::bigint IS NULL OR (created, id) < ($4, $5)) \
    ORDER BY created DESC, id DESC LIMIT $6";
const DELETE: &str = "SELECT delete_document_1($1, $2, $3, $4)";
const TRIM: &str = "DELETE FROM documents WHERE collection = $1 AND id IN ( \
        SELECT id FROM documents WHERE collection = $1 AND project = $2 AND grouped_by = $3 \
        ORDER BY created DESC, id DESC OFFSET $4)";

pub async fn put(connection: &mut PgConnection, document: &Document, jobs: &JobTexts) -> Result<(), Failure> {
    let Document {
        collection,
        project,
        id,
        group,
        revision,
        created,
        body,
    } = document;
    sqlx::query(PUT)
        .bind(*collection)
        .bind(escaped(id))
        .bind(escaped(project.as_str()))
        .bind(group.as_deref().map(escaped))
        .bind(i64::try_from(*revision).unwrap_or(i64::MAX))
        .bind(nanoseconds(*created))
        .bind(escaped_text(body))
        .bind(&jobs.json)
        .bind(&jobs.limited)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn find(
    connection: &mut PgConnection,
    collection: &'static str,
    project: ProjectId,
    id: String,
) -> Result<Option<Document>, Failure> {
    let row = sqlx::query(FIND)
        .bind(collection)
        .bind(escaped(project.as_str()))
        .bind(escaped(&id))
        .fetch_optional(connection)
        .await?;
    row.map(|row| document(&row, collection, &project)).transpose()
}

pub async fn list(connection: &mut PgConnection, query: DocumentQuery) -> Result<Vec<Document>, Failure> {
    let DocumentQuery {
        collection,
        project,
        group,
        after,
        limit: most,
    } = query;
    let (created, id) = after.map(|(created, id)| (nanoseconds(created), id)).unzip();
    let rows = sqlx::query(LIST)
        .bind(collection)
        .bind(escaped(project.as_str()))
        .bind(group.as_deref().map(escaped))
        .bind(created)
        .bind(id.as_deref().map(escaped))
        .bind(limit(most))
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| document(row, collection, &project)).collect()
}

fn document(row: &PgRow, collection: &'static str, project: &ProjectId) -> Result<Document, Failure> {
    let group: Option<String> = get(row, 1)?;
    Ok(Document {
        collection,
        project: project.clone(),
        id: name(row, 0)?,
        group: group.map(unescaped),
        revision: get::<i64>(row, 2)?.unsigned_abs(),
        created: time(get(row, 3)?)?,
        body: name(row, 4)?,
    })
}

pub async fn delete(
    connection: &mut PgConnection,
    collection: &'static str,
    project: ProjectId,
    id: String,
    grouped: Option<&'static str>,
) -> Result<bool, Failure> {
    let row = sqlx::query(DELETE)
        .bind(collection)
        .bind(escaped(&id))
        .bind(escaped(project.as_str()))
        .bind(grouped)
        .fetch_one(connection)
        .await?;
    get(&row, 0)
}

pub async fn trim(
    connection: &mut PgConnection,
    collection: &'static str,
    project: ProjectId,
    group: String,
    keep: usize,
) -> Result<(), Failure> {
    sqlx::query(TRIM)
        .bind(collection)
        .bind(escaped(project.as_str()))
        .bind(escaped(&group))
        .bind(limit(keep))
        .execute(connection)
        .await?;
    Ok(())
}
