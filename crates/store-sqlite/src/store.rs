use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use antiphon_interaction::InteractionId;
use antiphon_store::{
    ApiKey, Change, Claim, Commit, Conversation, Document, DocumentQuery, DocumentStore, Error, ExportStore,
    FollowStore, ImportStore, Job, JobBell, JobMark, JobStore, KeyHash, Known, Leases, NewApiKey, NewJob, News,
    ProjectId, QueueDepth, Row, Settlement, Store, Stored, SweptTree, Table, WorkerId,
};
use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use futures::stream::BoxStream;
use jiff::Timestamp;
use rusqlite::Connection;

use crate::commit::Prepared;
use crate::connection::{Options, open_writer};
use crate::failure::{Failure, Location};
use crate::job::{Answer, Kind, job};
use crate::reader::Readers;
use crate::writer::Writer;
use crate::{copying, documents, erase, keys, queue, reads};

/// A store in one SQLite file. Cheap to clone; clones share one writer.
///
/// - Every operation is queued when it is called, polled or not. The queue has no bound of its own: callers bound
///   what they start.
/// - Dropping the last clone finishes what is queued, waits for it and closes the file.
/// - A write that SQLite cannot make durable (a full disk, for instance) fails for all the callers of its batch, and
///   nothing of the batch is applied. The store goes on working when the disk does.
/// - Erased rows are overwritten with zeros, and the write-ahead log (`FILE-wal`) is moved into the file and cut to
///   nothing before the erasure is acknowledged. When a reader, here or in another process, holds on to the log for
///   longer than 100 ms, the erasure is acknowledged and the log is cut when the reader lets go. SQLite may have left
///   copies of a row in the unused space of pages that it rearranged; a file of up to 32 MiB is therefore written
///   anew (`VACUUM`) when nothing was written for a second after an erasure, and when the store is dropped. For a
///   larger file that is the operator's to do, with `sqlite3 FILE VACUUM`.
/// - Several processes may open the file, on a local file system. A write waits up to 10 s for another's. Leases are kept in
///   memory, so that renewing one costs nothing and all end with the process; only one of the processes may claim
///   jobs or run interactions.
#[derive(Clone)]
pub struct SqliteStore(Arc<Threads>);

struct Threads {
    // The readers go first, so that the writer closes the last connection and with it the log.
    readers: Readers,
    writer: Writer,
    location: Location,
    leases: Arc<Leases>,
    bell: Arc<JobBell>,
}

impl SqliteStore {
    /// Opens the file at `path`, makes it when it is missing and brings an older format up to date. Blocks on the
    /// disk.
    ///
    /// # Errors
    /// [`Error::Newer`] for a file of a newer format, [`Error::Damaged`] for a file that is torn, of another program
    /// or no database, [`Error::Unavailable`] when it cannot be opened.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, Error> {
        let path = path.as_ref();
        let location = Location::new(path);
        let connection = open_writer(path, options, &location)?;
        let readers = Readers::start(path, &location)?;
        let bell = Arc::new(JobBell::default());
        let writer = Writer::start(connection, &location, Arc::clone(&bell))?;
        Ok(Self(Arc::new(Threads {
            readers,
            writer,
            location,
            leases: Arc::default(),
            bell,
        })))
    }

    fn write<T: Send + 'static>(
        &self,
        kind: Kind,
        action: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Answer<T> {
        let (job, answer) = job(&self.0.location, kind, action);
        self.0.writer.submit(job);
        answer
    }

    fn ask<T: Send + 'static>(
        &self,
        action: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Answer<T> {
        let (job, answer) = job(&self.0.location, Kind::Plain, action);
        self.0.readers.submit(job);
        answer
    }
}

impl Store for SqliteStore {
    fn commit(&self, commit: Commit) -> BoxFuture<'static, Result<(), Error>> {
        let is_done = commit.job.as_ref().is_some_and(|job| job.mark == JobMark::Done);
        let kind = if is_done || !commit.enqueue.is_empty() {
            Kind::Queueing
        } else if commit.patient {
            Kind::Patient
        } else {
            Kind::Plain
        };
        match Prepared::new(commit, &self.0.location) {
            Ok(prepared) => self.write(kind, move |connection| prepared.apply(connection)),
            Err(error) => ready(Err(error)).boxed(),
        }
    }

    fn read(&self, project: ProjectId, id: InteractionId) -> BoxFuture<'static, Result<Option<Stored>, Error>> {
        self.ask(move |connection| reads::read(connection, &project, &id))
    }

    fn conversation(&self, project: ProjectId, leaf: InteractionId) -> BoxFuture<'static, Result<Conversation, Error>> {
        self.ask(move |connection| reads::conversation(connection, &project, &leaf))
    }

    fn erase(&self, project: ProjectId, id: InteractionId) -> BoxFuture<'static, Result<bool, Error>> {
        self.write(Kind::Erasing, move |connection| erase::erase(connection, &project, &id))
    }

    fn sweep(
        &self,
        project: Option<ProjectId>,
        before: Timestamp,
        limit: usize,
    ) -> BoxFuture<'static, Result<Vec<SweptTree>, Error>> {
        self.write(Kind::Erasing, move |connection| {
            erase::sweep(connection, project.as_ref(), before, limit)
        })
    }

    fn erased_tree(
        &self,
        project: ProjectId,
        id: InteractionId,
    ) -> BoxFuture<'static, Result<Option<InteractionId>, Error>> {
        self.ask(move |connection| erase::erased_tree(connection, &project, &id))
    }

    fn add_key(&self, key: NewApiKey) -> BoxFuture<'static, Result<(), Error>> {
        self.write(Kind::Plain, move |connection| keys::add(connection, &key))
    }

    fn keys(&self) -> BoxFuture<'static, Result<Vec<ApiKey>, Error>> {
        self.ask(keys::list)
    }

    fn revoke_key(&self, id: String) -> BoxFuture<'static, Result<bool, Error>> {
        self.write(Kind::Plain, move |connection| keys::revoke(connection, &id))
    }

    fn find_key(&self, hash: KeyHash) -> BoxFuture<'static, Result<Option<ApiKey>, Error>> {
        self.ask(move |connection| keys::find(connection, hash))
    }

    fn secret(&self, name: &'static str, candidate: Vec<u8>) -> BoxFuture<'static, Result<Vec<u8>, Error>> {
        self.write(Kind::Plain, move |connection| {
            keys::secret(connection, name, &candidate)
        })
    }

    fn check(&self) -> BoxFuture<'static, Result<(), Error>> {
        let (write, read) = (self.write(Kind::Plain, keys::write_probe), self.ask(keys::read_probe));
        async move {
            write.await?;
            read.await
        }
        .boxed()
    }
}

