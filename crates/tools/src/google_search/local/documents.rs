use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use tokio::task::spawn_blocking;
use url::Url;

use super::{
    index::{Index, Match},
    scan::{Rescan, scan},
};
use crate::google_search::{Error, Hit, Query, SearchBackend, http::endpoint};

/// What it is called in messages.
const NAME: &str = "the document search";
/// The most characters of a passage.
const MAX_PASSAGE: usize = 2_000;

/// Which folder is searched, and where its index is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalConfig {
    /// The documents: `.md`, `.markdown`, `.txt`, `.html` and `.htm` files, in folders below too; no hidden ones, no links.
    pub folder: PathBuf,
    /// The index, a file that nobody else uses; its folder is made when it is missing.
    pub index: PathBuf,
    /// Where readers of citations find the documents: the address that stands for the folder. `file://` when `None`.
    pub base_url: Option<String>,
}

/// Searches a folder of documents. Cheap to clone.
#[derive(Clone)]
pub struct LocalDocuments {
    shared: Arc<Shared>,
}

struct Shared {
    folder: PathBuf,
    base_url: Option<Url>,
    writer: Mutex<Index>,
    reader: Mutex<Index>,
    /// Scans that are running.
    scans: AtomicUsize,
}

impl LocalDocuments {
    /// Opens the index, and makes it when there is none. It finds what it found when it was last closed;
    /// [`LocalDocuments::rescan`] brings it up to date. Blocks for as long as that takes, which is short.
    ///
    /// # Errors
    /// The folder cannot be used, the index cannot be made, or the address is no web address.
    pub fn open(config: LocalConfig) -> Result<Self, Error> {
        let LocalConfig {
            folder,
            index,
            base_url,
        } = config;
        let base_url = base_url.map(|base| endpoint(NAME, &base, &[])).transpose()?;
        let unusable = |path: &PathBuf| {
            let path = path.clone();
            move |source| Error::Folder { path, source }
        };
        let folder = folder.canonicalize().map_err(unusable(&folder))?;
        std::fs::read_dir(&folder).map_err(unusable(&folder))?;
        if let Some(parent) = index.parent() {
            std::fs::create_dir_all(parent).map_err(unusable(&index))?;
        }
        let writer = Index::open(&index, &folder.to_string_lossy())?;
        Ok(Self {
            shared: Arc::new(Shared {
                folder,
                base_url,
                writer: Mutex::new(writer),
                reader: Mutex::new(Index::connect(&index)?),
                scans: AtomicUsize::new(0),
            }),
        })
    }

    /// Brings the index up to the folder's state: reads what is new or changed, forgets what is gone. Searches go on
    /// meanwhile. Dropping the future stops the scan after the document it is at; what it read stays.
    ///
    /// # Errors
    /// The folder cannot be read (the index stays as it is), or the index failed.
    pub async fn rescan(&self) -> Result<Rescan, Error> {
        let shared = Arc::clone(&self.shared);
        let stop = StopOnDrop(Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop.0);
        let running = Running::begin(Arc::clone(&self.shared));
        let done = spawn_blocking(move || {
            let _running = running;
            let mut index = shared.writer.lock().unwrap_or_else(PoisonError::into_inner);
            scan(&mut index, &shared.folder, &stopped)
        })
        .await
        .map_err(Error::Stopped)??;
        tracing::info!(
            search.documents = done.documents,
            search.read = done.read,
            search.removed = done.removed,
            search.skipped = done.skipped,
            "the documents are indexed"
        );
        Ok(done)
    }

    /// Rescans now and `pause` after each scan, for as long as the future is polled. Failures are logged.
    pub async fn keep_fresh(&self, pause: Duration) {
        loop {
            if let Err(error) = self.rescan().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the documents could not be indexed"
                );
            }
            tokio::time::sleep(pause).await;
        }
    }
}

impl Shared {
    fn hit(&self, found: Match) -> Option<Hit> {
        let Match { path, title, passage } = found;
        let url = match &self.base_url {
            Some(base) => {
                let mut url = base.clone();
                url.path_segments_mut().ok()?.pop_if_empty().extend(
                    std::path::Path::new(&path)
                        .iter()
                        .map(|part| part.to_string_lossy().into_owned()),
                );
                url
            }
            None => Url::from_file_path(self.folder.join(&path)).ok()?,
        };
        let mut hit = Hit::new(url, &title, "");
        // Lines matter in a document: lists, tables, code.
        hit.snippet = passage.chars().take(MAX_PASSAGE).collect();
        Some(hit)
    }
}

impl SearchBackend for LocalDocuments {
    fn name(&self) -> &'static str {
        NAME
    }

    fn search(&self, query: Query) -> BoxFuture<'static, Result<Vec<Hit>, Error>> {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            spawn_blocking(move || {
                let reader = shared.reader.lock().unwrap_or_else(PoisonError::into_inner);
                let scanning = shared.scans.load(Ordering::Acquire) > 0;
                let matches = reader.search(&query.text, query.limit)?;
                if matches.is_empty() && scanning {
                    return Err(Error::Indexing);
                }
                Ok(matches.into_iter().filter_map(|found| shared.hit(found)).collect())
            })
            .await
            .map_err(Error::Stopped)?
        })
    }
}

/// Counts a scan for as long as it runs.
struct Running(Arc<Shared>);

impl Running {
    fn begin(shared: Arc<Shared>) -> Self {
        shared.scans.fetch_add(1, Ordering::AcqRel);
        Self(shared)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.scans.fetch_sub(1, Ordering::AcqRel);
    }
}

struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
