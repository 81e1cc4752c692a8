use std::num::NonZeroU32;
use std::path::PathBuf;

use super::key::Key;
use super::layered::layered;

layered! {
    /// `[search]`: what the tool `google_search` searches. All that is configured here is asked at once. Keys are taken from
    /// `ANTIPHON_SEARCH_BRAVE_KEY`, `ANTIPHON_SEARCH_TAVILY_KEY` and `ANTIPHON_SEARCH_EXA_KEY` too.
    #[command(next_help_heading = "[search] what google_search searches")]
    pub(crate) struct SearchOptions {
        /// A folder of documents to search: `.md`, `.txt` and `.html` files, in folders below too.
        #[arg(id = "search_documents", long = "search-documents", env = "ANTIPHON_SEARCH_DOCUMENTS", value_name = "FOLDER")]
        pub(crate) documents: Option<PathBuf>,
        /// Where readers find that folder; citations point there [default: `file://`].
        #[arg(id = "search_documents_url", long = "search-documents-url", env = "ANTIPHON_SEARCH_DOCUMENTS_URL", value_name = "URL")]
        pub(crate) documents_url: Option<String>,
        /// A `SearXNG` instance to search the Web with, such as `http://127.0.0.1:8888`.
        #[arg(id = "search_searxng", long = "search-searxng", env = "ANTIPHON_SEARCH_SEARXNG", value_name = "URL")]
        pub(crate) searxng: Option<String>,
        /// The key of Brave's Web Search API; no flag, since flags are seen by every user of the machine.
        #[arg(skip)]
        pub(crate) brave_key: Option<Key>,
        /// The key of Tavily's API.
        #[arg(skip)]
        pub(crate) tavily_key: Option<Key>,
        /// The key of Exa's API.
        #[arg(skip)]
        pub(crate) exa_key: Option<Key>,
        /// How often a search server is asked at most, for all conversations together [default: 60].
        #[arg(id = "search_per_minute", long = "search-per-minute", env = "ANTIPHON_SEARCH_PER_MINUTE", value_name = "COUNT")]
        pub(crate) per_minute: Option<NonZeroU32>,
    }
}
