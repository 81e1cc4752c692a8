use std::time::Duration;

use antiphon_store::{Error, PATIENCE};
use sqlx::{Connection as _, PgConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::commit::Prepared;
use crate::connection::{Tries, open};
use crate::failure::{Failure, Location};
use crate::migration::FORMAT;
use crate::options::Checked;
use crate::refusal::Refusal;

/// The most commits of a batch: so many subtransactions the server keeps in shared memory; to learn of more, others must look on disk.
const BATCH: usize = 64;
/// A batch is closed when it is so large, in bytes.
const LARGE: usize = 4 << 20;
const COMMIT_BATCH: &str = "SELECT commit_batch_1($1, $2, $3, $4, $5, $6)";

/// What is queued.
pub enum Item {
    /// To be written.
    Commit {
        /// What.
        prepared: Prepared,
        /// Who waits.
        reply: oneshot::Sender<Result<(), Error>>,
    },
    /// To be told when everything queued before has been written or refused.
    Mark(oneshot::Sender<()>),
}

impl Item {
    fn can_wait(&self) -> bool {
        match self {
            Self::Commit { prepared, .. } => prepared.patient,
            Self::Mark(_) => false,
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Commit { prepared, .. } => prepared.json.len(),
            Self::Mark(_) => 0,
        }
    }
}

/// Writes commits in the order in which they were queued.
pub struct Writer {
    options: Checked,
    /// Names this writer to the database.
    id: String,
    /// Of the last batch.
    number: i64,
    connection: Option<PgConnection>,
}

impl Writer {
    pub fn new(options: Checked, id: String, connection: PgConnection) -> Self {
        Self {
            options,
            id,
            number: 0,
            connection: Some(connection),
        }
    }

    /// Serves until the queue is closed and empty.
    pub async fn serve(mut self, mut queue: mpsc::UnboundedReceiver<Item>) {
        while let Some(first) = queue.recv().await {
            let batch = gather(first, &mut queue, PATIENCE).await;
            self.write(batch).await;
        }
        if let Some(connection) = self.connection {
            // A farewell, which the server need not hear.
            drop(connection.close().await);
        }
    }

    async fn write(&mut self, batch: Vec<Item>) {
        let mut commits = Vec::with_capacity(batch.len());
        let mut marks = Vec::new();
        for item in batch {
            match item {
                Item::Commit { prepared, reply } => commits.push((prepared, reply)),
                Item::Mark(mark) => marks.push(mark),
            }
        }
        let prepared: Vec<&Prepared> = commits.iter().map(|(prepared, _)| prepared).collect();
        let begun = Instant::now();
        let answers = self.apply(&prepared).await;
        if !prepared.is_empty() {
            metrics::histogram!("antiphon_commit_seconds", "store" => "postgres").record(begun.elapsed().as_secs_f64());
        }
        // A caller that no longer waits does not want to know.
        for ((_, reply), answer) in commits.into_iter().zip(answers) {
            drop(reply.send(answer));
        }
        for mark in marks {
            let _ = mark.send(());
        }
    }

    /// The answer to each.
    async fn apply(&mut self, commits: &[&Prepared]) -> Vec<Result<(), Error>> {
        if commits.is_empty() {
            return Vec::new();
        }
        let failure = match self.send(commits).await {
            Ok(answers) => return self.explain(commits, answers),
            Err(failure) => failure,
        };
        if commits.len() == 1 || failure.passes() || matches!(failure, Failure::Refused(_)) {
            return self.told(commits, &failure);
        }
        // The server cannot take one of them, for a reason that is not foreseen, and nothing was applied: each goes alone.
        let mut answers = Vec::with_capacity(commits.len());
        for commit in commits {
            match self.send(&[*commit]).await {
                Ok(answer) => answers.append(&mut self.explain(&[*commit], answer)),
                Err(failure) => answers.append(&mut self.told(&[*commit], &failure)),
            }
        }
        answers
    }

    fn explain(&self, commits: &[&Prepared], answers: Vec<Option<String>>) -> Vec<Result<(), Error>> {
        let location = &self.options.location;
        if answers.len() != commits.len() {
            let failure = Failure::Unreadable("a batch was answered with another one's answers".into());
            return self.told(commits, &failure);
        }
        let explained = commits.iter().zip(answers).map(|(commit, answer)| match answer {
            None => Ok(()),
            Some(refusal) => {
                let failure = Refusal::parse(&refusal).map_or_else(Failure::Unreadable, Failure::Refused);
                Err(location.explain(failure, commit.id.as_str()))
            }
        });
        explained.collect()
    }

    /// The same for all of them.
    fn told(&self, commits: &[&Prepared], failure: &Failure) -> Vec<Result<(), Error>> {
        let location: &Location = &self.options.location;
        let copies = commits
            .iter()
            .map(|commit| Err(location.explain(failure.clone(), commit.id.as_str())));
        copies.collect()
    }

    /// Sends a batch until it is answered or it is too late. Its number makes sure that it is applied once.
    async fn send(&mut self, commits: &[&Prepared]) -> Result<Vec<Option<String>>, Failure> {
        self.number += 1;
        let mut tries = Tries::new(self.options.timeout);
        loop {
            let failure = match self.send_once(commits, tries.until()).await {
                Ok(answers) => return Ok(answers),
                Err(failure) => failure,
            };
            if !failure.spares_connection() {
                self.connection = None;
            }
            if !failure.passes() || !tries.again().await {
                return Err(failure);
            }
        }
    }

    async fn send_once(&mut self, commits: &[&Prepared], until: Instant) -> Result<Vec<Option<String>>, Failure> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(open(&self.options, until.saturating_duration_since(Instant::now())).await?),
        };
        let mut limited: Vec<&str> = commits
            .iter()
            .flat_map(|commit| commit.limited.iter().map(String::as_str))
            .collect();
        limited.sort_unstable();
        limited.dedup();
        let texts: Vec<&str> = commits.iter().map(|commit| commit.json.as_str()).collect();
        let ids: Vec<&str> = commits.iter().map(|commit| commit.stored_id.as_str()).collect();
        let sent = sqlx::query_scalar(COMMIT_BATCH)
            .bind(&self.id)
            .bind(self.number)
            .bind(FORMAT)
            .bind(texts)
            .bind(ids)
            .bind(limited)
            .fetch_one(connection);
        match timeout_at(until, sent).await {
            Ok(answers) => Ok(answers?),
            Err(_) => Err(Failure::TimedOut(self.options.timeout)),
        }
    }
}

/// Everything that is queued; as long as all of it can wait, waits for more, `patience` at most.
async fn gather(first: Item, queue: &mut mpsc::UnboundedReceiver<Item>, patience: Duration) -> Vec<Item> {
    let until = Instant::now() + patience;
    let (mut size, mut waits) = (first.size(), first.can_wait());
    let mut batch = vec![first];
    while batch.len() < BATCH && size < LARGE {
        let next = match queue.try_recv() {
            Ok(item) => Some(item),
            Err(_) if waits => timeout_at(until, queue.recv()).await.unwrap_or_default(),
            Err(_) => None,
        };
        let Some(item) = next else { break };
        size += item.size();
        waits &= item.can_wait();
        batch.push(item);
    }
    batch
}
