use futures::future::BoxFuture;
use reqwest::header::{ACCEPT, HeaderName};
use serde::Deserialize;

use super::{Error, Hit, Limits, Query, SearchBackend, http::Asker, local::plain_text};

const NAME: &str = "Brave Search";
/// The API takes so many words.
const MAX_WORDS: usize = 50;
/// The API gives so many results.
const MAX_RESULTS: usize = 20;

/// Brave's Web Search API.
#[derive(Debug, Clone)]
pub struct Brave {
    asker: Asker,
}

#[derive(Deserialize)]
struct Answer {
    /// Missing when nothing was found.
    web: Option<Web>,
}

#[derive(Deserialize)]
struct Web {
    #[serde(default)]
    results: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    url: Option<String>,
    title: Option<String>,
    description: Option<String>,
    /// With some plans only.
    #[serde(default)]
    extra_snippets: Vec<String>,
}

impl Brave {
    /// Where the API is.
    pub const URL: &str = "https://api.search.brave.com";

    /// The API at `url` ([`Brave::URL`]), with the operator's subscription token.
    ///
    /// # Errors
    /// The address is no web address, or the key cannot be sent.
    pub fn new(url: &str, key: &str, limits: Limits) -> Result<Self, Error> {
        let key = (HeaderName::from_static("x-subscription-token"), key.to_owned());
        Ok(Self {
            asker: Asker::new(NAME, url, &["res", "v1", "web", "search"], Some(key), limits)?,
        })
    }
}

impl SearchBackend for Brave {
    fn name(&self) -> &'static str {
        NAME
    }

    fn search(&self, query: Query) -> BoxFuture<'static, Result<Vec<Hit>, Error>> {
        let asker = self.asker.clone();
        Box::pin(async move {
            let words: Vec<&str> = query.text.split_whitespace().take(MAX_WORDS).collect();
            let request = asker.get(&[
                ("q", &words.join(" ")),
                ("count", &query.limit.clamp(1, MAX_RESULTS).to_string()),
                ("result_filter", "web"),
                ("text_decorations", "false"),
            ]);
            let request = request.header(ACCEPT, "application/json");
            let answer: Answer = asker.ask(request).await?;
            let found = answer.web.map(|web| web.results).unwrap_or_default();
            let hits = found.into_iter().filter_map(|found| {
                let mut snippet = found.description.unwrap_or_default();
                for extra in found.extra_snippets {
                    snippet.push_str(" … ");
                    snippet.push_str(&extra);
                }
                // The texts are HTML.
                let title = plain_text(&found.title.unwrap_or_default());
                Hit::web(&found.url?, &title, &plain_text(&snippet))
            });
            Ok(hits.take(query.limit).collect())
        })
    }
}
