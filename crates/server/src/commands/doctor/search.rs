use std::path::Path;

use antiphon_tools::google_search::{Query, SearchBackend, SearchKind};

use super::report::Finding;
use crate::options::SearchOptions;
use crate::terminal::causes;
use crate::wiring::tools::search::servers;

/// What is searched for; every search engine knows it.
const QUESTION: &str = "weather";

/// What `google_search` searches: the folder is looked at, each server is asked one question.
pub(super) async fn look(options: &SearchOptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(folder) = &options.documents {
        findings.push(documents(folder));
    }
    match servers(options) {
        Ok(servers) => {
            for server in servers {
                findings.push(ask(server.as_ref()).await);
            }
        }
        Err(error) => findings.push(Finding::bad("search", causes(&error))),
    }
    if findings.is_empty() {
        let said = "nothing to search is named, so `google_search` is refused";
        findings.push(Finding::open("search", said).mend(
            "name a folder with --search-documents FOLDER, a SearXNG with --search-searxng URL, or a key with \
             ANTIPHON_SEARCH_BRAVE_KEY, ANTIPHON_SEARCH_TAVILY_KEY or ANTIPHON_SEARCH_EXA_KEY",
        ));
    }
    findings
}

fn documents(folder: &Path) -> Finding {
    match std::fs::read_dir(folder) {
        Ok(_) => Finding::good("search", format!("the documents in {}", folder.display())),
        Err(error) => Finding::bad(
            "search",
            format!("the documents in {} cannot be read: {error}", folder.display()),
        )
        .mend("name another folder with --search-documents, or give yourself the right to read this one"),
    }
}

async fn ask(server: &dyn SearchBackend) -> Finding {
    let query = Query {
        text: QUESTION.to_owned(),
        kind: SearchKind::Web,
        limit: 1,
    };
    match server.search(query).await {
        Ok(hits) if hits.is_empty() => Finding::open("search", format!("{} answers and found nothing", server.name())),
        Ok(_) => Finding::good("search", format!("{} answers", server.name())),
        Err(error) => {
            Finding::bad("search", error.to_string()).mend("start it, or check its address or key under [search]")
        }
    }
}
