//! The traits of the store, each operation handed to where it is done.

use std::time::Duration;

use antiphon_interaction::InteractionId;
use antiphon_store::{
    ApiKey, Change, Claim, Commit, Conversation, Document, DocumentQuery, DocumentStore, Error, ExportStore,
    FollowStore, ImportStore, Job, JobStore, KeyHash, Known, NewApiKey, NewJob, News, ProjectId, QueueDepth, Row,
    Settlement, Store, Stored, SweptTree, Table, WorkerId,
};
use futures::FutureExt as _;
use futures::future::{pending, ready};
use futures::stream::{BoxStream, StreamExt as _, unfold};
use jiff::Timestamp;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::oneshot;

use crate::commit::Prepared;
use crate::failure::Cause;
use crate::jobs::Settling;
use crate::rows::{JobTexts, escaped, get, limit, nanoseconds};
use crate::store::{Answer, PostgresStore};
use crate::writer::Item;
use crate::{copying, documents, jobs, keys, reads};

impl Store for PostgresStore {
    fn commit(&self, commit: Commit) -> Answer<()> {
        let prepared = match Prepared::new(&commit, self.location()) {
            Ok(prepared) => prepared,
            Err(error) => return ready(Err(error)).boxed(),
        };
        let (reply, answer) = oneshot::channel();
        self.queue(Item::Commit { prepared, reply });
        let location = self.location().clone();
        async move {
            answer
                .await
                .unwrap_or_else(|_| Err(location.unavailable(Cause::Closed)))
        }
        .boxed()
    }

    fn read(&self, project: ProjectId, id: InteractionId) -> Answer<Option<Stored>> {
        self.ask("", move |connection| {
            reads::read(connection, project.clone(), id.clone()).boxed()
        })
    }

    fn conversation(&self, project: ProjectId, leaf: InteractionId) -> Answer<Conversation> {
        self.ask("", move |connection| {
            reads::conversation(connection, project.clone(), leaf.clone()).boxed()
        })
    }

    fn erase(&self, project: ProjectId, id: InteractionId) -> Answer<bool> {
        self.ask_behind("", move |connection| {
            let (project, id) = (project.clone(), id.clone());
            async move {
                let row = sqlx::query("SELECT erase_1($1, $2)")
                    .bind(escaped(project.as_str()))
                    .bind(escaped(id.as_str()))
                    .fetch_one(connection)
                    .await?;
                get(&row, 0)
            }
            .boxed()
        })
    }

    fn sweep(&self, project: Option<ProjectId>, before: Timestamp, trees: usize) -> Answer<Vec<SweptTree>> {
        self.ask_behind("", move |connection| {
            let project = project.clone();
            async move {
                let rows = sqlx::query("SELECT project, id, members FROM sweep_2($1, $2, $3)")
                    .bind(project.as_ref().map(|project| escaped(project.as_str())))
                    .bind(nanoseconds(before))
                    .bind(limit(trees))
                    .fetch_all(connection)
                    .await?;
                rows.iter().map(reads::swept_tree).collect()
            }
            .boxed()
        })
    }

    fn erased_tree(&self, project: ProjectId, id: InteractionId) -> Answer<Option<InteractionId>> {
        self.ask("", move |connection| {
            reads::erased_tree(connection, project.clone(), id.clone()).boxed()
        })
    }

    fn add_key(&self, key: NewApiKey) -> Answer<()> {
        let id = key.key.id.clone();
        let added = self.ask_once("", move |connection| keys::add(connection, key.clone()).boxed());
        async move {
            match added.await? {
                true => Ok(()),
                false => Err(Error::AlreadyExists(id)),
            }
        }
        .boxed()
    }

    fn keys(&self) -> Answer<Vec<ApiKey>> {
        self.ask("", |connection| keys::list(connection).boxed())
    }

    fn revoke_key(&self, id: String) -> Answer<bool> {
        self.ask_once("", move |connection| keys::revoke(connection, id.clone()).boxed())
    }

    fn find_key(&self, hash: KeyHash) -> Answer<Option<ApiKey>> {
        self.ask("", move |connection| keys::find(connection, hash).boxed())
    }

    fn secret(&self, name: &'static str, candidate: Vec<u8>) -> Answer<Vec<u8>> {
        self.ask("", move |connection| {
            keys::secret(connection, name, candidate.clone()).boxed()
        })
    }

    fn check(&self) -> Answer<()> {
        self.ask("", |connection| keys::probe(connection).boxed())
    }
}

