//! A server of the older protocol, with sessions, of which a test decides every answer and sees every request.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use reqwest::dns::{Name, Resolve, Resolving};
use serde_json::{Value, json};
use tokio::sync::watch;

/// A request as the server saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The JSON-RPC method, or the HTTP method of a request without a message.
    pub what: String,
    pub session: Option<String>,
    pub key: Option<String>,
}

/// What the server does.
#[derive(Debug, Default)]
pub struct Script {
    /// The pages of the list of tools.
    pub pages: Vec<Value>,
    /// The result of a call.
    pub result: Value,
    /// Sessions that are forgotten when a call comes, oldest first.
    pub forget: usize,
    /// The status of every answer, when it is not 200.
    pub status: Option<StatusCode>,
    /// Where every request is redirected to.
    pub redirect: Option<String>,
    /// Methods that are never answered.
    pub silent: Vec<&'static str>,
}

pub struct Scripted {
    pub url: String,
    state: Arc<Server>,
}

struct Server {
    script: Mutex<Script>,
    sessions: Mutex<(usize, Option<String>)>,
    seen: watch::Sender<Vec<Seen>>,
}

impl Scripted {
    pub async fn start(script: Script) -> Self {
        let state = Arc::new(Server {
            script: Mutex::new(script),
            sessions: Mutex::default(),
            seen: watch::Sender::new(Vec::new()),
        });
        let app = Router::new().fallback(answer).with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, state }
    }

    /// How often it saw this so far.
    pub fn count(&self, what: &str) -> usize {
        self.state.seen.borrow().iter().filter(|seen| seen.what == what).count()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.state.seen.borrow().clone()
    }

    /// Waits until it has seen this.
    pub async fn reached(&self, what: &str) {
        let mut seen = self.state.seen.subscribe();
        seen.wait_for(|seen| seen.iter().any(|seen| seen.what == what))
            .await
            .unwrap();
    }
}

/// A resolver that knows no name.
pub struct Nowhere;

impl Resolve for Nowhere {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(std::future::ready(Err("no such name".into())))
    }
}

async fn answer(State(server): State<Arc<Server>>, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let session = text("mcp-session-id");
    let what = message["method"].as_str().unwrap_or(method.as_str()).to_owned();
    server.seen.send_modify(|seen| {
        seen.push(Seen {
            what: what.clone(),
            session: session.clone(),
            key: text("x-key"),
        });
    });
    let silent = server.script.lock().unwrap().silent.contains(&what.as_str());
    if silent {
        std::future::pending::<()>().await;
    }
    let script = &mut *server.script.lock().unwrap();
    let sessions = &mut *server.sessions.lock().unwrap();
    if let Some(status) = script.status {
        return (status, "no").into_response();
    }
    if let Some(target) = &script.redirect {
        return axum::response::Redirect::temporary(target).into_response();
    }
    let result = match what.as_str() {
        "server/discover" => {
            let error = json!({ "code": -32601, "message": "no such method" });
            let body = json!({ "jsonrpc": "2.0", "id": message["id"], "error": error });
            return (
                StatusCode::BAD_REQUEST,
                [(header::CONTENT_TYPE, "application/json")],
                body.to_string(),
            )
                .into_response();
        }
        "initialize" => {
            sessions.0 += 1;
            sessions.1 = Some(format!("session-{}", sessions.0));
            json!({ "protocolVersion": "2025-06-18", "capabilities": { "tools": {} }, "serverInfo": { "name": "scripted", "version": "1" } })
        }
        "GET" => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
        "DELETE" => return StatusCode::OK.into_response(),
        _ if session != sessions.1 => return StatusCode::NOT_FOUND.into_response(),
        "tools/list" => {
            let page = message["params"]["cursor"]
                .as_str()
                .map_or(0, |cursor| cursor.parse().unwrap());
            script
                .pages
                .get(page)
                .cloned()
                .unwrap_or_else(|| json!({ "tools": [], "nextCursor": (page + 1).to_string() }))
        }
        "tools/call" if script.forget > 0 => {
            script.forget -= 1;
            sessions.1 = None;
            return StatusCode::NOT_FOUND.into_response();
        }
        "tools/call" => script.result.clone(),
        _ => return StatusCode::ACCEPTED.into_response(),
    };
    let body = json!({ "jsonrpc": "2.0", "id": message["id"], "result": result });
    let head = [
        ("content-type", "application/json".to_owned()),
        ("mcp-session-id", sessions.1.clone().unwrap_or_default()),
    ];
    (head, body.to_string()).into_response()
}
