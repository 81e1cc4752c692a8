use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use antiphon_store::{Error, JobBell, PATIENCE};
use rusqlite::Connection;

use crate::failure::{Cause, Location};
use crate::job::{Job, Kind, Undo};

/// The most jobs that share one fsync; bounds how long the first of them waits for the others.
const BATCH: usize = 256;
/// How long an erasure waits for readers of the old log before it is acknowledged all the same.
const LOG_WAIT: Duration = Duration::from_millis(100);
/// How long nothing must be asked of the writer before it tidies up after an erasure.
const QUIET: Duration = Duration::from_secs(1);
/// The largest file that is rewritten when it is quiet: some tenths of a second, and as much memory.
const REWRITE_LIMIT: i64 = 32 << 20;

/// The thread that writes. Dropping it finishes what is queued.
pub struct Writer {
    queue: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(connection: Connection, location: &Location, bell: Arc<JobBell>) -> Result<Self, Error> {
        let (queue, jobs) = channel();
        // A process that was killed may have left erased content in the log.
        let desk = Desk {
            connection,
            location: location.clone(),
            bell,
            log_is_stale: true,
            file_is_stale: false,
        };
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || desk.serve(&jobs))
            .map_err(|error| location.unavailable(Cause::Thread(Arc::new(error))))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
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
    bell: Arc<JobBell>,
    /// Whether erased content may still be in the log.
    log_is_stale: bool,
    /// Whether it may still be in the unused parts of the file's pages.
    file_is_stale: bool,
}

impl Desk {
    fn serve(mut self, jobs: &Receiver<Box<dyn Job>>) {
        while let Some(first) = self.next(jobs) {
            let mut batch = vec![first];
            batch.extend(jobs.try_iter().take(BATCH - 1));
            gather(jobs, &mut batch, PATIENCE);
            self.write(batch);
        }
        self.tidy();
    }

    fn next(&mut self, jobs: &Receiver<Box<dyn Job>>) -> Option<Box<dyn Job>> {
        while self.log_is_stale || self.file_is_stale {
            match jobs.recv_timeout(QUIET) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Timeout) => self.tidy(),
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        jobs.recv().ok()
    }

    fn write(&mut self, mut batch: Vec<Box<dyn Job>>) {
        let erases = batch.iter().any(|job| job.kind() == Kind::Erasing);
        let begun = Instant::now();
        let written = self.transact(&mut batch).map_err(Arc::new);
        metrics::histogram!("antiphon_commit_seconds", "store" => "sqlite").record(begun.elapsed().as_secs_f64());
        if written.is_ok() && erases {
            (self.log_is_stale, self.file_is_stale) = (true, true);
        }
        if self.log_is_stale {
            self.cut_log();
        }
        let rings = batch.iter().any(|job| job.kind() == Kind::Queueing);
        for job in batch {
            let fate = match &written {
                Ok(()) => Ok(()),
                Err(error) => Err(self.location.explain_sqlite(error)),
            };
            job.answer(fate, &self.location);
        }
        if rings {
            self.bell.ring();
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
    fn cut_log(&mut self) {
        let cut = || -> Result<bool, rusqlite::Error> {
            let usual: u32 = self
                .connection
                .pragma_query_value(None, "busy_timeout", |row| row.get(0))?;
            self.connection.busy_timeout(LOG_WAIT)?;
            let busy = self
                .connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
            self.connection.busy_timeout(Duration::from_millis(u64::from(usual)))?;
            busy
        };
        self.log_is_stale = cut().unwrap_or(true);
    }

    /// `secure_delete` overwrites a row where it is. Where SQLite moved it from, when it rearranged pages, a copy may
    /// be left in a page's unused space; only writing the file anew removes that.
    fn tidy(&mut self) {
        if self.file_is_stale {
            let rewrite = || -> Result<(), rusqlite::Error> {
                let size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
                let size: i64 = self.connection.query_row(size, [], |row| row.get(0))?;
                if size <= REWRITE_LIMIT {
                    self.connection.execute_batch("VACUUM")
                } else {
                    Ok(())
                }
            };
            self.file_is_stale = rewrite().is_err();
            self.log_is_stale = true;
        }
        if self.log_is_stale {
            self.cut_log();
        }
    }
}

/// As long as all jobs of the batch can wait, waits for more, `patience` at most.
fn gather(jobs: &Receiver<Box<dyn Job>>, batch: &mut Vec<Box<dyn Job>>, patience: Duration) {
    let began = Instant::now();
    while batch.len() < BATCH && batch.iter().all(|job| job.kind() == Kind::Patient) {
        let Ok(job) = jobs.recv_timeout(patience.saturating_sub(began.elapsed())) else {
            return;
        };
        batch.push(job);
        batch.extend(jobs.try_iter().take(BATCH - batch.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::job;

    const LONG: Duration = Duration::from_secs(3600);

    fn of(kind: Kind) -> Box<dyn Job> {
        job(&Location::new("a.db".as_ref()), kind, |_| Ok(())).0
    }

    #[test]
    fn patient_jobs_wait_for_one_that_is_not() {
        let (queue, jobs) = channel();
        let mut batch = vec![of(Kind::Patient)];
        let sender = thread::spawn(move || {
            queue.send(of(Kind::Patient)).unwrap();
            queue.send(of(Kind::Plain)).unwrap();
            queue
        });
        gather(&jobs, &mut batch, LONG);
        let kinds: Vec<Kind> = batch.iter().map(|job| job.kind()).collect();
        assert_eq!(kinds, [Kind::Patient, Kind::Patient, Kind::Plain]);
        drop(sender.join().unwrap());
    }

    #[test]
    fn jobs_wait_for_nothing_where_one_cannot_or_none_can_come() {
        let (queue, jobs) = channel();
        gather(&jobs, &mut vec![of(Kind::Plain)], LONG);
        gather(&jobs, &mut vec![of(Kind::Patient), of(Kind::Erasing)], LONG);
        gather(&jobs, &mut vec![of(Kind::Patient)], Duration::ZERO);
        drop(queue);
        gather(&jobs, &mut vec![of(Kind::Patient)], LONG);
    }
}
