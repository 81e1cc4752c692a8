//! What readers ask. Each is one statement, and so sees one moment.

use antiphon_interaction::{InteractionId, Status};
use antiphon_store::{
    Conversation, Known, News, OpenEntry, ProjectId, Record, Stored, StoredStep, SweptTree, Turn, WorkerId,
};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use crate::failure::Failure;
use crate::rows::{escaped, get, json, name, narrow, time};

/// Steps from $3 on, and the entries of the open step beyond those of the step $3, the attempt $4 and below the ordinal $5.
const READ: &str = "SELECT parent.id, one.background, one.owner, one.status, one.created, one.updated, one.head, \
        one.attempt, (SELECT steps FROM inputs WHERE inputs.seq = one.seq AND $6), \
        s.indexes, s.attempts, s.steps, s.marks, e.indexes, e.attempts, e.ordinals, e.events \
    FROM interactions AS one \
    LEFT JOIN interactions AS parent ON parent.seq = one.parent_seq \
    CROSS JOIN LATERAL ( \
        SELECT array_agg(step_index ORDER BY step_index) AS indexes, \
            array_agg(attempt ORDER BY step_index) AS attempts, \
            array_agg(step ORDER BY step_index) AS steps, \
            array_agg(marks ORDER BY step_index) AS marks \
        FROM steps WHERE steps.seq = one.seq AND step_index >= $3) AS s \
    CROSS JOIN LATERAL ( \
        SELECT array_agg(step_index ORDER BY step_index, attempt, ordinal) AS indexes, \
            array_agg(attempt ORDER BY step_index, attempt, ordinal) AS attempts, \
            array_agg(ordinal ORDER BY step_index, attempt, ordinal) AS ordinals, \
            array_agg(event ORDER BY step_index, attempt, ordinal) AS events \
        FROM open_entries \
        WHERE open_entries.seq = one.seq AND NOT (step_index = $3 AND attempt = $4 AND ordinal < $5)) AS e \
    WHERE one.id = $1 AND one.project = $2 AND NOT one.erased";

/// The leaf first; ends below the first that was erased.
const LINE: &str = "WITH RECURSIVE line AS ( \
        SELECT seq, parent_seq, id, status, erased, 0 AS depth FROM interactions \
        WHERE id = $1 AND project = $2 AND NOT erased \
        UNION ALL \
        SELECT up.seq, up.parent_seq, up.id, up.status, up.erased, line.depth + 1 \
        FROM line JOIN interactions AS up ON up.seq = line.parent_seq WHERE NOT line.erased) \
    SELECT line.id, line.status, line.erased, inputs.steps, \
        (SELECT array_agg(step ORDER BY step_index) FROM steps WHERE steps.seq = line.seq) \
    FROM line LEFT JOIN inputs ON inputs.seq = line.seq ORDER BY line.depth";

const ORPHANS: &str = "SELECT project, id FROM interactions \
    WHERE NOT finished AND NOT background AND (owner IS NULL OR NOT runs_1(owner)) ORDER BY seq LIMIT $1";

const OVER: &str = "SELECT root.id FROM interactions AS one JOIN interactions AS root ON root.seq = one.root_seq \
    WHERE one.id = $1 AND one.project = $2 \
        AND NOT EXISTS (SELECT FROM interactions AS other WHERE other.root_seq = one.root_seq AND NOT other.erased)";

pub async fn read(
    connection: &mut PgConnection,
    project: ProjectId,
    id: InteractionId,
) -> Result<Option<Stored>, Failure> {
    let Some(row) = fetch(connection, &project, &id, Known::default(), true).await? else {
        return Ok(None);
    };
    let text: Option<&str> = get(&row, 8)?;
    let input = json(text, || format!("the input of {id}"))?;
    let News {
        record,
        attempt,
        steps,
        open,
    } = found(&row, project, id)?;
    Ok(Some(Stored {
        record,
        attempt,
        input,
        steps,
        open,
    }))
}

pub async fn news(
    connection: &mut PgConnection,
    project: ProjectId,
    id: InteractionId,
    known: Known,
) -> Result<Option<News>, Failure> {
    let row = fetch(connection, &project, &id, known, false).await?;
    row.map(|row| found(&row, project, id)).transpose()
}

async fn fetch(
    connection: &mut PgConnection,
    project: &ProjectId,
    id: &InteractionId,
    known: Known,
    with_input: bool,
) -> Result<Option<PgRow>, Failure> {
    let Known {
        steps,
        attempt,
        entries,
    } = known;
    let row = sqlx::query(READ)
        .bind(escaped(id.as_str()))
        .bind(escaped(project.as_str()))
        .bind(i64::from(steps))
        .bind(i64::from(attempt))
        .bind(i64::from(entries))
        .bind(with_input)
        .fetch_optional(connection)
        .await?;
    Ok(row)
}

