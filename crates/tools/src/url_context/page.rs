use std::sync::Arc;

use antiphon_outbound::{Error, Fetched, Outbound};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode};
use tokio::time::Instant;
use url::Url;

use super::extraction::Extraction;
use super::media::{Media, decode};
use super::robots::RobotsFiles;
use super::settings::UrlContextSettings;
use super::{html, pdf};

/// What can be read, the best to read first.
const ACCEPTED: &str = "text/markdown, text/html;q=0.9, text/plain;q=0.9, application/pdf;q=0.8, application/json;q=0.8, text/*;q=0.7, */*;q=0.1";

/// What was read of a URL.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) title: String,
    pub(super) text: String,
    /// Whether there is more that was not read.
    pub(super) cut: bool,
}

/// Why a URL was not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) status: Status,
    /// For the model.
    pub(super) reason: String,
}

/// What the API says of a URL that was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Error,
    Paywall,
    Unsafe,
}

impl Status {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Paywall => "paywall",
            Self::Unsafe => "unsafe",
        }
    }
}

impl Failure {
    pub(super) fn error(reason: impl Into<String>) -> Self {
        Self {
            status: Status::Error,
            reason: reason.into(),
        }
    }

    pub(super) fn paywall() -> Self {
        Self {
            status: Status::Paywall,
            reason: "it is not free to read".to_owned(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status = match &error {
            Error::Refused(_) => Status::Unsafe,
            Error::Status { status, .. } if *status == StatusCode::PAYMENT_REQUIRED => Status::Paywall,
            _ => Status::Error,
        };
        Self {
            status,
            reason: error.to_string(),
        }
    }
}

/// Reads pages for one turn.
pub(super) struct Reader {
    outbound: Outbound,
    settings: Arc<UrlContextSettings>,
    extraction: Extraction,
    robots: RobotsFiles,
}

impl Reader {
    pub(super) fn new(outbound: Outbound, settings: Arc<UrlContextSettings>, extraction: Extraction) -> Self {
        let robots = RobotsFiles::new(outbound.clone(), settings.robots_agent.clone());
        Self {
            outbound,
            settings,
            extraction,
            robots,
        }
    }

    /// Reads one page; parsing it ends at `deadline`.
    pub(super) async fn read(&self, text: &str, deadline: Instant) -> Result<Page, Failure> {
        let url = Url::parse(text.trim())
            .map_err(|_| Failure::error("it is not a full URL, such as https://example.com/page"))?;
        self.outbound.check(&url).map_err(Error::from)?;
        self.robots.allow(&url).await?;
        let fetched = self.fetch(url.clone()).await?;
        if fetched.url != url {
            self.robots.allow(&fetched.url).await?;
        }
        self.extract(fetched, deadline).await
    }

    async fn fetch(&self, url: Url) -> Result<Fetched, Failure> {
        let request = self.outbound.request(Method::GET, url).map_err(Error::from)?;
        let fetched = self
            .outbound
            .fetch_if(request.header(ACCEPT, ACCEPTED), |status, headers| {
                status.is_success().then(|| self.limit(headers)).flatten()
            })
            .await?
            .error_for_status()?;
        match media(&fetched.headers) {
            Some(_) => Ok(fetched),
            None => Err(Failure::error(format!(
                "its content type is {}, which is neither HTML nor PDF nor text",
                content_type(&fetched.headers)
            ))),
        }
    }

    fn limit(&self, headers: &HeaderMap) -> Option<usize> {
        media(headers).map(|media| match media {
            Media::Html | Media::Text => self.settings.max_text_bytes,
            Media::Pdf => self.settings.max_pdf_bytes,
            Media::Unknown => self.settings.max_text_bytes.max(self.settings.max_pdf_bytes),
        })
    }

    async fn extract(&self, fetched: Fetched, deadline: Instant) -> Result<Page, Failure> {
        let declared = content_type(&fetched.headers).to_owned();
        let media = match media(&fetched.headers).unwrap_or(Media::Unknown) {
            Media::Unknown => Media::sniff(&fetched.body).ok_or_else(|| Failure::error("it is not text"))?,
            known => known,
        };
        let Fetched { url, body, .. } = fetched;
        let fallback = name_of(&url);
        let max_characters = self.settings.max_characters;
        let mut page = match media {
            Media::Html => {
                let read = move |end| html::read(&decode(&body, &declared, true), &url, end);
                self.extraction.html(deadline, read).await?
            }
            Media::Pdf => {
                let read = move |end| pdf::read(&body, max_characters, end);
                self.extraction.pdf(deadline, read).await?
            }
            Media::Text | Media::Unknown => Page {
                title: String::new(),
                text: decode(&body, &declared, false),
                cut: false,
            },
        };
        page.text = clean(&page.text);
        page.title = clean(&page.title).split_whitespace().collect::<Vec<_>>().join(" ");
        if page.text.is_empty() {
            return Err(Failure::error("it holds no text"));
        }
        if page.title.is_empty() {
            page.title = fallback;
        }
        Ok(page)
    }
}

fn content_type(headers: &HeaderMap) -> &str {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn media(headers: &HeaderMap) -> Option<Media> {
    Media::of(content_type(headers))
}

/// What a page without a title is called.
fn name_of(url: &Url) -> String {
    let last = url.path_segments().and_then(|mut segments| segments.next_back());
    match last.filter(|name| !name.is_empty()) {
        Some(name) => name.to_owned(),
        None => url.host_str().unwrap_or_default().to_owned(),
    }
}

/// Without control characters and surrounding white space.
fn clean(text: &str) -> String {
    text.trim()
        .chars()
        .filter(|character| !character.is_control() || matches!(character, '\n' | '\t'))
        .collect()
}
