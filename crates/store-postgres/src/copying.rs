//! All rows, out of one schema and into another store.

use std::collections::HashMap;

use antiphon_store::{DocumentRow, EntryRow, Error, InteractionRow, JobRow, KeyRow, Row, SecretRow, StepRow, Table};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use serde_json::{Value, json};
use sqlx::postgres::PgRow;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::connection::open;
use crate::failure::Failure;
use crate::options::Checked;
use crate::rows::{escaped, escaped_text, get, limit, name, narrow, unescaped};

const INTERACTIONS: &str = "SELECT one.seq, one.id, one.project, one.parent_seq, one.root_seq, one.background, one.owner, \
        one.status, one.finished, one.attempt, one.created, one.updated, one.erased, one.head, inputs.steps \
    FROM interactions AS one LEFT JOIN inputs ON inputs.seq = one.seq \
    WHERE one.seq > $1 ORDER BY one.seq LIMIT $2";
const STEPS: &str =
    "SELECT seq, step_index, attempt, step, marks FROM steps WHERE seq = ANY($1) ORDER BY seq, step_index";
const ENTRIES: &str = "SELECT seq, step_index, attempt, ordinal, event FROM open_entries WHERE seq = ANY($1) \
    ORDER BY seq, step_index, attempt, ordinal";
const JOBS: &str = "SELECT seq, id, project, kind, payload, interaction, due, priority, fence, tries FROM jobs \
    WHERE seq > $1 ORDER BY seq LIMIT $2";
const DOCUMENTS: &str = "SELECT collection, id, project, grouped_by, revision, created, body FROM documents \
    WHERE (collection, id) > ($1, $2) ORDER BY collection, id LIMIT $3";
const KEYS: &str = "SELECT seq, id, hash, project, name, created FROM api_keys WHERE seq > $1 ORDER BY seq LIMIT $2";
const SECRETS: &str = "SELECT name, secret FROM secrets WHERE name > $1 ORDER BY name LIMIT $2";
const IS_WORKED_ON: &str = "SELECT EXISTS (SELECT FROM workers WHERE NOT gone AND expires > clock_timestamp())";

const LOCK: &str = "LOCK TABLE interactions, jobs, documents, api_keys, secrets IN EXCLUSIVE MODE";
const IS_USED: &str = "SELECT EXISTS (SELECT FROM interactions) OR EXISTS (SELECT FROM jobs) \
    OR EXISTS (SELECT FROM documents) OR EXISTS (SELECT FROM api_keys) OR EXISTS (SELECT FROM secrets)";
/// Each takes a JSON array of rows.
const PUT_INTERACTIONS: &str = "INSERT INTO interactions (seq, id, project, parent_seq, root_seq, background, owner, status, \
        finished, attempt, created, updated, erased, head) OVERRIDING SYSTEM VALUE \
    SELECT seq, id, project, parent_seq, root_seq, background, owner, status, finished, attempt, created, updated, erased, \
        head \
    FROM json_to_recordset($1::json) AS x(seq bigint, id text, project text, parent_seq bigint, root_seq bigint, \
        background boolean, owner text, status text, finished boolean, attempt bigint, created bigint, updated bigint, \
        erased boolean, head text) ORDER BY seq";
const PUT_INPUTS: &str = "INSERT INTO inputs (seq, steps) \
    SELECT seq, steps FROM json_to_recordset($1::json) AS x(seq bigint, steps text)";
const PUT_STEPS: &str = "INSERT INTO steps (seq, step_index, attempt, step, marks) \
    SELECT seq, i, attempt, step, decode(marks, 'base64') \
    FROM json_to_recordset($1::json) AS x(seq bigint, i bigint, attempt bigint, step text, marks text)";
const PUT_ENTRIES: &str = "INSERT INTO open_entries (seq, step_index, attempt, ordinal, event) \
    SELECT seq, i, attempt, ordinal, event \
    FROM json_to_recordset($1::json) AS x(seq bigint, i bigint, attempt bigint, ordinal bigint, event text)";
