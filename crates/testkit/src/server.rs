//! The whole server on a socket, with a scripted model, a clock that stands still and ids that count.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use antiphon_http_api::{ApiState, Authority, HttpLimits, Reach, hash_key, router};
use antiphon_interaction::InteractionEvent;
use antiphon_model_engine::{Alias, ModelEngine, Registry};
use antiphon_outbound::OutboundRules;
use antiphon_sse::Decoder;
use antiphon_store::memory::MemoryStore;
use antiphon_store::{ApiKey, NewApiKey, ProjectId, Store};
use antiphon_store_sqlite::{Options, SqliteStore, Synchronous};
use antiphon_tools::Tools;
use antiphon_turn_engine::{Clock, Entropy, Limits, Parts, Projects, SEALING_KEY_BYTES, Sealer, TurnEngine};
use antiphon_webhooks::Webhooks;
use jiff::Timestamp;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::ScriptedEngine;

/// 2026-01-02T03:04:05Z.
const START: i64 = 1_767_323_045;
const LONGEST_EVENT: usize = 1 << 20;

/// A clock that moves when it is told to. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl Default for ManualClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }
}

impl ManualClock {
    /// Moves the clock on.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::Relaxed)).unwrap_or_default()
    }
}

/// Bytes that count up, so that ids differ and are the same in every run.
#[derive(Debug, Default)]
pub struct CountingEntropy(AtomicU64);

impl Entropy for CountingEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        let mut digits = (0_u64..8).map(|place| (count >> (5 * place)) as u8 & 31);
        bytes.fill_with(|| digits.next().unwrap_or_default());
    }
}

/// How a [`TestServer`] is set up; change what the test is about.
pub struct ServerSetup {
    /// The model.
    pub engine: ScriptedEngine,
    /// Without engines, no model is configured at all.
    pub without_models: bool,
    /// Where interactions are kept; give one server's store to the next for a restart.
    pub store: Arc<dyn Store>,
    /// Seals thoughts.
    pub sealing_key: [u8; SEALING_KEY_BYTES],
    /// Deadlines of runs.
    pub limits: Limits,
    /// What is different for some projects.
    pub projects: Projects,
    /// The tools that the server runs.
    pub tools: Tools,
    /// How jobs are run.
    pub jobs: antiphon_jobs::Options,
    /// Bounds of the HTTP surface.
    pub http_limits: HttpLimits,
    /// From where the server says it can be reached; it always listens on loopback.
    pub reach: Reach,
    /// Pages that may call besides loopback ones.
    pub origins: Vec<String>,
    /// What requests made for a user may reach.
    pub outbound: OutboundRules,
    /// What `/metrics` prints.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Where ids come from; a restarted server goes on with the same.
    pub entropy: Arc<CountingEntropy>,
    /// Removed when the server ends.
    pub folder: Option<TempDir>,
}

impl Default for ServerSetup {
    /// A model `scripted` (also as `gemini-*`), an empty store in memory, no keys.
    fn default() -> Self {
        Self {
            engine: ScriptedEngine::new(),
            without_models: false,
            store: Arc::new(MemoryStore::default()),
            sealing_key: [7; SEALING_KEY_BYTES],
            limits: Limits::default(),
            projects: Projects::default(),
            tools: Tools::default(),
            jobs: antiphon_jobs::Options::default(),
            http_limits: HttpLimits::default(),
            reach: Reach::Loopback,
            origins: Vec::new(),
            outbound: OutboundRules::default(),
            metrics: Arc::new(String::new),
            entropy: Arc::default(),
            folder: None,
        }
    }
}

#[expect(clippy::unwrap_used, reason = "a test without its server should stop where it is")]
impl ServerSetup {
    /// Keeps interactions in a new SQLite file.
    #[must_use]
    pub fn sqlite(mut self) -> Self {
        let folder = TempDir::new().unwrap();
        let options = Options {
            synchronous: Synchronous::Normal,
        };
        self.store = Arc::new(SqliteStore::open(folder.path().join("test.db"), options).unwrap());
        self.folder = Some(folder);
        self
    }

    /// Starts the server on a port of its own.
    pub async fn start(self) -> TestServer {
        let clock = ManualClock::default();
        let engines: Vec<Arc<dyn ModelEngine>> = if self.without_models {
            Vec::new()
        } else {
            vec![Arc::new(self.engine.clone())]
        };
        let gemini = Alias {
            pattern: "gemini-*".to_owned(),
            model: String::new(),
        };
        let (now, random) = (clock.clone(), Arc::clone(&self.entropy));
        let webhooks = Webhooks::new(antiphon_webhooks::Parts {
            store: Arc::clone(&self.store),
            outbound: self.outbound,
            now: Arc::new(move || now.now()),
            random: Arc::new(move |bytes| random.fill(bytes)),
        })
        .unwrap();
        let turns = TurnEngine::start(Parts {
            store: Arc::clone(&self.store),
            registry: Registry::new(engines, vec![gemini]),
            sealer: Sealer::new(&self.sealing_key).unwrap(),
            clock: Arc::new(clock.clone()),
            entropy: Arc::clone(&self.entropy) as Arc<dyn Entropy>,
            limits: self.limits,
            projects: self.projects,
            tools: self.tools,
            outbox: Arc::new(webhooks.clone()),
            handlers: webhooks.handlers(),
            jobs: self.jobs,
        })
        .await
        .unwrap();
        let state = ApiState {
            engine: turns.clone(),
            webhooks,
            authority: Arc::new(Authority::new(Arc::clone(&self.store), self.reach, self.origins)),
            limits: self.http_limits,
            metrics: self.metrics,
            version: "test",
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = router(state);
        let task = tokio::spawn(async move { axum::serve(listener, app).await }).abort_handle();
        TestServer {
            engine: self.engine,
            turns,
            store: self.store,
            clock,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            address,
            task,
            _folder: self.folder,
        }
    }
}

/// The real router on a real socket. It needs a tokio runtime and ends when it is dropped.
pub struct TestServer {
    /// The model.
    pub engine: ScriptedEngine,
    /// What the routes call.
    pub turns: TurnEngine,
    /// Where interactions are kept.
    pub store: Arc<dyn Store>,
    /// The server's clock.
    pub clock: ManualClock,
    client: reqwest::Client,
    address: SocketAddr,
    task: AbortHandle,
    _folder: Option<TempDir>,
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[expect(
    clippy::unwrap_used,
    reason = "a test whose server does not answer should stop where it is"
)]
impl TestServer {
    /// A server with the default setup.
    pub async fn start() -> Self {
        ServerSetup::default().start().await
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Begins a request to a path.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address))
    }