impl JobStore for PostgresStore {
    fn heartbeat(&self, worker: WorkerId, _now: Timestamp, lease: Duration) -> Answer<bool> {
        self.ask("", move |connection| {
            jobs::heartbeat(connection, worker.clone(), lease).boxed()
        })
    }

    fn retire(&self, worker: WorkerId) -> Answer<()> {
        self.ask_behind("", move |connection| jobs::retire(connection, worker.clone()).boxed())
    }

    fn claim(&self, claim: Claim) -> Answer<Vec<Job>> {
        self.ask_once("", move |connection| jobs::claim(connection, claim.clone()).boxed())
    }

    fn held(&self, worker: WorkerId) -> Answer<Vec<(String, u32)>> {
        self.ask("", move |connection| jobs::held(connection, worker.clone()).boxed())
    }

    fn settle(&self, id: String, fence: u32, settlement: Settlement) -> Answer<bool> {
        match Settling::new(&id, fence, settlement, self.location()) {
            Ok(settling) => self.ask_behind(&id, move |connection| {
                jobs::settle(connection, settling.clone()).boxed()
            }),
            Err(error) => ready(Err(error)).boxed(),
        }
    }

    fn orphans(&self, _now: Timestamp, most: usize) -> Answer<Vec<(ProjectId, InteractionId)>> {
        self.ask("", move |connection| reads::orphans(connection, limit(most)).boxed())
    }

    fn queue(&self, now: Timestamp) -> Answer<Vec<QueueDepth>> {
        self.ask("", move |connection| jobs::depths(connection, now).boxed())
    }
}

impl DocumentStore for PostgresStore {
    fn put_document(&self, document: Document, enqueue: Vec<NewJob>) -> Answer<()> {
        let jobs = match JobTexts::new(&enqueue, self.location()) {
            Ok(jobs) => jobs,
            Err(error) => return ready(Err(error)).boxed(),
        };
        let id = document.id.clone();
        let what = std::sync::Arc::new((document, jobs));
        self.ask_behind(&id, move |connection| {
            let what = what.clone();
            async move { documents::put(connection, &what.0, &what.1).await }.boxed()
        })
    }

    fn document(&self, collection: &'static str, project: ProjectId, id: String) -> Answer<Option<Document>> {
        self.ask("", move |connection| {
            documents::find(connection, collection, project.clone(), id.clone()).boxed()
        })
    }

    fn documents(&self, query: DocumentQuery) -> Answer<Vec<Document>> {
        self.ask("", move |connection| documents::list(connection, query.clone()).boxed())
    }

    fn delete_document(
        &self,
        collection: &'static str,
        project: ProjectId,
        id: String,
        grouped: Option<&'static str>,
    ) -> Answer<bool> {
        self.ask_behind("", move |connection| {
            documents::delete(connection, collection, project.clone(), id.clone(), grouped).boxed()
        })
    }

    fn trim_documents(&self, collection: &'static str, project: ProjectId, group: String, keep: usize) -> Answer<()> {
        self.ask("", move |connection| {
            documents::trim(connection, collection, project.clone(), group.clone(), keep).boxed()
        })
    }
}

impl ExportStore for PostgresStore {
    fn export(&self, table: Table, after: Option<Row>, most: usize) -> Answer<Vec<Row>> {
        self.ask("", move |connection| {
            copying::export(connection, table, after.clone(), most).boxed()
        })
    }

    fn is_worked_on(&self) -> Answer<bool> {
        self.ask("", |connection| copying::is_worked_on(connection).boxed())
    }
}

impl ImportStore for PostgresStore {
    fn import(&self, pages: BoxStream<'static, Result<Vec<Row>, Error>>) -> Answer<()> {
        let imported = self.begin("", copying::import(self.options().clone(), pages));
        async move { imported.await? }.boxed()
    }
}

impl FollowStore for PostgresStore {
    fn news(&self, project: ProjectId, id: InteractionId, known: Known) -> Answer<Option<News>> {
        self.ask("", move |connection| {
            reads::news(connection, project.clone(), id.clone(), known).boxed()
        })
    }

    fn changes(&self) -> BoxStream<'static, Change> {
        unfold(self.follow(), |mut changes| async move {
            match changes.recv().await {
                Ok(change) => Some((change, changes)),
                Err(RecvError::Lagged(_)) => Some((Change::Missed, changes)),
                Err(RecvError::Closed) => pending().await,
            }
        })
        .boxed()
    }
}
