//! An MCP server with one tool, whose calls have an effect that can be counted and that nobody has declared idempotent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::plan::{Plan, Stop};
use crate::world::World;

/// Clones are the same server. It ends with the test's runtime.
#[derive(Clone)]
pub(crate) struct Counter {
    /// `HOST:PORT`
    pub(crate) address: String,
    shared: Arc<Shared>,
}

struct Shared {
    world: World,
    plans: Mutex<HashMap<String, Plan>>,
    effects: Mutex<HashMap<String, usize>>,
}

impl Counter {
    pub(crate) async fn start(world: World) -> Self {
        let shared = Arc::new(Shared {
            world,
            plans: Mutex::default(),
            effects: Mutex::default(),
        });
        let app = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, shared }
    }

    /// Makes a run known, so that its stops can be.
    pub(crate) fn expect(&self, plan: &Plan) {
        self.shared.plans.lock().unwrap().insert(plan.key.clone(), plan.clone());
    }

    /// How often an effect has happened.
    pub(crate) fn effects(&self, name: &str) -> usize {
        self.shared
            .effects
            .lock()
            .unwrap()
            .get(name)
            .copied()
            .unwrap_or_default()
    }

    /// All effects, with how often each has happened.
    pub(crate) fn all(&self) -> HashMap<String, usize> {
        self.shared.effects.lock().unwrap().clone()
    }
}

async fn answer(State(shared): State<Arc<Shared>>, method: Method, body: Bytes) -> Response {
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    let json_of = |status: StatusCode, part: &str, what: Value| {
        let mut body = json!({ "jsonrpc": "2.0", "id": message["id"] });
        body[part] = what;
        (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
    };
    match message["method"].as_str().unwrap_or(method.as_str()) {
        "server/discover" => {
            let error = json!({ "code": -32601, "message": "no such method" });
            json_of(StatusCode::BAD_REQUEST, "error", error)
        }
        "initialize" => {
            let result = json!({
                "protocolVersion": "2025-06-18",
                "capabilities": { "tools": {} },
                "serverInfo": { "name": "counter", "version": "1" },
            });
            json_of(StatusCode::OK, "result", result)
        }
        "tools/list" => {
            let schema =
                json!({ "type": "object", "properties": { "key": { "type": "string" } }, "required": ["key"] });
            let tool = json!({ "name": "count", "description": "Counts.", "inputSchema": schema });
            json_of(StatusCode::OK, "result", json!({ "tools": [tool] }))
        }
        "tools/call" => {
            let name = message["params"]["arguments"]["key"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let count = count(&shared, &name).await;
            let content = json!([{ "type": "text", "text": format!("{name}: {count}") }]);
            json_of(StatusCode::OK, "result", json!({ "content": content }))
        }
        "GET" => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        _ => StatusCode::ACCEPTED.into_response(),
    }
}

async fn count(shared: &Shared, name: &str) -> usize {
    let (run, call) = name.split_once('/').unwrap_or_default();
    let plan = shared.plans.lock().unwrap().get(run).cloned();
    let pass = async |stop: Stop| {
        let gate = plan.as_ref().and_then(|plan| shared.world.stop(plan, &stop));
        if let Some(gate) = gate {
            gate.pass().await;
        }
    };
    pass(Stop::BeforeEffect { call: call.to_owned() }).await;
    let count = {
        let mut effects = shared.effects.lock().unwrap();
        let count = effects.entry(name.to_owned()).or_default();
        *count += 1;
        *count
    };
    pass(Stop::AfterEffect { call: call.to_owned() }).await;
    count
}
