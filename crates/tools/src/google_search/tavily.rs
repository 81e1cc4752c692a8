use futures::future::BoxFuture;
use reqwest::header::AUTHORIZATION;
use serde::Deserialize;
use serde_json::json;

use super::{Error, Hit, Limits, Query, SearchBackend, http::Asker};

const NAME: &str = "Tavily";
/// The API gives so many results.
const MAX_RESULTS: usize = 20;

/// Tavily's Search API.
#[derive(Debug, Clone)]
pub struct Tavily {
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
    content: Option<String>,
}

impl Tavily {
    /// Where the API is.
    pub const URL: &str = "https://api.tavily.com";

    /// The API at `url` ([`Tavily::URL`]), with the operator's key.
    ///
    /// # Errors
    /// The address is no web address, or the key cannot be sent.
    pub fn new(url: &str, key: &str, limits: Limits) -> Result<Self, Error> {
        Ok(Self {
            asker: Asker::new(
                NAME,
                url,
                &["search"],
                Some((AUTHORIZATION, format!("Bearer {key}"))),
                limits,
            )?,
        })
    }
}

impl SearchBackend for Tavily {
    fn name(&self) -> &'static str {
        NAME
    }

    fn search(&self, query: Query) -> BoxFuture<'static, Result<Vec<Hit>, Error>> {
        let asker = self.asker.clone();
        Box::pin(async move {
            let body = json!({
                "query": query.text,
                "max_results": query.limit.clamp(1, MAX_RESULTS),
                "search_depth": "basic",
                "include_answer": false,
                "include_raw_content": false,
                "include_images": false,
            });
            let answer: Answer = asker.ask(asker.post(&body)).await?;
            let hits = answer.results.into_iter().filter_map(|found| {
                let (title, content) = (found.title.unwrap_or_default(), found.content.unwrap_or_default());
                Hit::web(&found.url?, &title, &content)
            });
            Ok(hits.take(query.limit).collect())
        })
    }
}