const PUT_JOBS: &str = "INSERT INTO jobs (seq, id, project, kind, payload, interaction, due, priority, fence, tries) \
        OVERRIDING SYSTEM VALUE \
    SELECT seq, id, project, kind, payload, interaction, due, priority, fence, tries \
    FROM json_to_recordset($1::json) AS x(seq bigint, id text, project text, kind text, payload text, interaction text, \
        due bigint, priority smallint, fence bigint, tries bigint)";
const PUT_DOCUMENTS: &str = "INSERT INTO documents (collection, id, project, grouped_by, revision, created, body) \
    SELECT collection, id, project, grouped_by, revision, created, body \
    FROM json_to_recordset($1::json) AS x(collection text, id text, project text, grouped_by text, revision bigint, \
        created bigint, body text)";
const PUT_KEYS: &str = "INSERT INTO api_keys (seq, id, hash, project, name, created) OVERRIDING SYSTEM VALUE \
    SELECT seq, id, decode(hash, 'base64'), project, name, created \
    FROM json_to_recordset($1::json) AS x(seq bigint, id text, hash text, project text, name text, created bigint)";
const PUT_SECRETS: &str = "INSERT INTO secrets (name, secret) \
    SELECT name, decode(secret, 'base64') FROM json_to_recordset($1::json) AS x(name text, secret text)";
/// What is made later gets higher numbers.
const COUNT_ON: &str = "SELECT setval(pg_get_serial_sequence('interactions', 'seq'), max(seq)) FROM interactions \
        HAVING max(seq) IS NOT NULL; \
    SELECT setval(pg_get_serial_sequence('jobs', 'seq'), max(seq)) FROM jobs HAVING max(seq) IS NOT NULL; \
    SELECT setval(pg_get_serial_sequence('api_keys', 'seq'), max(seq)) FROM api_keys HAVING max(seq) IS NOT NULL;";

/// Reads one row.
type Read = fn(&PgRow) -> Result<Row, Failure>;

