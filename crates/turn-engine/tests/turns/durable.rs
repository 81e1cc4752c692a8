//! What is told is stored: nothing that a crash could lose is acknowledged, and a store that fails fails the run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use antiphon_interaction::{ErrorCode, InteractionEvent, InteractionId, Status};
use antiphon_store::memory::MemoryStore;
use antiphon_store::{
    ApiKey, Change, Claim, Commit, Conversation, Document, DocumentQuery, DocumentStore, Error, FollowStore, Job,
    JobStore, KeyHash, Known, NewApiKey, NewJob, News, ProjectId, QueueDepth, Settlement, Store, Stored, SweptTree,
    WorkerId,
};
use antiphon_testkit::{Gate, Script, ScriptedEngine};
use antiphon_turn_engine::Created;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use jiff::Timestamp;
use serde_json::json;

use crate::bench::{collect, engine, events, interaction, project, request};

/// Holds back the commits that `holds` picks until the gate opens, and then makes them, or fails.
struct SlowStore {
    inner: MemoryStore,
    holds: fn(&Commit) -> bool,
    gate: Gate,
    fails: bool,
    /// Gives the lease of the process to nobody at the next renewal.
    loses_lease: Arc<AtomicBool>,
}

impl SlowStore {
    fn gated(holds: fn(&Commit) -> bool, fails: bool) -> (Arc<dyn Store>, Gate) {
        let gate = Gate::new();
        let inner = MemoryStore::default();
        (
            Arc::new(Self {
                inner,
                holds,
                gate: gate.clone(),
                fails,
                loses_lease: Arc::default(),
            }),
            gate,
        )
    }
}

impl Store for SlowStore {
    fn commit(&self, commit: Commit) -> BoxFuture<'static, Result<(), Error>> {
        if !(self.holds)(&commit) {
            return self.inner.commit(commit);
        }
        let (inner, gate, fails) = (self.inner.clone(), self.gate.clone(), self.fails);
        async move {
            gate.pass().await;
            if fails {
                let source = std::io::Error::from(std::io::ErrorKind::StorageFull).into();
                return Err(Error::Unavailable {
                    location: "/secret/path".to_owned(),
                    source,
                });
            }
            inner.commit(commit).await
        }
        .boxed()
    }

    fn read(&self, project: ProjectId, id: InteractionId) -> BoxFuture<'static, Result<Option<Stored>, Error>> {
        self.inner.read(project, id)
    }

    fn conversation(&self, project: ProjectId, leaf: InteractionId) -> BoxFuture<'static, Result<Conversation, Error>> {
        self.inner.conversation(project, leaf)
    }

    fn erase(&self, project: ProjectId, id: InteractionId) -> BoxFuture<'static, Result<bool, Error>> {
        self.inner.erase(project, id)
    }

    fn sweep(
        &self,
        project: Option<ProjectId>,
        before: Timestamp,
        limit: usize,
    ) -> BoxFuture<'static, Result<Vec<SweptTree>, Error>> {
        self.inner.sweep(project, before, limit)
    }

    fn erased_tree(
        &self,
        project: ProjectId,
        id: InteractionId,
    ) -> BoxFuture<'static, Result<Option<InteractionId>, Error>> {
        self.inner.erased_tree(project, id)
    }

    fn add_key(&self, key: NewApiKey) -> BoxFuture<'static, Result<(), Error>> {
        self.inner.add_key(key)
    }

    fn keys(&self) -> BoxFuture<'static, Result<Vec<ApiKey>, Error>> {
        self.inner.keys()
    }

    fn revoke_key(&self, id: String) -> BoxFuture<'static, Result<bool, Error>> {
        self.inner.revoke_key(id)
    }

    fn find_key(&self, hash: KeyHash) -> BoxFuture<'static, Result<Option<ApiKey>, Error>> {
        self.inner.find_key(hash)
    }

    fn secret(&self, name: &'static str, candidate: Vec<u8>) -> BoxFuture<'static, Result<Vec<u8>, Error>> {
        self.inner.secret(name, candidate)
    }

    fn check(&self) -> BoxFuture<'static, Result<(), Error>> {
        self.inner.check()
    }
}

impl JobStore for SlowStore {
    fn heartbeat(&self, worker: WorkerId, now: Timestamp, lease: Duration) -> BoxFuture<'static, Result<bool, Error>> {
        if self.loses_lease.swap(false, Ordering::SeqCst) {
            let retired = self.inner.retire(worker);
            return async move { retired.await.map(|()| false) }.boxed();
        }
        self.inner.heartbeat(worker, now, lease)
    }

    fn retire(&self, worker: WorkerId) -> BoxFuture<'static, Result<(), Error>> {
        self.inner.retire(worker)
    }

    fn claim(&self, claim: Claim) -> BoxFuture<'static, Result<Vec<Job>, Error>> {
        self.inner.claim(claim)
    }

    fn held(&self, worker: WorkerId) -> BoxFuture<'static, Result<Vec<(String, u32)>, Error>> {
        self.inner.held(worker)
    }

    fn settle(&self, id: String, fence: u32, settlement: Settlement) -> BoxFuture<'static, Result<bool, Error>> {
        self.inner.settle(id, fence, settlement)
    }

    fn orphans(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> BoxFuture<'static, Result<Vec<(ProjectId, InteractionId)>, Error>> {
        self.inner.orphans(now, limit)
    }

    fn queue(&self, now: Timestamp) -> BoxFuture<'static, Result<Vec<QueueDepth>, Error>> {
        self.inner.queue(now)
    }
}

