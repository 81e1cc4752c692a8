use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use antiphon_store::Error;
use rusqlite::Connection;

use crate::failure::{Cause, Location};
use crate::job::{Job, Undo};

/// The most jobs that share one fsync; bounds how long the first of them waits for the others.
const BATCH: usize = 256;
/// How long an erasure waits for readers of the old log before it is acknowledged all the same.
const SCRUB_WAIT: Duration = Duration::from_millis(100);
/// When the log that readers held on to is tried again.
const SCRUB_AGAIN: Duration = Duration::from_secs(1);

/// The thread that writes. Dropping it finishes what is queued.
pub struct Writer {
    queue: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(connection: Connection, location: &Location) -> Result<Self, Error> {
        let (queue, jobs) = channel();
        let desk = Desk { connection, location: location.clone(), unscrubbed: false };
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || desk.serve(&jobs))
            .map_err(|error| location.unavailable(Cause::Thread(Arc::new(error))))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Queues a job; jobs run in the order of these calls.
    pub fn submit(&self, job: Box<dyn Job>) {
        if let Some(queue) = &self.queue {
            // When the thread is gone the job is dropped, which answers it.
            drop(queue.send(job));
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

struct Desk {
    connection: Connection,
    location: Location,
    /// Whether erased content may still be in the log.
    unscrubbed: bool,
}

impl Desk {
    fn serve(mut self, jobs: &Receiver<Box<dyn Job>>) {
        while let Some(first) = self.next(jobs) {
            let mut batch = vec![first];
            batch.extend(jobs.try_iter().take(BATCH - 1));
            self.write(batch);
        }
    }

    fn next(&mut self, jobs: &Receiver<Box<dyn Job>>) -> Option<Box<dyn Job>> {
        while self.unscrubbed {
            match jobs.recv_timeout(SCRUB_AGAIN) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Timeout) => self.scrub(),
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        jobs.recv().ok()
    }

    fn write(&mut self, mut batch: Vec<Box<dyn Job>>) {
        let erases = batch.iter().any(|job| job.erases());
        let written = self.transact(&mut batch).map_err(Arc::new);
        if written.is_ok() && (erases || self.unscrubbed) {
            self.scrub();
        }
        for job in batch {
            let fate = written.as_ref().map(|()| ()).map_err(|error| self.location.explain_sqlite(error));
            job.answer(fate, &self.location);
        }
    }

    fn transact(&self, batch: &mut [Box<dyn Job>]) -> Result<(), rusqlite::Error> {
        self.execute("BEGIN IMMEDIATE")?;
        let done = self.run(batch).and_then(|()| self.execute("COMMIT"));
        if done.is_err() && !self.connection.is_autocommit() {
            // Nothing of the batch may stay; a connection that cannot even roll back refuses the next `BEGIN`.
            drop(self.execute("ROLLBACK"));
        }
        done
    }

    fn run(&self, batch: &mut [Box<dyn Job>]) -> Result<(), rusqlite::Error> {
        for job in batch {
            self.execute("SAVEPOINT job")?;
            if let Err(Undo) = job.run(&self.connection) {
                // Some failures, such as a full disk, end the whole transaction; then this fails too, and the batch.
                self.execute("ROLLBACK TO job")?;
            }
            self.execute("RELEASE job")?;
        }
        Ok(())
    }

    fn execute(&self, sql: &str) -> Result<(), rusqlite::Error> {
        self.connection.prepare_cached(sql)?.execute([]).map(|_| ())
    }

    /// Moves the log into the file and cuts it to nothing, so that no old page images stay behind.
    fn scrub(&mut self) {
        let scrub = || -> Result<bool, rusqlite::Error> {
            let usual: u32 = self.connection.pragma_query_value(None, "busy_timeout", |row| row.get(0))?;
            self.connection.busy_timeout(SCRUB_WAIT)?;
            let busy = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
            self.connection.busy_timeout(Duration::from_millis(u64::from(usual)))?;
            busy
        };
        self.unscrubbed = scrub().unwrap_or(true);
    }
}
