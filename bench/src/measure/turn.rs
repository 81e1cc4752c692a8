use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::ensure;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::Method;
use serde_json::{Value, json};

use crate::http::Connection;
use crate::statistics::Durations;

pub(super) const PATH: &str = "/v1/interactions";

/// One kind of turn, sent again and again over one connection.
pub(super) struct Turns {
    connection: Connection,
    path: &'static str,
    body: Bytes,
    streamed: bool,
    pub(super) durations: Durations,
}

impl Turns {
    pub(super) async fn new(address: SocketAddr, path: &'static str, body: &Value) -> anyhow::Result<Self> {
        Ok(Self {
            connection: Connection::open(address).await?,
            path,
            streamed: body["stream"] == true,
            body: body.to_string().into(),
            durations: Durations::default(),
        })
    }

    /// A turn of Antiphon's.
    pub(super) async fn interaction(address: SocketAddr, body: &Value) -> anyhow::Result<Self> {
        Self::new(address, PATH, body).await
    }

    /// One turn, from the request to the last byte of the answer.
    pub(super) async fn take(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        let body = self.body.clone();
        if self.streamed {
            let mut answer = self.connection.stream(Method::POST, self.path, body).await?;
            let mut end = Bytes::new();
            while let Some(frame) = answer.frame().await {
                end = frame?.into_data().unwrap_or(end);
            }
            ensure!(end.ends_with(b"[DONE]\n\n"), "{} broke off", self.path);
        } else {
            self.connection.post(self.path, body).await?;
        }
        self.durations.push(began.elapsed());
        Ok(())
    }

    pub(super) async fn take_many(&mut self, count: usize) -> anyhow::Result<()> {
        for _ in 0..count {
            self.take().await?;
        }
        Ok(())
    }

    pub(super) fn forget(&mut self) {
        self.durations = Durations::default();
    }
}

/// Turns per second of `clients` connections in `time`.
pub(super) async fn rate(
    address: SocketAddr,
    path: &'static str,
    body: &Value,
    clients: usize,
    time: Duration,
) -> anyhow::Result<f64> {
    let mut connections = Vec::with_capacity(clients);
    for _ in 0..clients {
        connections.push(Turns::new(address, path, body).await?);
    }
    let began = Instant::now();
    let running: Vec<_> = connections
        .into_iter()
        .map(|mut turns| {
            tokio::spawn(async move {
                while began.elapsed() < time {
                    turns.take().await?;
                }
                anyhow::Ok(turns.durations.len())
            })
        })
        .collect();
    let mut total = 0_u32;
    for client in running {
        total += u32::try_from(client.await??)?;
    }
    Ok(f64::from(total) / began.elapsed().as_secs_f64())
}

/// A call of Chat Completions, as a client without Antiphon would make it.
pub(super) fn direct(model: &str, stream: bool) -> Value {
    let messages = json!([{"role": "user", "content": "Say hello."}]);
    json!({"model": model, "messages": messages, "stream": stream})
}

pub(super) const DIRECT_PATH: &str = "/v1/chat/completions";

/// A turn of Antiphon's.
pub(super) fn request(model: &str, store: bool, stream: bool) -> Value {
    json!({"model": model, "input": "Say hello.", "store": store, "stream": stream})
}