/// The rows behind `after`.
pub async fn export(
    connection: &mut PgConnection,
    table: Table,
    after: Option<Row>,
    most: usize,
) -> Result<Vec<Row>, Failure> {
    let (mut seq, mut text, mut id) = (0, String::new(), String::new());
    match after {
        Some(Row::Interaction(row)) => seq = row.seq,
        Some(Row::Job(row)) => seq = row.seq,
        Some(Row::Key(row)) => seq = row.seq,
        Some(Row::Secret(row)) => text = escaped(&row.name).into_owned(),
        Some(Row::Document(row)) => {
            (text, id) = (escaped(&row.collection).into_owned(), escaped(&row.id).into_owned());
        }
        None => {}
    }
    let (sql, read): (_, Read) = match table {
        Table::Interactions => return interactions(connection, seq, limit(most)).await,
        Table::Jobs => (JOBS, job),
        Table::Documents => (DOCUMENTS, document),
        Table::Keys => (KEYS, key),
        Table::Secrets => (SECRETS, secret),
    };
    let query = sqlx::query(sql);
    let query = match table {
        Table::Interactions | Table::Jobs | Table::Keys => query.bind(seq),
        Table::Documents => query.bind(text).bind(id),
        Table::Secrets => query.bind(text),
    };
    let rows = query.bind(limit(most)).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

pub async fn is_worked_on(connection: &mut PgConnection) -> Result<bool, Failure> {
    get(&sqlx::query(IS_WORKED_ON).fetch_one(connection).await?, 0)
}

async fn interactions(connection: &mut PgConnection, after: i64, most: i64) -> Result<Vec<Row>, Failure> {
    let rows = sqlx::query(INTERACTIONS)
        .bind(after)
        .bind(most)
        .fetch_all(&mut *connection)
        .await?;
    let mut found = rows.iter().map(interaction).collect::<Result<Vec<_>, Failure>>()?;
    let seqs: Vec<i64> = found.iter().map(|row| row.seq).collect();
    let places: HashMap<i64, usize> = seqs.iter().copied().zip(0..).collect();
    let place = |row: &PgRow| -> Result<usize, Failure> {
        let seq: i64 = get(row, 0)?;
        let missing = || Failure::Unreadable(format!("a row of the interaction number {seq} came unasked"));
        places.get(&seq).copied().ok_or_else(missing)
    };
    for row in sqlx::query(STEPS).bind(&seqs).fetch_all(&mut *connection).await? {
        found[place(&row)?].steps.push(StepRow {
            index: narrow(get(&row, 1)?)?,
            attempt: narrow(get(&row, 2)?)?,
            step: get(&row, 3)?,
            marks: get(&row, 4)?,
        });
    }
    for row in sqlx::query(ENTRIES).bind(&seqs).fetch_all(connection).await? {
        found[place(&row)?].entries.push(EntryRow {
            index: narrow(get(&row, 1)?)?,
            attempt: narrow(get(&row, 2)?)?,
            ordinal: narrow(get(&row, 3)?)?,
            event: get(&row, 4)?,
        });
    }
    Ok(found.into_iter().map(|row| Row::Interaction(Box::new(row))).collect())
}

fn interaction(row: &PgRow) -> Result<InteractionRow, Failure> {
    Ok(InteractionRow {
        seq: get(row, 0)?,
        id: name(row, 1)?,
        project: name(row, 2)?,
        parent_seq: get(row, 3)?,
        root_seq: get(row, 4)?,
        background: get(row, 5)?,
        owner: get::<Option<String>>(row, 6)?.map(unescaped),
        status: name(row, 7)?,
        finished: get(row, 8)?,
        attempt: narrow(get(row, 9)?)?,
        created: get(row, 10)?,
        updated: get(row, 11)?,
        erased: get(row, 12)?,
        head: get(row, 13)?,
        input: get(row, 14)?,
        steps: Vec::new(),
        entries: Vec::new(),
    })
}

fn job(row: &PgRow) -> Result<Row, Failure> {
    Ok(Row::Job(JobRow {
        seq: get(row, 0)?,
        id: name(row, 1)?,
        project: name(row, 2)?,
        kind: name(row, 3)?,
        payload: name(row, 4)?,
        interaction: get::<Option<String>>(row, 5)?.map(unescaped),
        due: get(row, 6)?,
        priority: get(row, 7)?,
        fence: narrow(get(row, 8)?)?,
        tries: narrow(get(row, 9)?)?,
    }))
}

fn document(row: &PgRow) -> Result<Row, Failure> {
    Ok(Row::Document(DocumentRow {
        collection: name(row, 0)?,
        id: name(row, 1)?,
        project: name(row, 2)?,
        group: get::<Option<String>>(row, 3)?.map(unescaped),
        revision: get(row, 4)?,
        created: get(row, 5)?,
        body: name(row, 6)?,
    }))
}

fn key(row: &PgRow) -> Result<Row, Failure> {
    Ok(Row::Key(KeyRow {
        seq: get(row, 0)?,
        id: name(row, 1)?,
        hash: get(row, 2)?,
        project: name(row, 3)?,
        name: name(row, 4)?,
        created: get(row, 5)?,
    }))
}

fn secret(row: &PgRow) -> Result<Row, Failure> {
    Ok(Row::Secret(SecretRow {
        name: name(row, 0)?,
        secret: get(row, 1)?,
    }))
}

/// Writes all rows in one transaction. The inner error is the stream's, or says that the schema is not empty.
pub async fn import(
    options: Checked,
    mut pages: BoxStream<'static, Result<Vec<Row>, Error>>,
) -> Result<Result<(), Error>, Failure> {
    let mut connection = open(&options, options.timeout).await?;
    // Dropped before its end it is rolled back.
    let mut transaction = connection.begin().await?;
    transaction.execute(LOCK).await?;
    let is_used: bool = get(&sqlx::query(IS_USED).fetch_one(&mut *transaction).await?, 0)?;
    if is_used {
        return Ok(Err(Error::AlreadyExists(format!("data in {}", options.location))));
    }
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) => return Ok(Err(error)),
        };
        put(&mut transaction, page).await?;
    }
    transaction.execute(COUNT_ON).await?;
    transaction.commit().await?;
    Ok(Ok(()))
}

