use std::error::Error as _;
use std::time::Duration;

use futures::future::{BoxFuture, Either, select};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};

use super::effort::EffortRanges;
use super::refusal::Refusal;
use super::retry_after::retry_after;
use super::{Config, Shared, request};
use crate::{Error, ModelRequest};

/// The most bytes of an error body that are read.
const MAX_ERROR_BODY: usize = 64 << 10;
/// The pause before the first retry where the server names none; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
pub(super) const FIRST_EVENT: &str = "the first event from the server behind the model";

/// The pooled connections to the server.
pub(super) struct Transport {
    client: Client,
    chat: Url,
    models: Url,
    efforts: EffortRanges,
}

/// An answer that has begun, and the time its first event may take.
pub(super) struct Opened {
    pub(super) response: Response,
    pub(super) deadline: BoxFuture<'static, ()>,
}

/// Why one attempt failed, and whether another makes sense after how long.
struct Failure {
    error: Error,
    pause: Option<Option<Duration>>,
}

impl Transport {
    pub(super) fn new(config: &Config) -> Result<Self, Error> {
        let base = base_url(&config.base_url)?;
        let mut headers = HeaderMap::new();
        if let Some(key) = &config.api_key {
            let mut value =
                HeaderValue::from_str(&format!("Bearer {}", key.reveal())).map_err(|_| Error::Internal {
                    message: "the upstream's API key contains characters that a header cannot carry".to_owned(),
                    source: None,
                })?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let mut client = Client::builder()
            .default_headers(headers)
            .connect_timeout(config.connect_timeout)
            .tcp_nodelay(true)
            .pool_idle_timeout(Duration::from_secs(60))
            // A redirect would carry the conversation, and perhaps the key, somewhere nobody configured.
            .redirect(Policy::none())
            .user_agent(concat!("antiphon/", env!("CARGO_PKG_VERSION")));
        if base.host_str().is_some_and(is_loopback) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|source| Error::Internal {
            message: "the HTTP client for the upstream cannot be set up".to_owned(),
            source: Some(Box::new(source)),
        })?;
        let path = |end: &str| {
            let mut url = base.clone();
            url.set_path(&format!("{}{end}", base.path()));
            url
        };
        Ok(Self {
            client,
            chat: path("/chat/completions"),
            models: path("/models"),
            efforts: EffortRanges::default(),
        })
    }

    /// Sends the request, again where nothing has been said yet and another try makes sense.
    pub(super) async fn open(&self, shared: &Shared, request: &ModelRequest) -> Result<Opened, Error> {
        let mut range = self.efforts.of(&request.model);
        let mut retries = 0;
        loop {
            let effort = request.thinking_level.as_ref().and_then(|level| range.value(level));
            let body = request::write(request, &shared.config, effort)?;
            let failure = match self.attempt(shared, &request.model, body).await {
                Ok(opened) => return Ok(opened),
                Err(Attempt::Refused(refusal)) => {
                    if let Some(level) = request
                        .thinking_level
                        .as_ref()
                        .filter(|_| effort.is_some() && refusal.is_about_effort())
                    {
                        range = self.efforts.narrow(&request.model, range, level);
                        continue;
                    }
                    let pause = refusal.is_passing().then_some(refusal.retry_after);
                    Failure {
                        error: refusal.into_error(&request.model, shared.config.api_key.as_ref()),
                        pause,
                    }
                }
                Err(Attempt::Failed(failure)) => failure,
            };
            let pause = failure
                .pause
                .map(|asked| asked.unwrap_or(FIRST_PAUSE * 2_u32.saturating_pow(retries)));
            match pause {
                Some(pause) if retries < shared.config.retries && pause <= shared.config.retry_after_limit => {
                    tracing::debug!(error = %failure.error, pause.ms = pause.as_millis() as u64, "the upstream did not answer; trying again");
                    retries += 1;
                    shared.timer.sleep(pause).await;
                }
                Some(_) | None => {
                    if matches!(failure.error, Error::Unavailable { .. }) {
                        self.tell(&failure.error, "the upstream did not answer");
                    }
                    return Err(failure.error);
                }
            }
        }
    }

    /// Tells the operator of a failure, with where the upstream is: clients need not know. The address is told without its
    /// path and user, either of which may be a secret.
    pub(super) fn tell(&self, error: &Error, what: &'static str) {
        let cause = root_cause(error).map(|cause| cause.to_string());
        tracing::warn!(upstream = self.models.origin().ascii_serialization(), %error, cause, "{what}");
    }

