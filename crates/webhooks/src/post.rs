use std::time::Duration;

use antiphon_outbound::Outbound;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use tokio::time::Instant;
use url::Url;

/// What one request met with.
pub(crate) struct Answer {
    /// The status; or why there is none.
    pub(crate) status: Result<StatusCode, String>,
    /// How long the receiver asked to be left alone.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) took: Duration,
}

/// What a request carries.
pub(crate) struct Letter<'a> {
    pub(crate) uri: &'a str,
    pub(crate) message_id: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) signature: String,
    pub(crate) body: Vec<u8>,
}

/// Sends a letter. The answer's body is nobody's concern and is not read.
pub(crate) async fn post(outbound: &Outbound, letter: Letter<'_>) -> Answer {
    let now = letter.now;
    let began = Instant::now();
    let reply = send(outbound, letter).await;
    let took = began.elapsed();
    match reply {
        Ok((status, headers)) => Answer {
            status: Ok(status),
            retry_after: retry_after(&headers, now),
            took,
        },
        Err(error) => Answer {
            status: Err(error),
            retry_after: None,
            took,
        },
    }
}

async fn send(outbound: &Outbound, letter: Letter<'_>) -> Result<(StatusCode, HeaderMap), String> {
    let url = Url::parse(letter.uri).map_err(|error| error.to_string())?;
    let request = outbound
        .request(Method::POST, url)
        .map_err(|refusal| refusal.to_string())?
        .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
        .header("webhook-id", letter.message_id)
        .header("webhook-timestamp", letter.now.as_second())
        .header("webhook-signature", letter.signature)
        .body(Bytes::from(letter.body));
    let reply = outbound.send(request).await.map_err(|error| error.to_string())?;
    Ok((reply.status(), reply.headers().clone()))
}

/// `Retry-After`: seconds, or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok()?;
    Duration::try_from(date.duration_since(now)).ok()
}
