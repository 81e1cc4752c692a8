use std::env;
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::header::{AUTHORIZATION, ETAG, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;

use super::name::ModelName;
use crate::terminal;

const ENDPOINT: &str = "https://huggingface.co";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
const SILENCE: Duration = Duration::from_secs(60);
const MAX_LISTING_BYTES: usize = 32 << 20;

/// A hub: the one at `HF_ENDPOINT`, or Hugging Face's; asked with the key in `HF_TOKEN`, which goes to no other host.
pub(crate) struct Hub {
    http: Client,
    /// Follows no redirect: the hub's own words about a file stand before it.
    head: Client,
    endpoint: Url,
    token: Option<HeaderValue>,
}

/// A file of a repository.
#[derive(Debug, Clone)]
pub(crate) struct HubFile {
    pub(crate) path: String,
    pub(crate) size: Option<u64>,
    /// In hexadecimal.
    pub(crate) sha256: Option<String>,
}

#[derive(Deserialize)]
struct Repository {
    #[serde(default)]
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    sha256: Option<String>,
    size: Option<u64>,
}

impl Hub {
    /// The hub that the environment names.
    pub(crate) fn from_environment() -> anyhow::Result<Self> {
        let variable = |name: &str| {
            env::var(name)
                .ok()
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        let address = variable("HF_ENDPOINT").unwrap_or_else(|| ENDPOINT.to_owned());
        let endpoint = Url::parse(&address)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .with_context(|| format!("HF_ENDPOINT is `{address}`; write it as https://HOST"))?;
        let token = match variable("HF_TOKEN") {
            Some(token) => {
                let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
                    .ok()
                    .context("HF_TOKEN has characters that no token has")?;
                value.set_sensitive(true);
                Some(value)
            }
            None => None,
        };
        let local = endpoint
            .host_str()
            .is_some_and(|host| matches!(host, "127.0.0.1" | "localhost" | "[::1]"));
        let client = |policy: Policy| {
            let builder = Client::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .read_timeout(SILENCE)
                .redirect(policy)
                .user_agent(concat!("antiphon/", env!("CARGO_PKG_VERSION")));
            let builder = if local {
                ClientBuilder::no_proxy(builder)
            } else {
                builder
            };
            builder.build().context("the HTTP client cannot be set up")
        };
        Ok(Self {
            http: client(Policy::limited(10))?,
            head: client(Policy::none())?,
            endpoint,
            token,
        })
    }

    /// The files of a repository, those with harmless paths.
    pub(crate) async fn files(&self, name: &ModelName) -> anyhow::Result<Vec<HubFile>> {
        let mut url = self.url(&["api", "models", name.owner(), name.repo()]);
        url.set_query(Some("blobs=true"));
        let response = self.send(self.authorized(&self.http, Method::GET, url)).await?;
        let mut response = self.accepted(response, name)?;
        let mut body = Vec::new();
        while let Some(piece) = response
            .chunk()
            .await
            .map_err(reqwest::Error::without_url)
            .context("the hub's reply broke off")?
        {
            if body.len() + piece.len() > MAX_LISTING_BYTES {
                bail!(
                    "the hub's list of the files of {}/{} is too long",
                    name.owner(),
                    name.repo()
                );
            }
            body.extend_from_slice(&piece);
        }
        let repository: Repository = serde_json::from_slice(&body)
            .with_context(|| format!("what answers at {} is no hub; check HF_ENDPOINT", self.endpoint))?;
        let file = |sibling: Sibling| {
            let (size, sha256) = sibling.lfs.map_or((None, None), |lfs| (lfs.size, lfs.sha256));
            HubFile {
                path: sibling.rfilename,
                size: size.or(sibling.size),
                sha256: sha256.and_then(|text| checksum(&text)),
            }
        };
        let files = repository
            .siblings
            .into_iter()
            .filter(|sibling| is_harmless(&sibling.rfilename));
        Ok(files.map(file).collect())
    }

    /// `file`, with the checksum and the size that the hub tells only when asked for the file itself.
    pub(super) async fn described(&self, name: &ModelName, file: &HubFile) -> anyhow::Result<HubFile> {
        let mut file = file.clone();
        if file.sha256.is_none() {
            let url = self.file_url(name, &file.path);
            let response = self.send(self.authorized(&self.head, Method::HEAD, url)).await?;
            let headers = response.headers();
            let tag = text_of(headers, "x-linked-etag").or_else(|| text_of(headers, ETAG.as_str()));
            file.sha256 = tag.and_then(|tag| checksum(tag.trim_start_matches("W/").trim_matches('"')));
            let linked = text_of(headers, "x-linked-size").and_then(|size| size.parse().ok());
            file.size = file.size.or(linked);
        }
        Ok(file)
    }

    /// A request for the content of a file.
    pub(super) fn content(&self, name: &ModelName, path: &str) -> RequestBuilder {
        self.authorized(&self.http, Method::GET, self.file_url(name, path))
    }

    /// The reply, when it is none of the hub's refusals.
    pub(super) fn accepted(&self, response: Response, name: &ModelName) -> anyhow::Result<Response> {
        let status = response.status();
        if status.is_success() || status == StatusCode::RANGE_NOT_SATISFIABLE {
            return Ok(response);
        }
        let repository = format!("{}/{}", name.owner(), name.repo());
        let page = self.url(&[name.owner(), name.repo()]);
        let tokens = self.url(&["settings", "tokens"]);
        let reason = text_of(response.headers(), "x-error-code").unwrap_or_default();
        match (status.as_u16(), reason, &self.token) {
            (404, _, Some(_)) | (_, "RepoNotFound", Some(_)) => {
                bail!(
                    "there is no model {repository} at {}, or HF_TOKEN may not see it",
                    self.endpoint
                )
            }
            (404, _, None) | (_, "RepoNotFound", None) => bail!(
                "there is no model {repository} at {}; check the name, and if it is private set HF_TOKEN to a token of {tokens}",
                self.endpoint
            ),
            (401 | 403, "GatedRepo", Some(_)) | (403, _, Some(_)) => {
                bail!(
                    "{repository} is gated and HF_TOKEN may not read it: accept its terms at {page}, then run the same command again"
                )
            }
            (401, _, Some(_)) => bail!("the hub refuses HF_TOKEN; make a new token at {tokens}"),
            (401 | 403, _, None) => bail!(
                "{repository} is private or gated: accept its terms at {page}, make a token at {tokens}, set HF_TOKEN to it and run the same command again"
            ),
            (429, _, _) => bail!("the hub asks for a pause; run the same command again in a few minutes"),
            (_, _, _) => {
                bail!("the hub answered {status}; run the same command again later, it goes on where it stopped")
            }
        }
    }

    /// Whether another try may go better: the server has a fault, or the host that keeps the hub's files refuses the address
    /// that the hub gave out, which is good for a while only.
    pub(super) fn is_passing(&self, response: &Response) -> bool {
        let status = response.status();
        let elsewhere = response.url().origin() != self.endpoint.origin();
        status.is_server_error()
            || (elsewhere && status.is_client_error() && status != StatusCode::RANGE_NOT_SATISFIABLE)
    }

    pub(super) async fn send(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        let unreachable = || {
            format!(
                "the hub at {} cannot be reached; check the network, or name another with HF_ENDPOINT",
                self.endpoint
            )
        };
        request
            .send()
            .await
            .map_err(reqwest::Error::without_url)
            .with_context(unreachable)
    }

    fn authorized(&self, client: &Client, method: Method, url: Url) -> RequestBuilder {
        let request = client.request(method, url);
        match &self.token {
            Some(token) => request.header(AUTHORIZATION, token.clone()),
            None => request,
        }
    }

    fn file_url(&self, name: &ModelName, path: &str) -> Url {
        let mut segments = vec![name.owner(), name.repo(), "resolve", "main"];
        segments.extend(path.split('/'));
        self.url(&segments)
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.endpoint.clone();
        // An HTTP address has a path, so that segments can be added; each is escaped.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A SHA-256 in lower case; other tags are none.
fn checksum(text: &str) -> Option<String> {
    (text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| text.to_ascii_lowercase())
}

/// Whether a file of that path can be put under a folder of ours and named to people.
fn is_harmless(path: &str) -> bool {
    let segment = |segment: &str| {
        !segment.is_empty() && !segment.starts_with('.') && !segment.contains(['\\', ':', '*', '?', '"', '<', '>', '|'])
    };
    path.len() <= 512 && path.split('/').all(segment) && terminal::readable_line(path) == path
}
