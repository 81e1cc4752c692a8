use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use rmcp::RoleClient;
use rmcp::model::{ClientCapabilities, ClientConfig, Implementation, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt, Peer, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::common::client_side_sse::ExponentialBackoff;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use tokio::sync::Mutex;
use url::Url;

use super::declaration::Declaration;
use super::error::Error;

/// What is read of an answer that is an HTTP error.
const MAX_ERROR_BODY: usize = 512;
/// How often a broken event stream is taken up again.
const MAX_RECONNECTS: usize = 3;

/// A session with a server, opened when it is first needed.
///
/// Dropping it cancels what runs in it and ends it at the server. A session that the server has forgotten is opened anew
/// once, by the transport. The server may ask nothing of us: no sampling, no roots, no elicitation.
pub(super) struct Session {
    url: Url,
    headers: HashMap<HeaderName, HeaderValue>,
    client: reqwest::Client,
    max_response: usize,
    time_limit: Duration,
    running: Mutex<Option<RunningService<RoleClient, ClientConfig>>>,
}

impl Session {
    /// `time_limit` is for opening it.
    pub(super) fn new(
        declaration: &Declaration,
        client: reqwest::Client,
        max_response: usize,
        time_limit: Duration,
    ) -> Self {
        Self {
            url: declaration.url.clone(),
            headers: declaration.headers.clone(),
            client,
            max_response,
            time_limit,
            running: Mutex::new(None),
        }
    }

    /// The open session; opens it first where there is none, or where the connection broke.
    pub(super) async fn peer(&self) -> Result<Peer<RoleClient>, Error> {
        let mut running = self.running.lock().await;
        if let Some(open) = running.as_ref().filter(|open| !open.peer().is_transport_closed()) {
            return Ok(open.peer().clone());
        }
        let opening = Box::pin(self.open());
        let open = tokio::time::timeout(self.time_limit, opening)
            .await
            .map_err(|_| Error::Slow(self.time_limit))??;
        let peer = open.peer().clone();
        *running = Some(open);
        Ok(peer)
    }

    async fn open(&self) -> Result<RunningService<RoleClient, ClientConfig>, Error> {
        let mut config = StreamableHttpClientTransportConfig::with_uri(self.url.as_str())
            .custom_headers(self.headers.clone())
            .max_sse_event_size(self.max_response);
        config.max_json_response_size = self.max_response;
        config.max_error_response_size = MAX_ERROR_BODY;
        let mut retries = ExponentialBackoff::default();
        retries.max_times = Some(MAX_RECONNECTS);
        config.retry_config = Arc::new(retries);
        let transport = StreamableHttpClientTransport::with_client(self.client.clone(), config);
        let lifecycle = ClientLifecycleMode::Auto {
            preferred_versions: vec![ProtocolVersion::V_2026_07_28],
            legacy_version: Some(ProtocolVersion::V_2025_11_25),
        };
        let this_client = ClientConfig::new(
            ClientCapabilities::default(),
            Implementation::new("antiphon", env!("CARGO_PKG_VERSION")),
        );
        Ok(this_client.serve_with_lifecycle(transport, lifecycle).await?)
    }
}
