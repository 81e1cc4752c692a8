//! Writing a commit down for the database's functions.

use std::borrow::Cow;

use antiphon_interaction::{InteractionId, Status};
use antiphon_store::{Commit, Error, Head, JobChange, JobMark, OpenEntry, Record, StoredStep, Update};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::failure::{Cause, Location};
use crate::rows::{JobTexts, escaped, nanoseconds, to_json};

/// A [`Commit`] as the database takes it, which the callers' threads write so that the writer need not.
pub struct Prepared {
    /// For messages.
    pub id: InteractionId,
    /// The id as it is stored.
    pub stored_id: String,
    /// What `apply_commit_1` reads.
    pub json: String,
    /// The locks it needs, sorted.
    pub limited: Vec<String>,
    /// Whether it may be kept back.
    pub patient: bool,
}

#[derive(Serialize)]
struct Given<'a> {
    project: Cow<'a, str>,
    id: Cow<'a, str>,
    made: Option<Made<'a>>,
    attempt: Option<u32>,
    takes_over: bool,
    entries: Option<Vec<Entry>>,
    steps: Option<Vec<Step>>,
    change: Option<Change>,
    job: Option<Mark>,
    jobs: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct Made<'a> {
    parent: Option<Cow<'a, str>>,
    background: bool,
    owner: Option<Cow<'a, str>>,
    created: i64,
    input: String,
    #[serde(flatten)]
    change: Change,
}

#[derive(Serialize)]
struct Entry {
    i: u32,
    a: u32,
    o: u32,
    event: String,
}

#[derive(Serialize)]
struct Step {
    i: u32,
    a: u32,
    step: String,
    marks: String,
}

#[derive(Serialize)]
struct Change {
    status: String,
    finished: bool,
    updated: i64,
    head: String,
}

#[derive(Serialize)]
struct Mark {
    id: String,
    fence: u32,
    done: bool,
}

impl Change {
    fn new(status: &Status, updated: Timestamp, head: &Head, location: &Location) -> Result<Self, Error> {
        Ok(Self {
            status: escaped(status.as_str()).into_owned(),
            finished: status.is_terminal(),
            updated: nanoseconds(updated),
            head: to_json(head, location)?,
        })
    }
}

impl Mark {
    fn new(JobChange { id, fence, mark }: &JobChange) -> Self {
        Self {
            id: escaped(id).into_owned(),
            fence: *fence,
            done: match mark {
                JobMark::Done => true,
                JobMark::Progressed => false,
            },
        }
    }
}

impl Prepared {
    pub fn new(commit: &Commit, location: &Location) -> Result<Self, Error> {
        let Commit {
            project,
            id,
            create,
            attempt,
            takes_over,
            open,
            steps,
            update,
            job,
            enqueue,
            patient,
        } = commit;
        let made = create
            .as_ref()
            .map(|(record, input)| made(record, input, location))
            .transpose()?;
        let change = update
            .as_ref()
            .map(|Update { status, updated, head }| Change::new(status, *updated, head, location))
            .transpose()?;
        let jobs = JobTexts::new(enqueue, location)?;
        let given = Given {
            project: escaped(project.as_str()),
            id: escaped(id.as_str()),
            made,
            attempt: *attempt,
            takes_over: *takes_over,
            entries: some(open.iter().map(|one| entry(one, location)).collect::<Result<_, _>>()?),
            steps: some(steps.iter().map(|one| step(one, location)).collect::<Result<_, _>>()?),
            change,
            job: job.as_ref().map(Mark::new),
            jobs: (!enqueue.is_empty())
                .then(|| RawValue::from_string(jobs.json))
                .transpose()
                .map_err(|error| location.unavailable(Cause::Json(error.into())))?,
        };
        Ok(Self {
            id: id.clone(),
            stored_id: escaped(id.as_str()).into_owned(),
            json: to_json(&given, location)?,
            limited: jobs.limited,
            patient: *patient,
        })
    }
}

fn made<'a>(record: &'a Record, input: &[antiphon_interaction::Step], location: &Location) -> Result<Made<'a>, Error> {
    let Record {
        id: _,
        project: _,
        parent,
        background,
        owner,
        status,
        created,
        updated,
        head,
    } = record;
    Ok(Made {
        parent: parent.as_ref().map(|id| escaped(id.as_str())),
        background: *background,
        owner: owner.as_ref().map(|worker| escaped(worker.as_str())),
        created: nanoseconds(*created),
        input: to_json(input, location)?,
        change: Change::new(status, *updated, head, location)?,
    })
}

fn entry(entry: &OpenEntry, location: &Location) -> Result<Entry, Error> {
    let OpenEntry {
        index,
        attempt,
        ordinal,
        event,
    } = entry;
    Ok(Entry {
        i: *index,
        a: *attempt,
        o: *ordinal,
        event: to_json(event, location)?,
    })
}

fn step(step: &StoredStep, location: &Location) -> Result<Step, Error> {
    let StoredStep {
        index,
        attempt,
        step,
        marks,
    } = step;
    Ok(Step {
        i: *index,
        a: *attempt,
        step: to_json(step, location)?,
        marks: STANDARD.encode(marks),
    })
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
