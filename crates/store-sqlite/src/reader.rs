use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use antiphon_store::Error;
use rusqlite::Connection;

use crate::connection::open_reader;
use crate::failure::{Cause, Location};
use crate::job::Job;

const READERS: usize = 4;

/// The threads that read, each on its own connection.
pub struct Readers {
    queue: Option<Sender<Box<dyn Job>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    pub fn start(path: &Path, location: &Location) -> Result<Self, Error> {
        let (queue, jobs) = channel();
        let jobs = Arc::new(Mutex::new(jobs));
        let mut readers = Self {
            queue: Some(queue),
            threads: Vec::with_capacity(READERS),
        };
        for number in 0..READERS {
            let connection = open_reader(path, location)?;
            let (jobs, location_there) = (Arc::clone(&jobs), location.clone());
            let thread = thread::Builder::new()
                .name(format!("store-reader-{number}"))
                .spawn(move || serve(&connection, &jobs, &location_there))
                .map_err(|error| location.unavailable(Cause::Thread(Arc::new(error))))?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    /// Queues a job that only reads.
    pub fn submit(&self, job: Box<dyn Job>) {
        if let Some(queue) = &self.queue {
            drop(queue.send(job));
        }
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        drop(self.queue.take());
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

fn serve(connection: &Connection, jobs: &Mutex<Receiver<Box<dyn Job>>>, location: &Location) {
    loop {
        // The lock is held while waiting: the others wait for it instead, and one of them takes the next job.
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut job) = next else { return };
        let read = snapshot(connection, &mut *job).map_err(|error| location.explain_sqlite(&Arc::new(error)));
        job.answer(read, location);
    }
}

/// Runs the job on one snapshot of the data.
fn snapshot(connection: &Connection, job: &mut dyn Job) -> Result<(), rusqlite::Error> {
    connection.prepare_cached("BEGIN")?.execute([])?;
    // The reason of a failure is in the job, and a transaction that only read has nothing to undo.
    let _ = job.run(connection);
    if connection.is_autocommit() {
        return Ok(());
    }
    connection.prepare_cached("COMMIT")?.execute([]).map(|_| ())
}
