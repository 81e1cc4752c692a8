use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use tokio::time::Instant;

use super::{Error, Hit, Query, SearchBackend, SearchKind};

/// How often a backend may be asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Searches a minute, in the long run; more than 0.
    pub per_minute: f64,
    /// Searches at once, after a pause; at least 1.
    pub burst: u32,
}

impl Default for Rate {
    fn default() -> Self {
        Self {
            per_minute: 60.0,
            burst: 20,
        }
    }
}

/// Keeps a backend within a rate. A search beyond it fails at once: the model can do with fewer, a queue could only grow.
pub struct Limited {
    backend: Arc<dyn SearchBackend>,
    rate: Rate,
    bucket: Mutex<Bucket>,
}

struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Limited {
    /// Keeps `backend` within `rate`, counted over all conversations.
    pub fn new(backend: Arc<dyn SearchBackend>, rate: Rate) -> Self {
        Self {
            backend,
            rate,
            bucket: Mutex::new(Bucket {
                tokens: f64::from(rate.burst.max(1)),
                filled: Instant::now(),
            }),
        }
    }

    /// Takes a token; else says after how many seconds there is one.
    fn take(&self) -> Result<(), u64> {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let per_second = self.rate.per_minute.max(f64::MIN_POSITIVE) / 60.0;
        let gained = now.duration_since(bucket.filled).as_secs_f64() * per_second;
        bucket.tokens = (bucket.tokens + gained).min(f64::from(self.rate.burst.max(1)));
        bucket.filled = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        // A float beyond the range becomes the range's end.
        Err(((1.0 - bucket.tokens) / per_second).ceil() as u64)
    }
}

impl SearchBackend for Limited {
    fn name(&self) -> &'static str {
        self.backend.name()
    }

    fn finds(&self, kind: SearchKind) -> bool {
        self.backend.finds(kind)
    }

    fn search(&self, query: Query) -> BoxFuture<'static, Result<Vec<Hit>, Error>> {
        match self.take() {
            Ok(()) => self.backend.search(query),
            Err(seconds) => {
                let backend = self.backend.name();
                Box::pin(async move { Err(Error::RateLimited { backend, seconds }) })
            }
        }
    }
}
