//! Applying one commit.

use antiphon_interaction::{InteractionId, Status};
use antiphon_store::{Commit, Error, JobChange, NewJob, OpenEntry, ProjectId, Record, StoredStep, Update, WorkerId};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::failure::{Failure, Location};
use crate::queue;
use crate::rows::{self, Seq, execute, first};

const FIRST_ATTEMPT: u32 = 1;

const FIND: &str =
    "SELECT seq, status, finished, attempt FROM interactions WHERE id = ?1 AND project = ?2 AND erased = 0";
const FIND_PARENT: &str = "SELECT seq, root_seq FROM interactions WHERE id = ?1 AND project = ?2";
const TAKEN: &str = "SELECT 1 FROM interactions WHERE id = ?1";
const NEXT_SEQ: &str = "SELECT coalesce(max(seq), 0) + 1 FROM interactions";
const INSERT: &str = "INSERT INTO interactions \
    (seq, id, project, parent_seq, root_seq, background, status, finished, attempt, created, updated, head, owner) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
const INSERT_INPUT: &str = "INSERT INTO inputs (seq, steps) VALUES (?1, ?2)";
const STEP_TAKEN: &str = "SELECT 1 FROM steps WHERE place = ?1";
const INSERT_ENTRY: &str = "INSERT INTO open_entries (seq, step_index, attempt, ordinal, event) \
    VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
const INSERT_STEP: &str =
    "INSERT INTO steps (place, attempt, step, marks) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
const CLOSE_STEP: &str = "DELETE FROM open_entries WHERE seq = ?1 AND step_index = ?2";
const TAKE_OVER: &str = "UPDATE interactions SET attempt = ?2 WHERE seq = ?1";
const DROP_EARLIER: &str = "DELETE FROM open_entries WHERE seq = ?1 AND attempt < ?2";
const CLOSE_ALL: &str = "DELETE FROM open_entries WHERE seq = ?1";
const UPDATE: &str = "UPDATE interactions SET status = ?2, finished = ?3, updated = ?4, head = ?5 WHERE seq = ?1";

/// A [`Commit`] with its JSON written, which the callers' threads do so that the writer need not.
pub struct Prepared {
    project: ProjectId,
    id: InteractionId,
    attempt: Option<u32>,
    takes_over: bool,
    create: Option<New>,
    open: Vec<Entry>,
    steps: Vec<Step>,
    update: Option<Change>,
    job: Option<JobChange>,
    enqueue: Vec<NewJob>,
}

struct New {
    parent: Option<InteractionId>,
    background: bool,
    owner: Option<WorkerId>,
    created: i64,
    input: String,
    change: Change,
}

struct Entry {
    index: u32,
    attempt: u32,
    ordinal: u32,
    event: String,
}

struct Step {
    index: u32,
    attempt: u32,
    step: String,
    marks: Vec<u8>,
}

struct Change {
    status: Status,
    updated: i64,
    head: String,
}

impl Change {
    fn new(
        status: Status,
        updated: Timestamp,
        head: &antiphon_store::Head,
        location: &Location,
    ) -> Result<Self, Error> {
        Ok(Self {
            status,
            updated: rows::nanoseconds(updated),
            head: rows::to_json(head, location)?,
        })
    }
}

