use std::time::Duration;

use antiphon_interaction::{CreateInteraction, ErrorBody, ErrorCode, Interaction, InteractionId};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, Response, Url};
use serde::de::DeserializeOwned;

use crate::model::Page;
use crate::{Config, Error, EventStream, Model};

/// More pages of models than this are not asked for.
const MAX_PAGES: usize = 100;

/// A client of one server. Cheap to clone; clones share their connections.
///
/// Nothing is tried again by itself. Dropping a call or a stream closes its connection, which cancels a foreground run.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    address: String,
    max_bytes: usize,
    idle_timeout: Duration,
}

impl Client {
    /// A client of the server that `config` names. Connects to nothing yet.
    ///
    /// # Errors
    /// The address is no HTTP address, the key has characters that no header can carry, or TLS cannot be set up.
    pub fn new(config: Config) -> Result<Self, Error> {
        let Config {
            base_url,
            api_key,
            version,
            connect_timeout,
            idle_timeout,
            max_bytes,
        } = config;
        let base = base(&base_url, &version)?;
        let mut headers = HeaderMap::new();
        if let Some(key) = api_key {
            let mut value = HeaderValue::from_str(&key).map_err(|source| Error::Config {
                message: "the API key contains characters that a header cannot carry".to_owned(),
                source: Some(Box::new(source)),
            })?;
            value.set_sensitive(true);
            headers.insert("x-goog-api-key", value);
        }
        let mut http = reqwest::Client::builder()
            .default_headers(headers)
            .connect_timeout(connect_timeout)
            .tcp_nodelay(true)
            // A redirect would carry the key somewhere nobody named.
            .redirect(Policy::none())
            .user_agent(concat!("antiphon-client/", env!("CARGO_PKG_VERSION")));
        if base.host_str().is_some_and(is_loopback) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|source| Error::Config {
            message: "the HTTP client cannot be set up".to_owned(),
            source: Some(Box::new(source)),
        })?;
        Ok(Self {
            http,
            base,
            address: base_url,
            max_bytes,
            idle_timeout,
        })
    }

    /// Creates an interaction and waits for its end, or, with `background`, for its acceptance.
    ///
    /// # Errors
    /// The server cannot be reached or refuses; a run that failed after its first output is no error but has the status `failed`.
    pub async fn create(&self, request: &CreateInteraction) -> Result<Interaction, Error> {
        let mut request = request.clone();
        request.stream = Some(false);
        self.json(self.request(Method::POST, &["interactions"], &[]).json(&request))
            .await
    }

    /// Creates an interaction and reads its events as they happen.
    ///
    /// # Errors
    /// The server cannot be reached or refuses before the stream has begun.
    pub async fn stream(&self, request: &CreateInteraction) -> Result<EventStream, Error> {
        let mut request = request.clone();
        request.stream = Some(true);
        self.events(self.request(Method::POST, &["interactions"], &[]).json(&request), None)
            .await
    }

    /// A stored interaction; with `include_input` also what was asked.
    ///
    /// # Errors
    /// The server cannot be reached or refuses; an unknown id is [`ErrorCode::NotFound`].
    pub async fn get(&self, id: &InteractionId, include_input: bool) -> Result<Interaction, Error> {
        let include_input = if include_input { "true" } else { "false" };
        let query = [("stream", "false"), ("include_input", include_input)];
        self.json(self.request(Method::GET, &["interactions", id.as_str()], &query))
            .await
    }

    /// The events of a stored interaction after the one with the id `last_event_id`, or from the start; those of a running
    /// one as they happen.
    ///
    /// # Errors
    /// The server cannot be reached or refuses; an unknown interaction is [`ErrorCode::NotFound`].
    pub async fn stream_from(&self, id: &InteractionId, last_event_id: Option<&str>) -> Result<EventStream, Error> {
        let mut query = vec![("stream", "true")];
        query.extend(last_event_id.map(|last| ("last_event_id", last)));
        let request = self.request(Method::GET, &["interactions", id.as_str()], &query);
        self.events(request, last_event_id).await
    }

    /// Cancels a running background interaction and gives it as it is then.
    ///
    /// # Errors
    /// The server cannot be reached or refuses; one that has ended is [`ErrorCode::FailedPrecondition`].
    pub async fn cancel(&self, id: &InteractionId) -> Result<Interaction, Error> {
        self.json(self.request(Method::POST, &["interactions", id.as_str(), "cancel"], &[]))
            .await
    }

    /// Deletes an interaction for good.
    ///
    /// # Errors
    /// The server cannot be reached or refuses; an unknown id is [`ErrorCode::NotFound`].
    pub async fn delete(&self, id: &InteractionId) -> Result<(), Error> {
        let response = self
            .send(self.request(Method::DELETE, &["interactions", id.as_str()], &[]))
            .await?;
        self.read(response).await.map(|_| ())
    }

    /// All models, the default first.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub async fn models(&self) -> Result<Vec<Model>, Error> {
        let mut models = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let mut query = vec![("pageSize", "1000")];
            query.extend(token.as_deref().map(|token| ("pageToken", token)));
            let request = self.request(Method::GET, &["models"], &query);
            let page: Page = self.json(request).await?;
            models.extend(page.models);
            token = page.next_page_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break;
            }
        }
        Ok(models)
    }

    fn request(&self, method: Method, path: &[&str], query: &[(&str, &str)]) -> RequestBuilder {
        let mut url = self.base.clone();
        // Every base that was accepted has a path, so that segments can be added; each is escaped.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.http.request(method, url)
    }

    async fn events(&self, request: RequestBuilder, last_event_id: Option<&str>) -> Result<EventStream, Error> {
        let response = self
            .send(request.header(ACCEPT, HeaderValue::from_static("text/event-stream")))
            .await?;
        let kind = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default();
        if kind.starts_with("text/event-stream") {
            Ok(EventStream::new(
                response,
                self.max_bytes,
                self.idle_timeout,
                last_event_id,
            ))
        } else {
            Err(Error::Protocol {
                message: format!("a stream was asked for and `{kind}` came"),
                source: None,
            })
        }
    }

    async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Error> {
        let response = self
            .send(request.header(ACCEPT, HeaderValue::from_static("application/json")))
            .await?;
        let body = self.read(response).await?;
        serde_json::from_slice(&body).map_err(|source| Error::Protocol {
            message: "its reply does not have the agreed shape".to_owned(),
            source: Some(Box::new(source)),
        })
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Error> {
        let response = request.send().await.map_err(|source| {
            let source = source.without_url();
            if source.is_connect() {
                Error::Unreachable {
                    address: self.address.clone(),
                    source,
                }
            } else {
                Error::Interrupted { source: Some(source) }
            }
        })?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(self.refusal(response).await)
        }
    }

    async fn refusal(&self, response: Response) -> Error {
        let status = response.status().as_u16();
        let seconds = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        let body = match self.read(response).await {
            Ok(body) => body,
            Err(error) => return error,
        };
        let (code, message) = match serde_json::from_slice::<ErrorBody>(&body) {
            Ok(ErrorBody { error }) => (error.code, error.message),
            Err(_) => {
                let text = String::from_utf8_lossy(&body[..body.len().min(2000)]).trim().to_owned();
                (
                    ErrorCode::Unknown(String::new()),
                    format!("the server answered {status}: {text}"),
                )
            }
        };
        Error::Api {
            status,
            code,
            message,
            retry_after: seconds.map(Duration::from_secs),
        }
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|source| Error::Interrupted {
            source: Some(source.without_url()),
        })? {
            if body.len() + piece.len() > self.max_bytes {
                let message = format!("its reply is longer than {} bytes", self.max_bytes);
                return Err(Error::Protocol { message, source: None });
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn base(text: &str, version: &str) -> Result<Url, Error> {
    let refused = |why: &str, source| Error::Config {
        message: format!("`{text}` is no server's address ({why}): write it as http://HOST:PORT"),
        source,
    };
    let mut url = Url::parse(text.trim()).map_err(|error| refused("it cannot be read", Some(error.into())))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("its scheme is neither http nor https", None));
    }
    url.set_query(None);
    url.set_fragment(None);
    url.set_path(&format!("{}/{version}", url.path().trim_end_matches('/')));
    Ok(url)
}