impl DocumentStore for SlowStore {
    fn put_document(&self, document: Document, enqueue: Vec<NewJob>) -> BoxFuture<'static, Result<(), Error>> {
        self.inner.put_document(document, enqueue)
    }

    fn document(
        &self,
        collection: &'static str,
        project: ProjectId,
        id: String,
    ) -> BoxFuture<'static, Result<Option<Document>, Error>> {
        self.inner.document(collection, project, id)
    }

    fn documents(&self, query: DocumentQuery) -> BoxFuture<'static, Result<Vec<Document>, Error>> {
        self.inner.documents(query)
    }

    fn delete_document(
        &self,
        collection: &'static str,
        project: ProjectId,
        id: String,
        grouped: Option<&'static str>,
    ) -> BoxFuture<'static, Result<bool, Error>> {
        self.inner.delete_document(collection, project, id, grouped)
    }

    fn trim_documents(
        &self,
        collection: &'static str,
        project: ProjectId,
        group: String,
        keep: usize,
    ) -> BoxFuture<'static, Result<(), Error>> {
        self.inner.trim_documents(collection, project, group, keep)
    }
}

impl FollowStore for SlowStore {
    fn news(
        &self,
        project: ProjectId,
        id: InteractionId,
        known: Known,
    ) -> BoxFuture<'static, Result<Option<News>, Error>> {
        self.inner.news(project, id, known)
    }

    fn changes(&self) -> BoxStream<'static, Change> {
        self.inner.changes()
    }
}

fn is_last(commit: &Commit) -> bool {
    commit.update.is_some()
}

fn grows(commit: &Commit) -> bool {
    !commit.open.is_empty() || !commit.steps.is_empty() || commit.update.is_some()
}

#[tokio::test]
async fn a_unary_reply_waits_for_its_last_commit() {
    let (store, gate) = SlowStore::gated(is_last, false);
    let model = ScriptedEngine::new();
    model.push(Script::reply("hello"));
    let engine = engine(&store, &model).await;
    let project = project();
    let mut create = Box::pin(engine.create(&project, request(json!({}))));
    tokio::select! {
        _ = &mut create => panic!("answered before the commit"),
        () = gate.reached() => {}
    }
    assert!((&mut create).now_or_never().is_none());
    gate.open();
    assert_eq!(interaction(create.await.unwrap()).status, Status::Completed);
}

#[tokio::test]
async fn a_foreground_stream_shows_its_steps_at_once_and_its_end_after_the_commit() {
    let (store, gate) = SlowStore::gated(is_last, false);
    let model = ScriptedEngine::new();
    model.push(Script::reply("hello"));
    let Created::Events(mut stream) = engine(&store, &model)
        .await
        .create(&project(), request(json!({ "stream": true })))
        .await
        .unwrap()
    else {
        panic!("no stream")
    };
    gate.reached().await;
    let mut seen = Vec::new();
    while let Some(event) = stream.next().now_or_never() {
        seen.push(event.unwrap().type_name().into_owned());
    }
    assert_eq!(
        seen,
        [
            "interaction.created",
            "interaction.status_update",
            "step.start",
            "step.delta",
            "step.stop"
        ]
    );
    gate.open();
    let rest = collect(stream).await;
    assert!(matches!(rest.as_slice(), [InteractionEvent::Completed(_)]), "{rest:?}");
}

#[tokio::test(start_paused = true)]
async fn a_background_run_shows_nothing_that_is_not_committed() {
    let (store, gate) = SlowStore::gated(grows, false);
    let model = ScriptedEngine::new();
    model.push(Script::new().text("hello").hang());
    let engine = engine(&store, &model).await;
    let background = request(json!({ "stream": true, "background": true }));
    let Created::Events(mut stream) = engine.create(&project(), background).await.unwrap() else {
        panic!("no stream")
    };
    let Some(InteractionEvent::Created(created)) = stream.next().await else {
        panic!("no start")
    };
    stream.next().await;
    gate.reached().await;
    assert!(stream.next().now_or_never().is_none());
    gate.open();
    let start = stream.next().await.unwrap();
    assert!(matches!(start, InteractionEvent::StepStart(_)), "{start:?}");
    // What is shown is in the store.
    let stored = store.read(project(), created.interaction.id).await.unwrap().unwrap();
    assert_eq!(stored.open.len(), 2);
}