impl Prepared {
    pub fn new(commit: Commit, location: &Location) -> Result<Self, Error> {
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
            patient: _,
        } = commit;
        let update = update
            .map(|Update { status, updated, head }| Change::new(status, updated, &head, location))
            .transpose()?;
        let mut prepared = Self {
            project,
            id,
            attempt,
            takes_over,
            create: None,
            open: Vec::new(),
            steps: Vec::new(),
            update,
            job,
            enqueue,
        };
        if let Some((record, input)) = create {
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
            // A status that comes with its update is written once.
            let change = match prepared.update.take() {
                Some(change) => change,
                None => Change::new(status, updated, &head, location)?,
            };
            let (created, input) = (rows::nanoseconds(created), rows::to_json(&input, location)?);
            prepared.create = Some(New {
                parent,
                background,
                owner,
                created,
                input,
                change,
            });
        }
        for OpenEntry {
            index,
            attempt,
            ordinal,
            event,
        } in open
        {
            prepared.open.push(Entry {
                index,
                attempt,
                ordinal,
                event: rows::to_json(&event, location)?,
            });
        }
        for StoredStep {
            index,
            attempt,
            step,
            marks,
        } in steps
        {
            prepared.steps.push(Step {
                index,
                attempt,
                step: rows::to_json(&step, location)?,
                marks,
            });
        }
        Ok(prepared)
    }

    /// Applies it in the transaction that is open; on `Err` the caller rolls back.
    pub fn apply(&self, connection: &Connection) -> Result<(), Failure> {
        let seq = match &self.create {
            Some(new) => self.insert(connection, new)?,
            None => self.find(connection)?,
        };
        for entry in &self.open {
            let Entry {
                index,
                attempt,
                ordinal,
                event,
            } = entry;
            let finished = first(connection, STEP_TAKEN, [seq.place(*index)], |_| Ok(()))?.is_some();
            if finished || execute(connection, INSERT_ENTRY, params![seq.0, index, attempt, ordinal, event])? == 0 {
                return Err(self.taken(*index));
            }
        }
        let may_be_open = self.create.is_none() || !self.open.is_empty();
        for Step {
            index,
            attempt,
            step,
            marks,
        } in &self.steps
        {
            if execute(
                connection,
                INSERT_STEP,
                params![seq.place(*index), attempt, step, marks],
            )? == 0
            {
                return Err(self.taken(*index));
            }
            if may_be_open {
                execute(connection, CLOSE_STEP, params![seq.0, index])?;
            }
        }
        if let Some(Change { status, updated, head }) = &self.update {
            execute(
                connection,
                UPDATE,
                params![seq.0, status.as_str(), status.is_terminal(), updated, head],
            )?;
        }
        let status = self
            .update
            .as_ref()
            .or(self.create.as_ref().map(|new| &new.change))
            .map(|change| &change.status);
        if may_be_open && status.is_some_and(Status::is_terminal) {
            execute(connection, CLOSE_ALL, [seq.0])?;
        }
        if let Some(change) = &self.job {
            queue::mark(connection, change)?;
        }
        queue::enqueue(connection, &self.enqueue)
    }

    fn insert(&self, connection: &Connection, new: &New) -> Result<Seq, Failure> {
        let New {
            parent,
            background,
            owner,
            created,
            input,
            change,
        } = new;
        if first(connection, TAKEN, [self.id.as_str()], |_| Ok(()))?.is_some() {
            return Err(Error::AlreadyExists(self.id.to_string()).into());
        }
        let above: Option<(i64, i64)> = match parent {
            Some(parent) => {
                let found = first(
                    connection,
                    FIND_PARENT,
                    [parent.as_str(), self.project.as_str()],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )?;
                Some(found.ok_or_else(|| Error::NotFound(parent.clone()))?)
            }
            None => None,
        };
        let attempt = self.fence(FIRST_ATTEMPT)?;
        let seq: i64 = first(connection, NEXT_SEQ, [], |row| Ok(row.get(0)?))?.unwrap_or(1);
        let Change { status, updated, head } = change;
        let row = params![
            seq,
            self.id.as_str(),
            self.project.as_str(),
            above.map(|(parent, _)| parent),
            above.map_or(seq, |(_, root)| root),
            background,
            status.as_str(),
            status.is_terminal(),
            attempt,
            created,
            updated,
            head,
            owner.as_ref().map(WorkerId::as_str),
        ];
        execute(connection, INSERT, row)?;
        execute(connection, INSERT_INPUT, params![seq, input])?;
        Ok(Seq(seq))
    }

    fn find(&self, connection: &Connection) -> Result<Seq, Failure> {
        let found = first(connection, FIND, [self.id.as_str(), self.project.as_str()], |row| {
            Ok((Seq(row.get(0)?), rows::status(row, 1)?, row.get(2)?, row.get(3)?))
        })?;
        let Some((seq, status, finished, attempt)) = found else {
            return Err(Error::NotFound(self.id.clone()).into());
        };
        if finished {
            return Err(Error::Terminal {
                id: self.id.clone(),
                status,
            }
            .into());
        }
        let next = self.fence(attempt)?;
        if self.takes_over {
            execute(connection, TAKE_OVER, params![seq.0, next])?;
            execute(connection, DROP_EARLIER, params![seq.0, next])?;
        }
        Ok(seq)
    }

    /// The attempt that is the current one after this commit.
    fn fence(&self, current: u32) -> Result<u32, Error> {
        match self.attempt {
            Some(attempt) if attempt == current || (self.takes_over && attempt > current) => Ok(attempt),
            Some(_) => Err(Error::Superseded(self.id.clone())),
            None => Ok(current),
        }
    }

    fn taken(&self, index: u32) -> Failure {
        Error::AlreadyExists(format!("step {index} of {}", self.id)).into()
    }
}