fn found(row: &PgRow, project: ProjectId, id: InteractionId) -> Result<News, Failure> {
    let (parent, owner): (Option<String>, Option<String>) = (maybe_name(row, 0)?, maybe_name(row, 2)?);
    let head: Option<&str> = get(row, 6)?;
    let steps = numbers(row, 9)?
        .into_iter()
        .zip(numbers(row, 10)?)
        .zip(texts(row, 11)?)
        .zip(get::<Option<Vec<Vec<u8>>>>(row, 12)?.unwrap_or_default())
        .map(|(((index, attempt), step), marks)| {
            Ok(StoredStep {
                index: narrow(index)?,
                attempt: narrow(attempt)?,
                step: json(Some(&step), || format!("step {index} of {id}"))?,
                marks,
            })
        })
        .collect::<Result<_, Failure>>()?;
    let open = numbers(row, 13)?
        .into_iter()
        .zip(numbers(row, 14)?)
        .zip(numbers(row, 15)?)
        .zip(texts(row, 16)?)
        .map(|(((index, attempt), ordinal), event)| {
            Ok(OpenEntry {
                index: narrow(index)?,
                attempt: narrow(attempt)?,
                ordinal: narrow(ordinal)?,
                event: json(Some(&event), || format!("the open step of {id}"))?,
            })
        })
        .collect::<Result<_, Failure>>()?;
    Ok(News {
        attempt: narrow(get(row, 7)?)?,
        steps,
        open,
        record: Record {
            parent: parent.as_deref().map(InteractionId::from),
            background: get(row, 1)?,
            owner: owner.as_deref().map(WorkerId::from),
            status: Status::from(name(row, 3)?.as_str()),
            created: time(get(row, 4)?)?,
            updated: time(get(row, 5)?)?,
            head: json(head, || format!("the head of {id}"))?,
            id,
            project,
        },
    })
}

pub async fn conversation(
    connection: &mut PgConnection,
    project: ProjectId,
    leaf: InteractionId,
) -> Result<Conversation, Failure> {
    let rows = sqlx::query(LINE)
        .bind(escaped(leaf.as_str()))
        .bind(escaped(project.as_str()))
        .fetch_all(connection)
        .await?;
    let mut turns = Vec::with_capacity(rows.len());
    for row in &rows {
        let id = InteractionId::from(name(row, 0)?.as_str());
        if get(row, 2)? {
            return Ok(Conversation::Erased(id));
        }
        let input: Option<&str> = get(row, 3)?;
        let output = texts(row, 4)?
            .into_iter()
            .map(|step| json(Some(&step), || format!("a step of {id}")))
            .collect::<Result<_, _>>()?;
        turns.push(Turn {
            status: Status::from(name(row, 1)?.as_str()),
            input: json(input, || format!("the input of {id}"))?,
            output,
            id,
        });
    }
    if turns.is_empty() {
        return Ok(Conversation::NotFound);
    }
    turns.reverse();
    Ok(Conversation::Turns(turns))
}

pub async fn orphans(connection: &mut PgConnection, limit: i64) -> Result<Vec<(ProjectId, InteractionId)>, Failure> {
    let rows = sqlx::query(ORPHANS).bind(limit).fetch_all(connection).await?;
    rows.iter()
        .map(|row| {
            let (project, id) = (name(row, 0)?, name(row, 1)?);
            Ok((ProjectId::from(project.as_str()), InteractionId::from(id.as_str())))
        })
        .collect()
}

fn maybe_name(row: &PgRow, column: usize) -> Result<Option<String>, Failure> {
    Ok(get::<Option<String>>(row, column)?.map(crate::rows::unescaped))
}

fn numbers(row: &PgRow, column: usize) -> Result<Vec<i64>, Failure> {
    Ok(get::<Option<Vec<i64>>>(row, column)?.unwrap_or_default())
}

fn texts(row: &PgRow, column: usize) -> Result<Vec<String>, Failure> {
    Ok(get::<Option<Vec<String>>>(row, column)?.unwrap_or_default())
}

/// A row of a sweep.
pub fn swept_tree(row: &PgRow) -> Result<SweptTree, Failure> {
    Ok(SweptTree {
        project: ProjectId::from(name(row, 0)?.as_str()),
        root: InteractionId::from(name(row, 1)?.as_str()),
        members: get::<i64>(row, 2)?.unsigned_abs(),
    })
}

/// The root of the erased interaction's tree, when all of the tree is erased.
pub async fn erased_tree(
    connection: &mut PgConnection,
    project: ProjectId,
    id: InteractionId,
) -> Result<Option<InteractionId>, Failure> {
    let row = sqlx::query(OVER)
        .bind(escaped(id.as_str()))
        .bind(escaped(project.as_str()))
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok(InteractionId::from(name(&row, 0)?.as_str())))
        .transpose()
}