#[tokio::test]
async fn a_store_that_fails_fails_the_run_and_says_no_paths() {
    for stream in [false, true] {
        let (store, gate) = SlowStore::gated(is_last, true);
        gate.open();
        let model = ScriptedEngine::new();
        model.push(Script::reply("hello"));
        let created = engine(&store, &model)
            .await
            .create(&project(), request(json!({ "stream": stream })))
            .await
            .unwrap();
        let ended = match created {
            Created::Interaction(interaction) => *interaction,
            Created::Events(stream) => match collect(stream).await.pop() {
                Some(InteractionEvent::Completed(end)) => end.interaction,
                other => panic!("{other:?}"),
            },
        };
        assert_eq!(ended.status, Status::Failed);
        let errors = ended.errors.unwrap();
        assert_eq!(errors[0].code, ErrorCode::ApiError);
        assert!(!errors[0].message.contains("secret"), "{}", errors[0].message);
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_lease_is_lost_while_it_is_accepted_is_let_go_of() {
    let (gate, loses_lease) = (Gate::new(), Arc::new(AtomicBool::new(false)));
    let store: Arc<dyn Store> = Arc::new(SlowStore {
        inner: MemoryStore::default(),
        holds: |commit| commit.create.is_some(),
        gate: gate.clone(),
        fails: false,
        loses_lease: Arc::clone(&loses_lease),
    });
    let model = ScriptedEngine::new();
    model.push(Script::reply("here"));
    let engine = engine(&store, &model).await;
    let first = engine.worker_id();
    let asking = {
        let engine = engine.clone();
        tokio::spawn(async move {
            let more = json!({ "background": true, "stream": true });
            engine.create(&project(), request(more)).await.unwrap()
        })
    };
    gate.reached().await;
    loses_lease.store(true, Ordering::SeqCst);
    while engine.worker_id() == first {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    gate.open();
    let Created::Events(mut stream) = asking.await.unwrap() else {
        panic!("no stream");
    };
    let Some(InteractionEvent::Created(created)) = stream.next().await else {
        panic!("not created");
    };
    // The stream says that the run goes on elsewhere, which a client takes as a reason to come back.
    let rest = tokio::time::timeout(Duration::from_secs(60), collect(stream))
        .await
        .unwrap();
    assert!(
        matches!(rest.last(), Some(InteractionEvent::Error(error)) if error.event_id.is_none()),
        "{rest:?}"
    );
    let id = created.interaction.id;
    let going_on = tokio::time::timeout(Duration::from_secs(60), events(&engine, &id, None));
    going_on.await.unwrap();
    assert_eq!(
        engine.get(&project(), &id, false).await.unwrap().status,
        Status::Completed
    );
}

/// The run goes on between what a cancellation elsewhere has read and what it writes.
#[tokio::test(start_paused = true)]
async fn cancelling_elsewhere_loses_nothing_that_was_shown() {
    let inner = MemoryStore::default();
    let gate = Gate::new();
    let plain: Arc<dyn Store> = Arc::new(inner.clone());
    let slow: Arc<dyn Store> = Arc::new(SlowStore {
        inner,
        holds: |commit| matches!(&commit.update, Some(update) if update.status == Status::Cancelled),
        gate: gate.clone(),
        fails: false,
        loses_lease: Arc::default(),
    });
    let (model, other) = (ScriptedEngine::new(), ScriptedEngine::new());
    let (runs, cancels) = (engine(&plain, &model).await, engine(&slow, &other).await);
    let (more, end) = (Gate::new(), Gate::new());
    model.push(Script::new().text("one ").gate(&more).text("two").gate(&end));
    let begun = interaction(
        runs.create(&project(), request(json!({ "background": true })))
            .await
            .unwrap(),
    );
    let mut stream = runs.events(&project(), &begun.id, None).await.unwrap();
    // Created, the status, the input, and the answer up to its first delta.
    for _ in 0..6 {
        stream.next().await.unwrap();
    }
    let race = async {
        gate.reached().await;
        more.open();
        let second = stream.next().await.unwrap();
        gate.open();
        second
    };
    let project = project();
    let (cancelled, second) = tokio::join!(cancels.cancel(&project, &begun.id), race);
    assert_eq!(cancelled.unwrap().status, Status::Cancelled);
    let kept = cancels.get(&project, &begun.id, false).await.unwrap();
    assert!(serde_json::to_string(&kept.steps).unwrap().contains("one two"));
    let rest = cancels.events(&project, &begun.id, second.event_id()).await.unwrap();
    let names: Vec<_> = collect(rest)
        .await
        .iter()
        .map(|event| event.type_name().into_owned())
        .collect();
    assert_eq!(names, ["step.stop", "interaction.completed"]);
}
