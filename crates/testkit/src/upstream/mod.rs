//! A Chat Completions server on a real socket that plays [`Script`]s.

mod check;
mod play;
mod render;

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

pub use check::check_body;
pub use render::render_body;

use crate::call::Calls;
use crate::scripted::locked;
use crate::{Call, Gate, Refusal, Script};

type Responder = Box<dyn Fn(&Value) -> Script + Send + Sync>;

/// An `OpenAI`-compatible server for tests. Clones are the same server; it ends with the last of them.
///
/// Each call takes the next pushed script, in the order of their arrival; when there is none, the responder is asked, and
/// without a responder the answer is a 500. Every body is checked with [`check_body`]; one that breaks the dialect's rules is
/// answered with a 400 that names the rule.
#[derive(Clone)]
pub struct FakeUpstream {
    shared: Arc<Shared>,
    _server: Arc<AbortOnDrop>,
    address: SocketAddr,
}

struct Shared {
    scripts: Mutex<VecDeque<Script>>,
    responder: Option<Responder>,
    calls: Calls<UpstreamRequest>,
    connections: AtomicUsize,
    models: Mutex<Models>,
}

struct Models {
    reply: Result<Value, Refusal>,
    gate: Option<Gate>,
    asked: usize,
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A request as it came over the wire.
#[derive(Debug, Clone)]
pub struct UpstreamRequest {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; `null` when it is no JSON.
    pub body: Value,
}

impl FakeUpstream {
    /// Starts a server that lists one model, `fake-model`.
    ///
    /// # Errors
    /// No port of the loopback interface could be had.
    pub async fn start() -> io::Result<Self> {
        Self::build(None).await
    }

    /// Starts a server whose calls, where no script was pushed, are answered by `responder`.
    ///
    /// # Errors
    /// As [`FakeUpstream::start`].
    pub async fn responding(responder: impl Fn(&Value) -> Script + Send + Sync + 'static) -> io::Result<Self> {
        Self::build(Some(Box::new(responder))).await
    }

    async fn build(responder: Option<Responder>) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            scripts: Mutex::default(),
            responder,
            calls: Calls::default(),
            connections: AtomicUsize::new(0),
            models: Mutex::new(Models {
                reply: Ok(model_list(&["fake-model"])),
                gate: None,
                asked: 0,
            }),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let counted = Arc::clone(&shared);
        let listener = listener.tap_io(move |connection| {
            counted.connections.fetch_add(1, Ordering::Relaxed);
            // Without it a small write may wait for the one before; a failure only costs time.
            let _ = connection.set_nodelay(true);
        });
        let router = Router::new()
            .route("/v1/chat/completions", post(chat))
            .route("/v1/models", get(models))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            // It ends when it is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            shared,
            _server: Arc::new(AbortOnDrop(server.abort_handle())),
            address,
        })
    }

    /// Its address, without `/v1`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds the script of a later call.
    pub fn push(&self, script: Script) {
        locked(&self.shared.scripts).push_back(script);
    }

    /// How many scripts wait for a call.
    pub fn scripts_left(&self) -> usize {
        locked(&self.shared.scripts).len()
    }

    /// The calls so far, in the order of their arrival.
    pub fn calls(&self) -> Vec<Call<UpstreamRequest>> {
        self.shared.calls.all()
    }

    /// The call number `index`, from 0; waits for it.
    pub async fn call(&self, index: usize) -> Call<UpstreamRequest> {
        self.shared.calls.nth(index).await
    }

    /// What the model saw in each call so far, for snapshots.
    pub fn render(&self) -> String {
        let calls = self.calls();
        let seen: Vec<_> = calls.iter().map(|call| render_body(&call.request().body)).collect();
        seen.join("\n")
    }

    /// How many connections were opened so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// From now on these models are listed.
    pub fn serve_models(&self, names: &[&str]) {
        self.serve_model_list(model_list(names));
    }

    /// From now on this is the body of the model list.
    pub fn serve_model_list(&self, body: Value) {
        locked(&self.shared.models).reply = Ok(body);
    }

    /// From now on the model list is refused.
    pub fn refuse_models(&self, refusal: Refusal) {
        locked(&self.shared.models).reply = Err(refusal);
    }

    /// From now on the model list waits at `gate`.
    pub fn hold_models(&self, gate: &Gate) {
        locked(&self.shared.models).gate = Some(gate.clone());
    }

    /// How often the model list was asked for.
    pub fn model_list_requests(&self) -> usize {
        locked(&self.shared.models).asked
    }
}

/// An address at which nothing listens.
///
/// # Errors
/// No port of the loopback interface could be had.
pub fn unused_address() -> io::Result<SocketAddr> {
    std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()
}

fn model_list(names: &[&str]) -> Value {
    let data: Vec<_> = names
        .iter()
        .map(|name| json!({ "id": name, "object": "model", "created": 0, "owned_by": "test" }))
        .collect();
    json!({ "object": "list", "data": data })
}

async fn models(State(shared): State<Arc<Shared>>) -> Response {
    let gate = {
        let mut models = locked(&shared.models);
        models.asked += 1;
        models.gate.clone()
    };
    if let Some(gate) = gate {
        gate.pass().await;
    }
    let reply = locked(&shared.models).reply.clone();
    match reply {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response(),
        Err(refusal) => play::refuse(refusal),
    }
}

async fn chat(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let checked = check_body(&body);
    let pushed = || locked(&shared.scripts).pop_front();
    let script = match (&checked, &shared.responder) {
        (Err(_), _) => None,
        (Ok(()), Some(responder)) => Some(pushed().unwrap_or_else(|| responder(&body))),
        (Ok(()), None) => pushed(),
    };
    let call = shared.calls.add(UpstreamRequest { headers, body });
    match (checked, script) {
        (Err(rule), _) => play::refuse(Refusal::new(
            StatusCode::BAD_REQUEST.as_u16(),
            &format!("the request breaks a rule: {rule}"),
        )),
        (Ok(()), None) => play::refuse(Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR.as_u16(),
            "no script was pushed for this call",
        )),
        (Ok(()), Some(script)) => play::play(call, script).await,
    }
}