    /// Fetches the model list.
    pub(super) async fn fetch_models(&self, shared: &Shared) -> Result<Vec<u8>, Error> {
        let timeout = shared.config.models_timeout;
        let fetch = Box::pin(async {
            let response = self.client.get(self.models.clone()).send().await.map_err(unreachable)?;
            if !response.status().is_success() {
                return Err(refuse(response).await.into_list_error(shared.config.api_key.as_ref()));
            }
            let limit = shared.config.max_event_bytes;
            read_bounded(response, limit)
                .await
                .map_err(unreachable)?
                .ok_or_else(|| Error::Unavailable {
                    message: format!("the upstream's model list is longer than {limit} bytes"),
                    source: None,
                })
        });
        match select(fetch, shared.timer.sleep(timeout)).await {
            Either::Left((fetched, _)) => fetched,
            Either::Right(_) => Err(Error::TimedOut {
                what: "the upstream's model list",
                after: timeout,
            }),
        }
    }

    async fn attempt(&self, shared: &Shared, model: &str, body: Vec<u8>) -> Result<Opened, Attempt> {
        let timed_out = || {
            let error = Error::TimedOut {
                what: FIRST_EVENT,
                after: shared.config.first_event_timeout,
            };
            Attempt::Failed(Failure { error, pause: None })
        };
        let request = self
            .client
            .post(self.chat.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(ACCEPT, HeaderValue::from_static("text/event-stream"))
            .body(body);
        let deadline = shared.timer.sleep(shared.config.first_event_timeout);
        let (response, deadline) = match select(Box::pin(request.send()), deadline).await {
            Either::Left((Ok(response), deadline)) => (response, deadline),
            Either::Left((Err(error), _)) => {
                return Err(Attempt::Failed(Failure {
                    error: unreachable(error),
                    pause: Some(None),
                }));
            }
            Either::Right(_) => return Err(timed_out()),
        };
        if response.status().is_success() && is_event_stream(&response) {
            return Ok(Opened { response, deadline });
        }
        let refusal = match select(Box::pin(refuse(response)), deadline).await {
            Either::Left((refusal, _)) => refusal,
            Either::Right(_) => return Err(timed_out()),
        };
        if refusal.status.is_success() {
            let error = not_streamed(model, &refusal, shared);
            return Err(Attempt::Failed(Failure { error, pause: None }));
        }
        Err(Attempt::Refused(refusal))
    }
}

enum Attempt {
    Refused(Refusal),
    Failed(Failure),
}

/// A 200 that is no stream: an error in disguise, or a server that cannot stream.
fn not_streamed(model: &str, refusal: &Refusal, shared: &Shared) -> Error {
    let said = super::refusal::upstream_message(&refusal.body, shared.config.api_key.as_ref());
    Error::Unavailable {
        message: format!("the server behind `{model}` did not stream its answer: {said}"),
        source: None,
    }
}

fn is_event_stream(response: &Response) -> bool {
    let expected = b"text/event-stream";
    // A server that names no type is given the benefit of the doubt.
    response.headers().get(CONTENT_TYPE).is_none_or(|kind| {
        kind.as_bytes()
            .get(..expected.len())
            .is_some_and(|kind| kind.eq_ignore_ascii_case(expected))
    })
}

async fn refuse(response: Response) -> Refusal {
    let status = response.status();
    let retry_after = retry_after(response.headers());
    let body = read_bounded(response, MAX_ERROR_BODY)
        .await
        .ok()
        .flatten()
        .unwrap_or_default();
    Refusal {
        status,
        retry_after,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

async fn read_bounded(mut response: Response, limit: usize) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await? {
        if body.len() + piece.len() > limit {
            return Ok(None);
        }
        body.extend_from_slice(&piece);
    }
    Ok(Some(body))
}

/// The cause at the bottom: those above it say less.
fn root_cause(error: &Error) -> Option<&(dyn std::error::Error + 'static)> {
    let mut cause = error.source()?;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Some(cause)
}

fn unreachable(error: reqwest::Error) -> Error {
    let message = if error.is_connect() {
        "the server behind the model cannot be reached: start it, or check the upstream's address"
    } else {
        "the server behind the model closed the connection without an answer"
    };
    // The address may hold a password.
    Error::Unavailable {
        message: message.to_owned(),
        source: Some(Box::new(error.without_url())),
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The address up to and with its version, without a slash at the end.
fn base_url(text: &str) -> Result<Url, Error> {
    let refused = |why: String| Error::Internal {
        message: format!(
            "the upstream's address is not usable ({why}): write it as http://HOST:PORT or https://HOST, with or without /v1"
        ),
        source: None,
    };
    let mut url = Url::parse(text.trim()).map_err(|error| refused(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused(format!("its scheme is `{}`", url.scheme())));
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/chat/completions").unwrap_or(path).to_owned();
    let versioned = path.split('/').any(|segment| {
        let mut letters = segment.chars();
        letters.next() == Some('v') && letters.next().is_some_and(|letter| letter.is_ascii_digit())
    });
    url.set_path(&if versioned { path } else { format!("{path}/v1") });
    Ok(url)
}
