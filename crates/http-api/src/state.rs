use std::sync::Arc;
use std::time::Duration;

use antiphon_turn_engine::TurnEngine;
use antiphon_webhooks::Webhooks;

use crate::extract::Authority;

/// Bounds of the HTTP surface.
#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    /// The most bytes of a body.
    pub body_bytes: usize,
    /// How long a stream stays silent before a keep-alive comment is sent.
    pub keep_alive: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            body_bytes: 100 * 1024 * 1024,
            keep_alive: Duration::from_secs(15),
        }
    }
}

/// What every handler can reach. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    /// Runs turns.
    pub engine: TurnEngine,
    /// Tells receivers of what is over.
    pub webhooks: Webhooks,
    /// Who may do what.
    pub authority: Arc<Authority>,
    /// Bounds.
    pub limits: HttpLimits,
    /// Prints the metrics in Prometheus' text format.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// The server's version, for `/`.
    pub version: &'static str,
}
