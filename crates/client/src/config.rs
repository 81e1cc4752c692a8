use std::fmt;
use std::time::Duration;

/// A server and how to talk to it.
#[derive(Clone)]
pub struct Config {
    /// Its address, without a version.
    pub base_url: String,
    /// Sent as `x-goog-api-key`.
    pub api_key: Option<String>,
    /// The version in the paths.
    pub version: String,
    /// The longest wait for a connection.
    pub connect_timeout: Duration,
    /// The longest silence of a stream; the server sends keep-alives well within it. Replies that are no stream may take
    /// as long as they take.
    pub idle_timeout: Duration,
    /// The most bytes of one event of a stream, or of one reply.
    pub max_bytes: usize,
}

impl Config {
    /// The usual settings for the server at `base_url`.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            api_key: None,
            version: "v1".to_owned(),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(120),
            max_bytes: 256 << 20,
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            base_url,
            api_key,
            version,
            connect_timeout,
            idle_timeout,
            max_bytes,
        } = self;
        f.debug_struct("Config")
            .field("base_url", base_url)
            .field("api_key", &api_key.as_ref().map(|_| "…"))
            .field("version", version)
            .field("connect_timeout", connect_timeout)
            .field("idle_timeout", idle_timeout)
            .field("max_bytes", max_bytes)
            .finish()
    }
}
