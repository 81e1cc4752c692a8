//! The fixed-answer upstream: as little work as a server can have.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http_body_util::channel::Channel;
use http_body_util::{BodyExt as _, Either, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::answers::{Answer, CODE, GATED, LONG, PAGE_PATH, QUERY, READ, SEARCH, SHORT};

/// Lets the answers of [`GATED`] go on; the same with `close` stops those that begin later.
pub(crate) const OPEN_GATE: &str = "/gate/open";
pub(crate) const CLOSE_GATE: &str = "/gate/close";

const EVENTS: &str = "text/event-stream";
const MODELS: [&str; 3] = [SHORT, LONG, GATED];
/// Those that call a tool before they answer.
const CALLING: [&str; 3] = [CODE, SEARCH, READ];
/// A page to be read.
const PAGE: &str = "<!doctype html><html><head><title>The bridge</title></head><body><main><h1>The bridge</h1>\
    <p>The harbour bridge was opened in 1932, after eight years, and has carried trains, trams and cars since.</p>\
    </main></body></html>";

type Body = Either<Full<Bytes>, Channel<Bytes, Infallible>>;

struct Upstream {
    chat: HashMap<&'static str, Answer>,
    responses: HashMap<&'static str, Answer>,
    /// What those that call a tool say before they have its result.
    calling: HashMap<&'static str, Bytes>,
    /// How many answers were given that need ids of their own.
    numbered: AtomicU64,
    gate: watch::Sender<bool>,
}

/// What of a request matters here.
#[derive(Deserialize)]
struct Call {
    model: String,
    #[serde(default)]
    stream: bool,
}

/// Of a request to a model that calls a tool, also who spoke.
#[derive(Deserialize)]
struct Conversation {
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    role: String,
}

/// Prints `listening on http://ADDRESS` and serves until the process is ended.
pub(crate) async fn serve() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let tools = [
        (CODE, "code_execution", json!({"code": "pass"})),
        (SEARCH, "google_search", json!({"queries": [QUERY]})),
        (
            READ,
            "url_context",
            json!({"urls": [format!("http://{address}{PAGE_PATH}")]}),
        ),
    ];
    let chat = MODELS.into_iter().chain(CALLING);
    let upstream = Arc::new(Upstream {
        chat: chat.map(|model| (model, Answer::chat(model))).collect(),
        calling: tools
            .map(|(model, tool, arguments)| (model, Answer::calling(model, tool, &arguments)))
            .into(),
        responses: MODELS.map(|model| (model, Answer::responses(model))).into(),
        numbered: AtomicU64::new(0),
        gate: watch::Sender::new(false),
    });
    writeln!(std::io::stdout(), "listening on http://{address}")?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let upstream = Arc::clone(&upstream);
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let upstream = Arc::clone(&upstream);
                async move { upstream.answer(request).await }
            });
            // A client that breaks off is no concern of the others.
            drop(
                http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await,
            );
        });
    }
}

impl Upstream {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, hyper::Error> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(match (&parts.method, parts.uri.path()) {
            (&Method::POST, "/v1/chat/completions") => self.call(&body, |model| self.chat.get(model).cloned()),
            (&Method::POST, "/v1/responses") => self.call(&body, |model| {
                let number = self.numbered.fetch_add(1, Ordering::Relaxed);
                self.responses.get(model).map(|answer| answer.numbered(number))
            }),
            (&Method::GET, "/v1/models") => {
                let models = MODELS.iter().chain(&CALLING);
                let models: Vec<_> = models.map(|id| json!({"id": id, "object": "model"})).collect();
                json_reply(json!({"object": "list", "data": models}).to_string().into())
            }
            (_, OPEN_GATE | CLOSE_GATE) => {
                self.gate.send_replace(parts.uri.path() == OPEN_GATE);
                json_reply(Bytes::from_static(b"{}"))
            }
            (&Method::GET, PAGE_PATH) => reply(
                "text/html",
                Either::Left(Full::new(Bytes::from_static(PAGE.as_bytes()))),
            ),
            (&Method::GET, "/health") => json_reply(Bytes::from_static(b"{}")),
            _ => refuse(StatusCode::NOT_FOUND),
        })
    }

    fn call(&self, body: &[u8], answer: impl FnOnce(&str) -> Option<Answer>) -> Response<Body> {
        let Ok(call) = serde_json::from_slice::<Call>(body) else {
            return refuse(StatusCode::BAD_REQUEST);
        };
        let Some(answer) = answer(&call.model) else {
            return refuse(StatusCode::NOT_FOUND);
        };
        if !call.stream {
            return json_reply(answer.whole);
        }
        if let Some(calling) = self.calling.get(call.model.as_str()) {
            let Ok(conversation) = serde_json::from_slice::<Conversation>(body) else {
                return refuse(StatusCode::BAD_REQUEST);
            };
            let answered = conversation.messages.last().is_some_and(|last| last.role == "tool");
            let events = if answered { answer.events } else { calling.clone() };
            return reply(EVENTS, Either::Left(Full::new(events)));
        }
        if call.model != GATED {
            return reply(EVENTS, Either::Left(Full::new(answer.events)));
        }
        let (mut sender, body) = Channel::new(1);
        let (first, second, mut gate) = (answer.first, answer.second, self.gate.subscribe());
        tokio::spawn(async move {
            if sender.send_data(first).await.is_ok() && gate.wait_for(|open| *open).await.is_ok() {
                // The client may be gone; then nobody misses the rest.
                drop(sender.send_data(second).await);
            }
        });
        reply(EVENTS, Either::Right(body))
    }
}

fn json_reply(body: Bytes) -> Response<Body> {
    reply("application/json", Either::Left(Full::new(body)))
}

fn reply(kind: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn refuse(status: StatusCode) -> Response<Body> {
    let mut response = json_reply(Bytes::from_static(b"{}"));
    *response.status_mut() = status;
    response
}
