use std::net::IpAddr;

use url::Url;

/// Why a request made for a model or a user gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule forbids it; nothing was connected to. Trying again is in vain.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The host's name could not be resolved.
    #[error("the name of {host} could not be resolved")]
    Dns {
        /// The host.
        host: String,
        /// What the resolver said.
        source: reqwest::Error,
    },
    /// No connection, or no TLS.
    #[error("could not connect to {host}")]
    Connect {
        /// The host.
        host: String,
        /// What the connection said.
        source: reqwest::Error,
    },
    /// It took longer than [`crate::TimeLimits`] allow.
    #[error("{host} took too long to answer")]
    TimedOut {
        /// The host.
        host: String,
        /// Which limit.
        source: reqwest::Error,
    },
    /// More redirects than the rules allow.
    #[error("{host} redirected too often")]
    TooManyRedirects {
        /// The host that was asked first.
        host: String,
    },
    /// The body is larger than the caller allows, as sent or decompressed.
    #[error("the reply of {host} is larger than {limit} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The bound, in bytes.
        limit: usize,
    },
    /// The body is compressed in a way that was not asked for, or is damaged.
    #[error("the reply of {host} is compressed as `{encoding}` and cannot be read")]
    Encoding {
        /// The host.
        host: String,
        /// The `Content-Encoding`.
        encoding: String,
    },
    /// The reply's status is none of success.
    #[error("{host} answered with status {status}")]
    Status {
        /// The host.
        host: String,
        /// The status.
        status: http::StatusCode,
    },
    /// The request could not be written or the reply not be read.
    #[error("the exchange with {host} failed")]
    Exchange {
        /// The host.
        host: String,
        /// What failed.
        source: reqwest::Error,
    },
    /// The client could not be set up: no TLS, or a `User-Agent` that is no header value.
    #[error("the HTTP client for outgoing requests could not be set up")]
    Client(#[source] reqwest::Error),
}

/// A URL that must not be requested. It tells the host and the rule, not what a name resolved to: that would map the
/// network behind this server for whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{host} is refused: {rule}")]
pub struct Refusal {
    host: String,
    rule: Rule,
}

/// A rule that forbids a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// Neither `http` nor `https`, or `http` where only `https` is allowed.
    #[error("the URL's scheme is not allowed")]
    Scheme,
    /// A user name or password in the URL.
    #[error("a URL must not hold a user name or a password")]
    Credentials,
    /// `localhost`, `.local`, `.internal` and their like.
    #[error("the name is a local one; the server's operator can allow it with `--outbound-allow`")]
    LocalName,
    /// The address, written literally or resolved to, is not public.
    #[error("its address is not a public one; the server's operator can allow it with `--outbound-allow`")]
    Address(IpAddr),
    /// A port that is denied, or another than the allow list names.
    #[error("port {0} is not allowed")]
    Port(u16),
    /// A redirect from `https` to `http`.
    #[error("a redirect from https to http is not followed")]
    Downgrade,
}

impl Refusal {
    pub(crate) fn new(url: &Url, rule: Rule) -> Self {
        Self::of_host(url.host_str().unwrap_or("the URL"), rule)
    }

    pub(crate) fn of_host(host: &str, rule: Rule) -> Self {
        Self {
            host: host.to_owned(),
            rule,
        }
    }

    /// The host that is refused: of the URL, or of a redirect.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The rule.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }
}

/// More redirects than allowed; travels inside a `reqwest::Error`.
#[derive(Debug, thiserror::Error)]
#[error("too many redirects")]
pub(crate) struct TooManyRedirects;

impl Error {
    /// Tells apart what a failed exchange with `url` was.
    pub(crate) fn of_exchange(url: &Url, source: reqwest::Error) -> Self {
        if let Some(refusal) = cause::<Refusal>(&source) {
            return Self::Refused(refusal.clone());
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        if cause::<TooManyRedirects>(&source).is_some() {
            return Self::TooManyRedirects { host };
        }
        // The URL may hold a user's secrets in its query, and errors are logged.
        let source = source.without_url();
        if source.is_timeout() {
            Self::TimedOut { host, source }
        } else if source.is_dns() {
            Self::Dns { host, source }
        } else if source.is_connect() {
            Self::Connect { host, source }
        } else {
            Self::Exchange { host, source }
        }
    }
}

fn cause<'a, T: std::error::Error + 'static>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
