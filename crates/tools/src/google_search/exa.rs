use futures::future::BoxFuture;
use reqwest::header::HeaderName;
use serde::Deserialize;
use serde_json::json;

use super::{Error, Hit, Limits, Query, SearchBackend, http::Asker};

const NAME: &str = "Exa";
/// The API gives so many results.
const MAX_RESULTS: usize = 100;

/// Exa's Search API.
#[derive(Debug, Clone)]
pub struct Exa {
    asker: Asker,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    results: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    url: Option<String>,
    title: Option<String>,
    highlights: Option<Vec<String>>,
    summary: Option<String>,
    text: Option<String>,
}

impl Exa {
    /// Where the API is.
    pub const URL: &str = "https://api.exa.ai";

    /// The API at `url` ([`Exa::URL`]), with the operator's key.
    ///
    /// # Errors
    /// The address is no web address, or the key cannot be sent.
    pub fn new(url: &str, key: &str, limits: Limits) -> Result<Self, Error> {
        let key = (HeaderName::from_static("x-api-key"), key.to_owned());
        Ok(Self {
            asker: Asker::new(NAME, url, &["search"], Some(key), limits)?,
        })
    }
}

impl SearchBackend for Exa {
    fn name(&self) -> &'static str {
        NAME
    }

    fn search(&self, query: Query) -> BoxFuture<'static, Result<Vec<Hit>, Error>> {
        let asker = self.asker.clone();
        Box::pin(async move {
            let body = json!({
                "query": query.text,
                "type": "auto",
                "numResults": query.limit.clamp(1, MAX_RESULTS),
                "contents": {"highlights": true},
            });
            let answer: Answer = asker.ask(asker.post(&body)).await?;
            let hits = answer.results.into_iter().filter_map(|found| {
                let highlights = found.highlights.filter(|highlights| !highlights.is_empty());
                let snippet = highlights.map(|highlights| highlights.join(" … "));
                let snippet = snippet.or(found.summary).or(found.text).unwrap_or_default();
                Hit::web(&found.url?, &found.title.unwrap_or_default(), &snippet)
            });
            Ok(hits.take(query.limit).collect())
        })
    }
}
