use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use reqwest::redirect::{Action, Attempt, Policy};
use reqwest::{Client, RequestBuilder, Response};
use url::Url;

use crate::body::{Body, BodyError};
use crate::error::{Error, Refusal, TooManyRedirects};
use crate::resolver::FilteringResolver;
use crate::rules::OutboundRules;

/// The client for requests made for a model or a user. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Outbound {
    rules: Arc<OutboundRules>,
    client: Client,
}

/// A whole reply.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Where it came from at last, after redirects.
    pub url: Url,
    /// Its status.
    pub status: StatusCode,
    /// Its headers, as sent.
    pub headers: HeaderMap,
    /// Its body, decompressed.
    pub body: Bytes,
}

impl Outbound {
    /// Sets a client up; connects nowhere.
    ///
    /// # Errors
    /// [`Error::Client`].
    pub fn new(rules: OutboundRules) -> Result<Self, Error> {
        let rules = Arc::new(rules);
        let resolver = FilteringResolver {
            inner: Arc::clone(&rules.resolver),
            allow: rules.allow.clone().into(),
        };
        let judge = Arc::clone(&rules);
        let mut builder = Client::builder()
            .user_agent(&rules.user_agent)
            .no_proxy()
            .referer(false)
            .dns_resolver(resolver)
            .redirect(Policy::custom(move |attempt| judge_redirect(&judge, attempt)))
            .connect_timeout(rules.time_limits.connect);
        if let Some(limit) = rules.time_limits.read {
            builder = builder.read_timeout(limit);
        }
        if let Some(limit) = rules.time_limits.total {
            builder = builder.timeout(limit);
        }
        let client = builder.build().map_err(Error::Client)?;
        Ok(Self { rules, client })
    }

    /// Judges a URL by what is written in it, without connecting or resolving. Use it to refuse early what a user hands
    /// over; a name that passes may still be refused when it is resolved.
    ///
    /// # Errors
    /// The rule that forbids it.
    pub fn check(&self, url: &Url) -> Result<(), Refusal> {
        self.rules.check(url)
    }

    /// The client itself, for libraries that want one. It judges names and redirects. What it cannot judge is the first URL
    /// as written, since an address written literally is never resolved: [`Outbound::check`] every URL before handing it
    /// over.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Begins a request to a URL that the rules allow.
    ///
    /// # Errors
    /// The rule that forbids it.
    pub fn request(&self, method: Method, url: Url) -> Result<RequestBuilder, Refusal> {
        self.rules.check(&url)?;
        Ok(self.client.request(method, url))
    }

    /// Sends a request and gives the reply with its body unread, whatever its status. Dropping the future or the reply ends
    /// the connection's use.
    ///
    /// # Errors
    /// A refusal of the URL, of an address it resolves to or of a redirect, or a failed exchange.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, Error> {
        let request = request.build().map_err(Error::Client)?;
        // A builder can come from `client()`, so the URL is judged here too.
        self.rules.check(request.url())?;
        let url = request.url().clone();
        self.client
            .execute(request)
            .await
            .map_err(|source| Error::of_exchange(&url, source))
    }

    /// Sends a request and reads the whole reply, whatever its status, up to `max_bytes` of body, decompressed.
    ///
    /// # Errors
    /// Those of [`Outbound::send`], [`Error::TooLarge`] and [`Error::Encoding`].
    pub async fn fetch(&self, request: RequestBuilder, max_bytes: usize) -> Result<Fetched, Error> {
        self.fetch_if(request, |_, _| Some(max_bytes)).await
    }

    /// As [`Outbound::fetch`], with a bound that depends on the reply's status and headers. For `None` the body is not read
    /// and given as empty.
    ///
    /// # Errors
    /// Those of [`Outbound::fetch`].
    pub async fn fetch_if(
        &self,
        request: RequestBuilder,
        max_bytes: impl FnOnce(StatusCode, &HeaderMap) -> Option<usize> + Send,
    ) -> Result<Fetched, Error> {
        let gzip = HeaderValue::from_static("gzip");
        let mut reply = self.send(request.header(ACCEPT_ENCODING, gzip)).await?;
        let body = match max_bytes(reply.status(), reply.headers()) {
            Some(limit) => read(&mut reply, limit).await?,
            None => Bytes::new(),
        };
        Ok(Fetched {
            url: reply.url().clone(),
            status: reply.status(),
            headers: std::mem::take(reply.headers_mut()),
            body,
        })
    }
}

impl Fetched {
    /// The reply if its status is one of success.
    ///
    /// # Errors
    /// [`Error::Status`].
    pub fn error_for_status(self) -> Result<Self, Error> {
        if self.status.is_success() {
            return Ok(self);
        }
        Err(Error::Status {
            host: self.url.host_str().unwrap_or_default().to_owned(),
            status: self.status,
        })
    }
}

async fn read(reply: &mut Response, limit: usize) -> Result<Bytes, Error> {
    let url = reply.url().clone();
    let host = || url.host_str().unwrap_or_default().to_owned();
    let encoding = match reply.headers().get(CONTENT_ENCODING) {
        Some(value) => value.to_str().unwrap_or("?").trim().to_ascii_lowercase(),
        None => String::new(),
    };
    let failed = |error| match error {
        BodyError::TooLarge => Error::TooLarge { host: host(), limit },
        BodyError::Damaged => Error::Encoding {
            host: host(),
            encoding: encoding.clone(),
        },
    };
    if reply.content_length().is_some_and(|length| length > limit as u64) {
        return Err(failed(BodyError::TooLarge));
    }
    let mut body = Body::new(&encoding, limit).ok_or_else(|| failed(BodyError::Damaged))?;
    let broken = |source| Error::of_exchange(&url, source);
    while let Some(piece) = reply.chunk().await.map_err(broken)? {
        body.push(&piece).map_err(&failed)?;
    }
    Ok(body.finish().map_err(&failed)?.into())
}

fn judge_redirect(rules: &OutboundRules, attempt: Attempt<'_>) -> Action {
    if rules.max_redirects == 0 {
        return attempt.stop();
    }
    // The first of the previous URLs is the one asked for.
    if attempt.previous().len() > rules.max_redirects {
        return attempt.error(TooManyRedirects);
    }
    let verdict = match attempt.previous().last() {
        Some(from) => rules.check_redirect(from, attempt.url()),
        None => rules.check(attempt.url()),
    };
    match verdict {
        Ok(()) => attempt.follow(),
        Err(refusal) => attempt.error(refusal),
    }
}
