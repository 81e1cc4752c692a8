use std::time::Duration;

use reqwest::{
    Client, RequestBuilder, StatusCode, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};
use serde::de::DeserializeOwned;

use super::Error;

/// How long and how much is read of a backend's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the request to the end of the answer.
    pub timeout: Duration,
    /// The most bytes of an answer.
    pub max_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            max_bytes: 4 << 20,
        }
    }
}

/// Asks one address of a server that the operator named.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    backend: &'static str,
    url: Url,
    client: Client,
    limits: Limits,
}

impl Asker {
    /// An asker for `path` below `base` that sends `key` in every request, in the header and the form that the backend wants.
    pub(super) fn new(
        backend: &'static str,
        base: &str,
        path: &[&str],
        key: Option<(HeaderName, String)>,
        limits: Limits,
    ) -> Result<Self, Error> {
        let url = endpoint(backend, base, path)?;
        let mut headers = HeaderMap::new();
        if let Some((name, key)) = key {
            let mut value = HeaderValue::from_str(&key).map_err(|_| Error::Setting {
                backend,
                setting: "key",
                message: "it has characters that a header cannot carry",
            })?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let mut client = Client::builder()
            .default_headers(headers)
            .timeout(limits.timeout)
            .connect_timeout(limits.timeout)
            // A redirect would carry the query, and perhaps the key, somewhere nobody configured.
            .redirect(Policy::none())
            .user_agent(concat!("antiphon/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&url) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|source| Error::Client { backend, source })?;
        Ok(Self {
            backend,
            url,
            client,
            limits,
        })
    }

    /// A request with a query.
    pub(super) fn get(&self, query: &[(&str, &str)]) -> RequestBuilder {
        let mut url = self.url.clone();
        url.query_pairs_mut().extend_pairs(query);
        self.client.get(url)
    }

    /// A request with a JSON body.
    pub(super) fn post(&self, body: &serde_json::Value) -> RequestBuilder {
        self.client.post(self.url.clone()).json(body)
    }

    /// Sends a request and reads the answer as JSON.
    pub(super) async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Error> {
        let backend = self.backend;
        let mut response = request.send().await.map_err(|error| self.failure(error))?;
        let status = response.status();
        if !status.is_success() {
            return Err(Error::Refused {
                backend,
                status: status.as_u16(),
                hint: hint(status),
            });
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(error))? {
            if body.len() + chunk.len() > self.limits.max_bytes {
                return Err(Error::TooLong {
                    backend,
                    limit: self.limits.max_bytes,
                });
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body).map_err(|source| Error::Unreadable { backend, source })
    }

    fn failure(&self, error: reqwest::Error) -> Error {
        let backend = self.backend;
        if error.is_timeout() {
            return Error::TimedOut { backend };
        }
        Error::Unreachable {
            backend,
            // The address holds the query, and names the operator's network.
            source: error.without_url(),
        }
    }
}

/// The address of a backend: `path` below what the operator gave.
pub(super) fn endpoint(backend: &'static str, base: &str, path: &[&str]) -> Result<Url, Error> {
    let wrong = |message| Error::Setting {
        backend,
        setting: "url",
        message,
    };
    let mut url = Url::parse(base).map_err(|_| wrong("it is no URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("it must begin with http:// or https://"));
    }
    url.set_query(None);
    url.set_fragment(None);
    url.path_segments_mut()
        .map_err(|()| wrong("it must begin with http:// or https://"))?
        .pop_if_empty()
        .extend(path);
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn hint(status: StatusCode) -> &'static str {
    match status.as_u16() {
        300..=399 => ": it redirects, which is not followed; the server's operator must name the final address",
        401 | 403 => {
            ": the server's operator must check its key (SearXNG: add `json` to `search.formats` in its settings.yml)"
        }
        402 | 432 | 433 => ": its plan is used up",
        429 => ": too many searches; use what you have, or ask again later",
        500..=599 => ": it fails at the moment; ask again later",
        _ => "",
    }
}
