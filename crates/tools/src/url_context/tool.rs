use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use antiphon_interaction::{Content, Json, ServerToolResult, Step, UrlArguments, UrlContextCall};
use antiphon_model_engine::FunctionDeclaration;
use futures::StreamExt;
use futures::future::BoxFuture;
use tokio::time::Instant;

use super::page::{Failure, Page, Reader};
use super::settings::UrlContextSettings;
use super::share::{beginning, share};
use crate::{Call, Conduct, Outcome, Source, Tool};

/// What a call may take beyond the time its pages have: the caller drops a call that is late, with all its pages.
const GRACE: Duration = Duration::from_secs(5);

/// The longest URL.
const MAX_URL_BYTES: usize = 4096;

/// Reads pages in one turn.
pub(super) struct UrlTool {
    declaration: FunctionDeclaration,
    turn: Arc<Turn>,
}

/// What the calls of a turn share.
struct Turn {
    settings: Arc<UrlContextSettings>,
    reader: Reader,
    /// How many more URLs the turn may read.
    left: AtomicUsize,
}

/// What came of one URL.
struct Read {
    url: String,
    page: Result<Page, Failure>,
}

impl UrlTool {
    pub(super) fn new(settings: Arc<UrlContextSettings>, reader: Reader) -> Self {
        let left = AtomicUsize::new(settings.max_urls);
        Self {
            declaration: declaration(settings.max_urls),
            turn: Arc::new(Turn { settings, reader, left }),
        }
    }
}

fn declaration(max_urls: usize) -> FunctionDeclaration {
    FunctionDeclaration {
        name: "url_context".to_owned(),
        description: Some(format!(
            "Reads web pages and PDF documents by their URLs and returns their text. Up to {max_urls} URLs in all."
        )),
        parameters: Some(Json::from(serde_json::json!({
            "type": "object",
            "properties": {
                "urls": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "Full URLs, such as https://example.com/page",
                },
            },
            "required": ["urls"],
        }))),
    }
}

impl Tool for UrlTool {
    fn declaration(&self) -> &FunctionDeclaration {
        &self.declaration
    }

    fn conduct(&self) -> Conduct {
        Conduct {
            idempotent: true,
            parallel: true,
            time_limit: self.turn.settings.time_limit + GRACE,
        }
    }

    fn call_step(&self, id: &str, arguments: &Json) -> Result<Step, String> {
        let urls = urls(arguments, self.turn.settings.max_urls)?;
        Ok(Step::UrlContextCall(UrlContextCall {
            id: id.to_owned(),
            arguments: Some(UrlArguments { urls }),
            signature: None,
        }))
    }

    fn refused_step(&self, id: &str) -> Step {
        Step::UrlContextCall(UrlContextCall {
            id: id.to_owned(),
            ..UrlContextCall::default()
        })
    }

    fn failed_step(&self, call_id: &str, _message: &str) -> Step {
        result_step(call_id.to_owned(), &[], true)
    }

    fn run(&self, call: Call) -> BoxFuture<'static, Outcome> {
        let turn = Arc::clone(&self.turn);
        Box::pin(async move {
            // `call_step` was fine, so there are URLs.
            let urls = urls(&call.arguments, turn.settings.max_urls).unwrap_or_default();
            let reads = turn.read_all(urls).await;
            outcome(call.id, reads, turn.settings.max_characters)
        })
    }
}

impl Turn {
    async fn read_all(&self, urls: Vec<String>) -> Vec<Read> {
        let wanted = urls.len();
        let take = |left: usize| Some(left - left.min(wanted));
        let granted = match self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take) {
            Ok(left) | Err(left) => left.min(wanted),
        };
        let deadline = Instant::now() + self.settings.time_limit;
        let reads = urls.into_iter().enumerate().map(|(index, url)| async move {
            let page = if index < granted {
                match tokio::time::timeout_at(deadline, self.reader.read(&url, deadline)).await {
                    Ok(page) => page,
                    Err(_) => Err(Failure::error("it was not read in time")),
                }
            } else {
                let limit = self.settings.max_urls;
                Err(Failure::error(format!(
                    "a request may read {limit} URLs, and they are used up"
                )))
            };
            Read { url, page }
        });
        futures::stream::iter(reads)
            .buffered(self.settings.parallel.max(1))
            .collect()
            .await
    }
}

/// The URLs of a call, each once.
fn urls(arguments: &Json, max_urls: usize) -> Result<Vec<String>, String> {
    let wanted = match arguments.value().get_mut("urls").map(serde_json::Value::take) {
        Some(serde_json::Value::Array(urls)) => urls,
        // Small models often give the one URL they mean.
        Some(url @ serde_json::Value::String(_)) => vec![url],
        _ => return Err("`urls` must be a list of URLs".to_owned()),
    };
    if wanted.is_empty() || wanted.len() > max_urls {
        return Err(format!("`urls` must hold between 1 and {max_urls} URLs"));
    }
    let mut urls = Vec::with_capacity(wanted.len());
    for url in wanted {
        match url {
            serde_json::Value::String(url) if url.len() <= MAX_URL_BYTES => {
                if !urls.contains(&url) {
                    urls.push(url);
                }
            }
            serde_json::Value::String(_) => return Err(format!("a URL is longer than {MAX_URL_BYTES} bytes")),
            _ => return Err("every entry of `urls` must be a string".to_owned()),
        }
    }
    Ok(urls)
}

fn outcome(call_id: String, reads: Vec<Read>, budget: usize) -> Outcome {
    let total = reads.len();
    let statuses: Vec<serde_json::Value> = reads
        .iter()
        .map(|read| {
            let status = match &read.page {
                Ok(_) => "success",
                Err(failure) => failure.status.as_str(),
            };
            serde_json::json!({"url": read.url, "status": status})
        })
        .collect();
    let mut unread = String::new();
    let mut pages = Vec::with_capacity(total);
    for read in reads {
        match read.page {
            Ok(page) => pages.push((read.url, page)),
            Err(failure) => {
                // Writing to a string does not fail.
                let _ = write!(unread, "\n- {}: {}", read.url, failure.reason);
            }
        }
    }
    let mut text = format!("{} of {total} URLs read.", pages.len());
    if !unread.is_empty() {
        text.push_str(" Not read:");
        text.push_str(&unread);
    }
    let is_error = pages.is_empty();
    Outcome {
        sources: sources(pages, budget),
        is_error,
        ..Outcome::new(result_step(call_id, &statuses, is_error), vec![Content::text(text)])
    }
}

fn sources(pages: Vec<(String, Page)>, budget: usize) -> Vec<Source> {
    let lengths: Vec<usize> = pages.iter().map(|(_, page)| page.text.chars().count()).collect();
    let shares = share(&lengths, budget);
    pages
        .into_iter()
        .zip(lengths.into_iter().zip(shares))
        .map(|((url, page), (length, share))| {
            let mut passage = beginning(&page.text, share).to_owned();
            if share < length {
                let _ = write!(passage, "\n\n[Cut: this is the beginning of {length} characters.]");
            } else if page.cut {
                passage.push_str("\n\n[Cut: the document goes on.]");
            }
            Source {
                url,
                title: page.title,
                passage,
            }
        })
        .collect()
}

fn result_step(call_id: String, statuses: &[serde_json::Value], is_error: bool) -> Step {
    Step::UrlContextResult(ServerToolResult {
        call_id,
        result: Some(Json::from(serde_json::Value::from(statuses))),
        is_error: is_error.then_some(true),
        signature: None,
    })
}