/// The rows of a page as the statements take them.
#[derive(Default)]
struct Page {
    interactions: Vec<Value>,
    inputs: Vec<Value>,
    steps: Vec<Value>,
    entries: Vec<Value>,
    jobs: Vec<Value>,
    documents: Vec<Value>,
    keys: Vec<Value>,
    secrets: Vec<Value>,
}

async fn put(connection: &mut PgConnection, rows: Vec<Row>) -> Result<(), Failure> {
    let mut page = Page::default();
    for row in rows {
        page.add(row);
    }
    let Page {
        interactions,
        inputs,
        steps,
        entries,
        jobs,
        documents,
        keys,
        secrets,
    } = page;
    for (sql, rows) in [
        (PUT_INTERACTIONS, interactions),
        (PUT_INPUTS, inputs),
        (PUT_STEPS, steps),
        (PUT_ENTRIES, entries),
        (PUT_JOBS, jobs),
        (PUT_DOCUMENTS, documents),
        (PUT_KEYS, keys),
        (PUT_SECRETS, secrets),
    ] {
        if !rows.is_empty() {
            let rows = Value::from(rows).to_string();
            sqlx::query(sql).bind(rows).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

impl Page {
    fn add(&mut self, row: Row) {
        match row {
            Row::Interaction(row) => self.add_interaction(*row),
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
            }) => self.jobs.push(json!({
                "seq": seq, "id": escaped(&id), "project": escaped(&project), "kind": escaped(&kind),
                "payload": escaped_text(&payload), "interaction": interaction.as_deref().map(escaped), "due": due,
                "priority": priority, "fence": fence, "tries": tries,
            })),
            Row::Document(DocumentRow {
                collection,
                id,
                project,
                group,
                revision,
                created,
                body,
            }) => self.documents.push(json!({
                "collection": escaped(&collection), "id": escaped(&id), "project": escaped(&project),
                "grouped_by": group.as_deref().map(escaped), "revision": revision, "created": created,
                "body": escaped_text(&body),
            })),
            Row::Key(KeyRow {
                seq,
                id,
                hash,
                project,
                name,
                created,
            }) => self.keys.push(json!({
                "seq": seq, "id": escaped(&id), "hash": BASE64.encode(hash), "project": escaped(&project),
                "name": escaped(&name), "created": created,
            })),
            Row::Secret(SecretRow { name, secret }) => {
                self.secrets
                    .push(json!({ "name": escaped(&name), "secret": BASE64.encode(secret) }));
            }
        }
    }

    fn add_interaction(&mut self, row: InteractionRow) {
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
        self.interactions.push(json!({
            "seq": seq, "id": escaped(&id), "project": escaped(&project), "parent_seq": parent_seq,
            "root_seq": root_seq, "background": background, "owner": owner.as_deref().map(escaped),
            "status": escaped(&status), "finished": finished, "attempt": attempt, "created": created,
            "updated": updated, "erased": erased, "head": head,
        }));
        if let Some(steps) = input {
            self.inputs.push(json!({ "seq": seq, "steps": steps }));
        }
        for StepRow {
            index,
            attempt,
            step,
            marks,
        } in steps
        {
            self.steps.push(json!({
                "seq": seq, "i": index, "attempt": attempt, "step": step, "marks": BASE64.encode(marks),
            }));
        }
        for EntryRow {
            index,
            attempt,
            ordinal,
            event,
        } in entries
        {
            self.entries.push(json!({
                "seq": seq, "i": index, "attempt": attempt, "ordinal": ordinal, "event": event,
            }));
        }
    }
}
