use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use serde_json::Value;
use standardwebhooks::Webhook as Verifier;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// What a receiver was sent.
#[derive(Debug, Clone)]
pub struct Letter {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Letter {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Whether one of the signatures is by this secret. The library's own `verify` reads the machine's clock.
    pub fn signed_by(&self, secret: &str) -> bool {
        let seconds = self.header("webhook-timestamp").parse().unwrap();
        let expected = Verifier::new(secret)
            .unwrap()
            .sign(self.header("webhook-id"), seconds, &self.body)
            .unwrap();
        self.header("webhook-signature")
            .split(' ')
            .any(|signature| signature == expected)
    }
}

type Answer = (StatusCode, HeaderMap);

#[derive(Default)]
struct Mail {
    letters: Vec<Letter>,
    answers: VecDeque<Answer>,
    always: Option<StatusCode>,
}

/// A server that keeps what it gets and answers as it is told; 200 when it is told nothing.
pub struct Receiver {
    address: SocketAddr,
    mail: Arc<Mutex<Mail>>,
    silent: watch::Sender<bool>,
    reached: watch::Sender<bool>,
    task: AbortHandle,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Shared {
    mail: Arc<Mutex<Mail>>,
    silent: watch::Sender<bool>,
    reached: watch::Sender<bool>,
}

impl Receiver {
    pub async fn start() -> Self {
        let shared = Shared {
            mail: Arc::default(),
            silent: watch::Sender::new(false),
            reached: watch::Sender::new(false),
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(take).with_state(shared.clone());
        let task = tokio::spawn(async move { axum::serve(listener, app).await }).abort_handle();
        let Shared { mail, silent, reached } = shared;
        Self {
            address,
            mail,
            silent,
            reached,
            task,
        }
    }

    pub fn uri(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// The next answers, before those of `always`.
    pub fn answer(&self, status: u16, headers: &[(&'static str, &str)]) {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let status = StatusCode::from_u16(status).unwrap();
        self.mail.lock().unwrap().answers.push_back((status, headers));
    }

    pub fn always(&self, status: u16) {
        self.mail.lock().unwrap().always = Some(StatusCode::from_u16(status).unwrap());
    }

    /// From now on requests are read and never answered.
    pub fn fall_silent(&self) {
        self.silent.send_replace(true);
    }

    pub async fn reached(&self) {
        let _ = self.reached.subscribe().wait_for(|reached| *reached).await;
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.mail.lock().unwrap().letters.clone()
    }

    pub fn only_letter(&self) -> Letter {
        let letters = self.letters();
        assert_eq!(letters.len(), 1, "{letters:?}");
        letters[0].clone()
    }
}

async fn take(State(shared): State<Shared>, uri: Uri, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    let answer = {
        let mut mail = shared.mail.lock().unwrap();
        mail.letters.push(Letter {
            path: uri.path().to_owned(),
            headers,
            body,
        });
        let always = (mail.always.unwrap_or(StatusCode::OK), HeaderMap::new());
        mail.answers.pop_front().unwrap_or(always)
    };
    shared.reached.send_replace(true);
    if *shared.silent.borrow() {
        std::future::pending::<()>().await;
    }
    answer
}
