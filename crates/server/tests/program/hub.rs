use std::sync::{Arc, Mutex};

use aws_lc_rs::digest;
use axum::Json;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A hub with one repository, `me/model-GGUF`; its files lie on another host, as those of the real one do.
#[derive(Clone)]
pub(crate) struct FakeHub {
    hub: String,
    files_at: String,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    files: Vec<(String, Bytes)>,
    /// Told in place of the right checksum.
    checksum: Option<String>,
    gated: bool,
    /// After so many bytes the connection of the next download breaks.
    cut: Option<usize>,
    /// From then on downloads are refused.
    refuse_after_cut: bool,
    /// The next address given out is too old already.
    expired: bool,
    asked: Vec<String>,
}

impl FakeHub {
    pub(crate) async fn start(files: &[(&str, &[u8])]) -> Self {
        let shared = Shared {
            files: files
                .iter()
                .map(|(name, bytes)| ((*name).to_owned(), Bytes::copy_from_slice(bytes)))
                .collect(),
            ..Shared::default()
        };
        let (hub, host) = (listener().await, listener().await);
        let fake = Self {
            hub: url(&hub),
            files_at: url(&host),
            shared: Arc::new(Mutex::new(shared)),
        };
        let api = Router::new()
            .route("/api/models/me/model-GGUF", get(repository))
            .route("/me/model-GGUF/resolve/main/{*path}", get(found))
            .fallback(unknown)
            .with_state(fake.clone());
        let files = Router::new().route("/{*path}", get(content)).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(hub, api).await });
        tokio::spawn(async move { axum::serve(host, files).await });
        fake
    }

    pub(crate) fn url(&self) -> &str {
        &self.hub
    }

    pub(crate) fn gate(&self) {
        self.shared.lock().unwrap().gated = true;
    }

    pub(crate) fn tell_checksum(&self, checksum: &str) {
        self.shared.lock().unwrap().checksum = Some(checksum.to_owned());
    }

    /// The next download breaks after `bytes`; then `refused` are all, until [`FakeHub::mend`].
    pub(crate) fn cut(&self, bytes: usize, refused: bool) {
        let mut shared = self.shared.lock().unwrap();
        shared.cut = Some(bytes);
        shared.refuse_after_cut = refused;
    }

    /// The next address given out is refused by the host of the files.
    pub(crate) fn expire(&self) {
        self.shared.lock().unwrap().expired = true;
    }

    pub(crate) fn mend(&self) {
        self.shared.lock().unwrap().refuse_after_cut = false;
    }

    /// From which byte on each download was asked for, since the last call.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.lock().unwrap().asked)
    }
}

async fn listener() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).await.unwrap()
}

fn url(listener: &TcpListener) -> String {
    format!("http://{}", listener.local_addr().unwrap())
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn unknown() -> impl axum::response::IntoResponse {
    (
        StatusCode::NOT_FOUND,
        [("x-error-code", "RepoNotFound")],
        "Repository not found",
    )
}

async fn repository(State(hub): State<FakeHub>) -> Json<Value> {
    let shared = hub.shared.lock().unwrap();
    let file = |(name, bytes): &(String, Bytes)| {
        let checksum = shared.checksum.clone().unwrap_or_else(|| sha256(bytes));
        json!({ "rfilename": name, "size": bytes.len(), "lfs": { "sha256": checksum, "size": bytes.len(), "pointerSize": 1 } })
    };
    let siblings: Vec<Value> = shared.files.iter().map(file).collect();
    Json(json!({ "id": "me/model-GGUF", "sha": "0", "siblings": siblings }))
}

async fn found(State(hub): State<FakeHub>, Path(path): Path<String>, headers: HeaderMap) -> Response<Body> {
    let gated = hub.shared.lock().unwrap().gated;
    if gated
        && headers
            .get(header::AUTHORIZATION)
            .is_none_or(|key| key != "Bearer hf_secret")
    {
        return (StatusCode::UNAUTHORIZED, [("x-error-code", "GatedRepo")], "gated").into_response();
    }
    let mut shared = hub.shared.lock().unwrap();
    if let (true, None) = (shared.refuse_after_cut, shared.cut) {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    }
    if shared.expired {
        shared.expired = false;
        return Redirect::temporary(&format!("{}/{path}?expired", hub.files_at)).into_response();
    }
    Redirect::temporary(&format!("{}/{path}", hub.files_at)).into_response()
}

async fn content(
    State(hub): State<FakeHub>,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    assert!(
        !headers.contains_key(header::AUTHORIZATION),
        "the token is for the hub alone"
    );
    let mut shared = hub.shared.lock().unwrap();
    let whole = shared.files.iter().find(|(name, _)| *name == path).unwrap().1.clone();
    let range = headers
        .get(header::RANGE)
        .map(|range| range.to_str().unwrap().to_owned());
    shared.asked.push(range.clone().unwrap_or_else(|| "all".to_owned()));
    if query.is_some() {
        return StatusCode::FORBIDDEN.into_response();
    }
    let begin = range.map_or(0, |range| {
        range["bytes=".len()..range.len() - 1].parse::<usize>().unwrap()
    });
    let rest = whole.slice(begin..);
    let reply = Response::builder().header(header::CONTENT_LENGTH, rest.len());
    let reply = match begin {
        0 => reply,
        begin => reply.status(StatusCode::PARTIAL_CONTENT).header(
            header::CONTENT_RANGE,
            format!("bytes {begin}-{}/{}", whole.len() - 1, whole.len()),
        ),
    };
    let body = match shared.cut.take() {
        Some(bytes) => {
            let broken = stream::once(async {
                // What came before is sent first.
                tokio::task::yield_now().await;
                Err(std::io::Error::other("cut"))
            });
            Body::from_stream(stream::once(async move { Ok(rest.slice(..bytes)) }).chain(broken))
        }
        None => Body::from(rest),
    };
    reply.body(body).unwrap()
}