impl JobStore for SqliteStore {
    fn heartbeat(&self, worker: WorkerId, now: Timestamp, lease: Duration) -> BoxFuture<'static, Result<bool, Error>> {
        ready(Ok(self.0.leases.renew(worker, now, lease))).boxed()
    }

    fn retire(&self, worker: WorkerId) -> BoxFuture<'static, Result<(), Error>> {
        self.0.leases.retire(worker);
        self.0.bell.ring();
        ready(Ok(())).boxed()
    }

    fn claim(&self, claim: Claim) -> BoxFuture<'static, Result<Vec<Job>, Error>> {
        let leases = Arc::clone(&self.0.leases);
        self.write(Kind::Plain, move |connection| queue::claim(connection, &claim, &leases))
    }

    fn held(&self, worker: WorkerId) -> BoxFuture<'static, Result<Vec<(String, u32)>, Error>> {
        self.ask(move |connection| queue::held(connection, &worker))
    }

    fn settle(&self, id: String, fence: u32, settlement: Settlement) -> BoxFuture<'static, Result<bool, Error>> {
        self.write(Kind::Queueing, move |connection| {
            queue::settle(connection, &id, fence, &settlement)
        })
    }

    fn orphans(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> BoxFuture<'static, Result<Vec<(ProjectId, InteractionId)>, Error>> {
        let leases = Arc::clone(&self.0.leases);
        self.ask(move |connection| reads::orphans(connection, &leases, now, limit))
    }

    fn queue(&self, now: Timestamp) -> BoxFuture<'static, Result<Vec<QueueDepth>, Error>> {
        let leases = Arc::clone(&self.0.leases);
        self.ask(move |connection| queue::depths(connection, now, &leases))
    }
}

impl DocumentStore for SqliteStore {
    fn put_document(&self, document: Document, enqueue: Vec<NewJob>) -> BoxFuture<'static, Result<(), Error>> {
        let kind = if enqueue.is_empty() {
            Kind::Plain
        } else {
            Kind::Queueing
        };
        self.write(kind, move |connection| documents::put(connection, &document, &enqueue))
    }

    fn document(
        &self,
        collection: &'static str,
        project: ProjectId,
        id: String,
    ) -> BoxFuture<'static, Result<Option<Document>, Error>> {
        self.ask(move |connection| documents::find(connection, collection, &project, &id))
    }

    fn documents(&self, query: DocumentQuery) -> BoxFuture<'static, Result<Vec<Document>, Error>> {
        self.ask(move |connection| documents::list(connection, &query))
    }

    fn delete_document(
        &self,
        collection: &'static str,
        project: ProjectId,
        id: String,
        grouped: Option<&'static str>,
    ) -> BoxFuture<'static, Result<bool, Error>> {
        self.write(Kind::Erasing, move |connection| {
            documents::delete(connection, collection, &project, &id, grouped)
        })
    }

    fn trim_documents(
        &self,
        collection: &'static str,
        project: ProjectId,
        group: String,
        keep: usize,
    ) -> BoxFuture<'static, Result<(), Error>> {
        self.write(Kind::Plain, move |connection| {
            documents::trim(connection, collection, &project, &group, keep)
        })
    }
}

impl ExportStore for SqliteStore {
    fn export(&self, table: Table, after: Option<Row>, limit: usize) -> BoxFuture<'static, Result<Vec<Row>, Error>> {
        self.ask(move |connection| copying::export(connection, table, after.as_ref(), limit))
    }

    fn is_worked_on(&self) -> BoxFuture<'static, Result<bool, Error>> {
        ready(Ok(false)).boxed()
    }
}

impl ImportStore for SqliteStore {
    fn import(&self, pages: BoxStream<'static, Result<Vec<Row>, Error>>) -> BoxFuture<'static, Result<(), Error>> {
        let location = self.0.location.to_string();
        self.write(Kind::Queueing, move |connection| {
            copying::import(connection, pages, &location)
        })
    }
}

impl FollowStore for SqliteStore {
    fn news(
        &self,
        project: ProjectId,
        id: InteractionId,
        known: Known,
    ) -> BoxFuture<'static, Result<Option<News>, Error>> {
        self.ask(move |connection| reads::news(connection, &project, &id, known))
    }

    fn changes(&self) -> BoxStream<'static, Change> {
        self.0.bell.listen()
    }
}
