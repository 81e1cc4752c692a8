use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use antiphon_tools::google_search::{
    Brave, Error, Exa, Limited, Limits, LocalConfig, LocalDocuments, Rate, SearchBackend, Searxng, Tavily,
};
use anyhow::Context as _;

use crate::options::{Key, SearchOptions};

/// The index, in the data folder.
const INDEX: &str = "search/documents.sqlite";
/// How long changes to the documents may stay unseen.
pub(crate) const RESCAN_PAUSE: Duration = Duration::from_secs(60);
/// The server's own index costs nobody anything; it is only kept from being flooded.
const LOCAL_RATE: Rate = Rate {
    per_minute: 1200.0,
    burst: 200,
};
/// Of the searches of a minute, so many may come at once.
const BURST_PART: u32 = 3;

/// What the settings name.
#[derive(Default)]
pub(crate) struct Backends {
    /// All of them, each within its rate.
    pub(crate) backends: Vec<Arc<dyn SearchBackend>>,
    /// The folder of documents among them, to be kept fresh.
    pub(crate) documents: Option<LocalDocuments>,
}

/// Opens what the settings name. Asks no server anything.
pub(crate) fn backends(options: &SearchOptions, data_dir: &Path) -> anyhow::Result<Backends> {
    let mut found = Backends::default();
    if let Some(folder) = &options.documents {
        let config = LocalConfig {
            folder: folder.clone(),
            index: data_dir.join(INDEX),
            base_url: options.documents_url.clone(),
        };
        let documents = LocalDocuments::open(config)
            .with_context(|| format!("--search-documents {} cannot be searched", folder.display()))?;
        found
            .backends
            .push(Arc::new(Limited::new(Arc::new(documents.clone()), LOCAL_RATE)));
        found.documents = Some(documents);
    }
    let rate = rate(options);
    for backend in servers(options)? {
        found.backends.push(Arc::new(Limited::new(backend, rate)));
    }
    Ok(found)
}

/// The search servers that the settings name.
pub(crate) fn servers(options: &SearchOptions) -> anyhow::Result<Vec<Arc<dyn SearchBackend>>> {
    let limits = Limits::default();
    let mut servers: Vec<Arc<dyn SearchBackend>> = Vec::new();
    if let Some(url) = &options.searxng {
        let searxng = Searxng::new(url, limits).with_context(|| format!("--search-searxng {url} is wrong"))?;
        servers.push(Arc::new(searxng));
    }
    let brave = |key: &str| Brave::new(Brave::URL, key, limits).map(shared);
    let tavily = |key: &str| Tavily::new(Tavily::URL, key, limits).map(shared);
    let exa = |key: &str| Exa::new(Exa::URL, key, limits).map(shared);
    servers.extend(with_key(
        "ANTIPHON_SEARCH_BRAVE_KEY",
        options.brave_key.as_ref(),
        brave,
    )?);
    servers.extend(with_key(
        "ANTIPHON_SEARCH_TAVILY_KEY",
        options.tavily_key.as_ref(),
        tavily,
    )?);
    servers.extend(with_key("ANTIPHON_SEARCH_EXA_KEY", options.exa_key.as_ref(), exa)?);
    Ok(servers)
}

fn shared(backend: impl SearchBackend + 'static) -> Arc<dyn SearchBackend> {
    Arc::new(backend)
}

/// The backend, when there is a key for it.
fn with_key(
    variable: &str,
    file: Option<&Key>,
    open: impl FnOnce(&str) -> Result<Arc<dyn SearchBackend>, Error>,
) -> anyhow::Result<Option<Arc<dyn SearchBackend>>> {
    Key::of(variable, file)
        .map(|key| open(&key))
        .transpose()
        .with_context(|| format!("the key of {variable} cannot be used"))
}

fn rate(options: &SearchOptions) -> Rate {
    options.per_minute.map_or_else(Rate::default, |count| Rate {
        per_minute: f64::from(count.get()),
        burst: (count.get() / BURST_PART).max(1),
    })
}