    /// Sends a request and reads the whole reply.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        Reply {
            status,
            headers,
            text: response.text().await.unwrap(),
        }
    }

    /// Gets a path.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    /// Posts a body to `/v1/interactions`.
    pub async fn create(&self, body: &Value) -> Reply {
        self.send(self.request(Method::POST, "/v1/interactions").json(body))
            .await
    }

    /// Posts a body to `/v1/interactions` and reads the reply as events.
    pub async fn stream(&self, body: &Value) -> EventReply {
        EventReply::of(
            self.request(Method::POST, "/v1/interactions")
                .json(body)
                .send()
                .await
                .unwrap(),
        )
    }

    /// Gets an interaction's events, from the start or behind an event.
    pub async fn replay(&self, id: &str, last_event_id: Option<&str>) -> EventReply {
        let path = match last_event_id {
            Some(last) => format!("/v1/interactions/{id}?stream=true&last_event_id={last}"),
            None => format!("/v1/interactions/{id}?stream=true"),
        };
        EventReply::of(self.request(Method::GET, &path).send().await.unwrap())
    }

    /// Adds a key of a project.
    pub async fn add_key(&self, id: &str, key: &str, project: &str) {
        let entry = ApiKey {
            id: id.to_owned(),
            project: ProjectId::from(project),
            name: String::new(),
            created: self.clock.now(),
        };
        self.store
            .add_key(NewApiKey {
                key: entry,
                hash: hash_key(key),
            })
            .await
            .unwrap();
    }
}

/// A reply, read to its end.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body.
    pub text: String,
}

#[expect(clippy::panic, reason = "a reply of another shape is what a test is to stop at")]
impl Reply {
    /// The body of a reply that must be 200 and JSON.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{} {error}: {}", self.status, self.text))
    }

    /// Status, code and message of a reply that must be an error of the documented shape.
    pub fn error(&self) -> (u16, String, String) {
        let body = self.json();
        let error = |field: &str| match &body["error"][field] {
            Value::String(text) if !text.is_empty() => text.clone(),
            _ => panic!("{} has no `error.{field}`: {}", self.status, self.text),
        };
        assert!(self.status >= 400, "{}", self.text);
        (self.status, error("code"), error("message"))
    }

    /// A header's value; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// A reply that is a stream of events. Dropping it closes the connection.
pub struct EventReply {
    /// The reply's head, and its body as it comes.
    pub response: Response,
    decoder: Decoder,
    piece: bytes::Bytes,
    /// Everything read so far, as it was on the wire.
    pub raw: String,
}

#[expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a stream of another shape is what a test is to stop at"
)]
impl EventReply {
    fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200, "{response:?}");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            decoder: Decoder::new(LONGEST_EVENT),
            piece: bytes::Bytes::new(),
            raw: String::new(),
        }
    }

    /// The next event; `None` at `[DONE]`, behind which the stream must end. A stream that ends without it panics.
    pub async fn next(&mut self) -> Option<InteractionEvent> {
        loop {
            let mut rest = &self.piece[..];
            let event = self.decoder.next_event(&mut rest).unwrap();
            self.piece = self.piece.slice(self.piece.len() - rest.len()..);
            match event {
                Some(event) if event.event == "done" => {
                    assert_eq!(event.data, "[DONE]");
                    assert_eq!(self.response.chunk().await.unwrap(), None, "something follows [DONE]");
                    return None;
                }
                Some(event) => {
                    let parsed: InteractionEvent = serde_json::from_str(&event.data).unwrap();
                    assert_eq!(parsed.type_name(), event.event, "the event line differs from the data");
                    return Some(parsed);
                }
                None => self.read().await,
            }
        }
    }

    /// The events to the end.
    pub async fn rest(&mut self) -> Vec<InteractionEvent> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }

    /// Waits for more bytes.
    pub async fn read(&mut self) {
        match self.response.chunk().await.unwrap() {
            Some(piece) => {
                self.raw.push_str(&String::from_utf8_lossy(&piece));
                self.piece = [&self.piece[..], &piece].concat().into();
            }
            None => panic!("the stream ended without [DONE]: {}", self.raw),
        }
    }
}
