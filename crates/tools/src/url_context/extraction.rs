use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::page::{Failure, Page};

/// How many pages are parsed at a time, over all conversations.
const HTML_AT_ONCE: usize = 2;

/// A PDF may take much memory for its size.
const PDF_AT_ONCE: usize = 1;

/// Runs parsers on threads of their own, few at a time. Cheap to clone; clones share the bounds.
#[derive(Clone)]
pub(super) struct Extraction {
    html: Arc<Semaphore>,
    pdf: Arc<Semaphore>,
}

impl Extraction {
    pub(super) fn new() -> Self {
        Self {
            html: Arc::new(Semaphore::new(HTML_AT_ONCE)),
            pdf: Arc::new(Semaphore::new(PDF_AT_ONCE)),
        }
    }

    /// Parses HTML; `parse` is told when to stop.
    pub(super) async fn html(&self, deadline: Instant, parse: impl Parse) -> Result<Page, Failure> {
        run(Arc::clone(&self.html), deadline, parse).await
    }

    /// Parses PDF; `parse` is told when to stop.
    pub(super) async fn pdf(&self, deadline: Instant, parse: impl Parse) -> Result<Page, Failure> {
        run(Arc::clone(&self.pdf), deadline, parse).await
    }
}

pub(super) trait Parse: FnOnce(std::time::Instant) -> Result<Page, Failure> + Send + 'static {}

impl<F: FnOnce(std::time::Instant) -> Result<Page, Failure> + Send + 'static> Parse for F {}

async fn run(places: Arc<Semaphore>, deadline: Instant, parse: impl Parse) -> Result<Page, Failure> {
    let late = || Failure::error("it took too long to read");
    let place = timeout_at(deadline, places.acquire_owned()).await.map_err(|_| late())?;
    let parsing = tokio::task::spawn_blocking(move || {
        // The place is free when the thread is done, not when its caller has given up.
        let _place = place;
        parse(deadline.into_std())
    });
    match timeout_at(deadline, parsing).await {
        Ok(Ok(parsed)) => parsed,
        Ok(Err(panicked)) => {
            tracing::warn!(error = %panicked, "a page's parser failed");
            Err(Failure::error("it is damaged"))
        }
        Err(_) => Err(late()),
    }
}
