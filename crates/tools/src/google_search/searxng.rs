use futures::future::BoxFuture;
use serde::Deserialize;

use super::{Error, Hit, Limits, Query, SearchBackend, SearchKind, hit::clean, http::Asker};

const NAME: &str = "SearXNG";

/// A `SearXNG` instance, through its JSON API: `json` must be among `search.formats` in its settings.
#[derive(Debug, Clone)]
pub struct Searxng {
    asker: Asker,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    results: Vec<Found>,
    /// Pairs of an engine and what befell it.
    #[serde(default)]
    unresponsive_engines: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct Found {
    url: Option<String>,
    title: Option<String>,
    content: Option<String>,
    img_src: Option<String>,
}

impl Searxng {
    /// The instance at `url`, such as `http://localhost:8888`.
    ///
    /// # Errors
    /// The address is no web address.
    pub fn new(url: &str, limits: Limits) -> Result<Self, Error> {
        Ok(Self {
            asker: Asker::new(NAME, url, &["search"], None, limits)?,
        })
    }
}

impl SearchBackend for Searxng {
    fn name(&self) -> &'static str {
        NAME
    }

    fn finds(&self, kind: SearchKind) -> bool {
        match kind {
            SearchKind::Web | SearchKind::Image => true,
        }
    }

    fn search(&self, query: Query) -> BoxFuture<'static, Result<Vec<Hit>, Error>> {
        let asker = self.asker.clone();
        Box::pin(async move {
            let category = match query.kind {
                SearchKind::Web => "general",
                SearchKind::Image => "images",
            };
            let request = asker.get(&[("q", &query.text), ("format", "json"), ("categories", category)]);
            let answer: Answer = asker.ask(request).await?;
            if answer.results.is_empty() && !answer.unresponsive_engines.is_empty() {
                let engines: Vec<String> = answer.unresponsive_engines.iter().map(|pair| pair.join(": ")).collect();
                return Err(Error::EnginesFailed {
                    backend: NAME,
                    engines: clean(&engines.join(", "), 300),
                });
            }
            let hits = answer.results.into_iter().filter_map(|found| {
                let (title, content) = (found.title.unwrap_or_default(), found.content.unwrap_or_default());
                let hit = Hit::web(&found.url?, &title, &content)?;
                match (query.kind, found.img_src) {
                    (SearchKind::Image, Some(image)) => Some(hit.with_image(&image)),
                    (SearchKind::Image, None) => None,
                    (SearchKind::Web, _) => Some(hit),
                }
            });
            Ok(hits.take(query.limit).collect())
        })
    }
}
