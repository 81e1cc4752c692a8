use std::net::SocketAddr;

use antiphon_sse::Decoder;
use anyhow::{Context as _, bail};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::Method;
use hyper::body::Incoming;
use serde_json::Value;

use super::turn::PATH;
use crate::http::Connection;

/// The events of one stream, one by one.
pub(super) struct Events {
    body: Incoming,
    decoder: Decoder,
    /// What came and was not yet decoded.
    rest: Bytes,
    _connection: Connection,
}

impl Events {
    /// Of the run `id`, those after `last`, over an open connection.
    pub(super) async fn follow(mut connection: Connection, id: &str, last: Option<&str>) -> anyhow::Result<Self> {
        let last = last.map(|last| format!("&last_event_id={last}")).unwrap_or_default();
        let path = format!("{PATH}/{id}?stream=true{last}");
        let body = connection.stream(Method::GET, &path, Bytes::new()).await?;
        Ok(Self {
            body,
            decoder: Decoder::new(1 << 20),
            rest: Bytes::new(),
            _connection: connection,
        })
    }

    /// The data of the next event; `None` behind the last.
    pub(super) async fn next(&mut self) -> anyhow::Result<Option<Value>> {
        loop {
            let mut rest = &self.rest[..];
            let found = self.decoder.next_event(&mut rest)?;
            self.rest = self.rest.slice_ref(rest);
            match found {
                Some(event) if event.event == "done" => return Ok(None),
                Some(event) if event.event == "error" => bail!("a stream failed: {}", event.data),
                Some(event) => return Ok(Some(serde_json::from_str(&event.data)?)),
                None => {}
            }
            let frame = self.body.frame().await.context("a stream broke off")?;
            self.rest = frame?.into_data().unwrap_or_default();
        }
    }

    /// The ids of the next events, up to the delta with this number or the end.
    pub(super) async fn ids(&mut self, deltas: usize) -> anyhow::Result<Vec<String>> {
        let (mut ids, mut seen) = (Vec::new(), 0);
        while seen < deltas
            && let Some(event) = self.next().await?
        {
            seen += usize::from(event["event_type"] == "step.delta");
            ids.extend(event["event_id"].as_str().map(str::to_owned));
        }
        Ok(ids)
    }
}

/// Starts a background run of a model, and gives its id.
pub(super) async fn start(address: SocketAddr, model: &str) -> anyhow::Result<String> {
    let body = serde_json::json!({"model": model, "input": "Say hello.", "background": true});
    let mut connection = Connection::open(address).await?;
    let run: Value = serde_json::from_slice(&connection.post(PATH, body.to_string().into()).await?)?;
    Ok(run["id"].as_str().context("no id")?.to_owned())
}
