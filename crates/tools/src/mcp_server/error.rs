use std::error::Error as _;

use rmcp::ServiceError;
use rmcp::service::ClientInitializeError;
use rmcp::transport::DynamicTransportError;
use rmcp::transport::streamable_http_client::StreamableHttpError;

/// The longest part of a foreign text in a message of ours, in bytes.
const MAX_FOREIGN: usize = 400;

/// Why a server could not be used. The texts name no header and no address.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("the session could not be opened: {}", because(.0))]
    Open(#[source] Box<ClientInitializeError>),
    #[error("{}", failure(.0))]
    Request(#[source] Box<ServiceError>),
    #[error("it did not answer within {} s", .0.as_secs())]
    Slow(std::time::Duration),
    #[error("its list of tools is no such list")]
    NoList,
    #[error("its list of tools does not end: more than {0} pages or tools")]
    EndlessList(usize),
}

impl From<ClientInitializeError> for Error {
    fn from(error: ClientInitializeError) -> Self {
        Self::Open(Box::new(error))
    }
}

impl From<ServiceError> for Error {
    fn from(error: ServiceError) -> Self {
        Self::Request(Box::new(error))
    }
}

impl Error {
    /// The field of the declaration that has to become another; `None` where the same may do a little later.
    pub(super) fn field(&self) -> Option<&'static str> {
        match http_failure(self.transport()?)? {
            StreamableHttpError::AuthRequired(_) | StreamableHttpError::InsufficientScope(_) => Some("headers"),
            // A status that is neither 429 nor 5xx, or an answer in no form that the protocol knows.
            StreamableHttpError::UnexpectedServerResponse(_) | StreamableHttpError::UnexpectedContentType(_) => {
                Some("url")
            }
            StreamableHttpError::Client(error) if error.is_dns() => Some("url"),
            _ => None,
        }
    }

    /// What the transport said, where it was the transport that failed.
    fn transport(&self) -> Option<&DynamicTransportError> {
        match self {
            Self::Open(error) => transport_of(error),
            Self::Request(error) => match &**error {
                ServiceError::TransportSend(error) => Some(error),
                _ => None,
            },
            Self::Slow(_) | Self::NoList | Self::EndlessList(_) => None,
        }
    }
}

fn transport_of(error: &ClientInitializeError) -> Option<&DynamicTransportError> {
    match error {
        ClientInitializeError::TransportError { error, .. } => Some(error),
        ClientInitializeError::LegacyFallbackFailed { fallback, .. } => transport_of(fallback),
        _ => None,
    }
}

fn http_failure(error: &DynamicTransportError) -> Option<&StreamableHttpError<reqwest::Error>> {
    error.error.downcast_ref()
}

fn because(error: &ClientInitializeError) -> String {
    match error {
        ClientInitializeError::TransportError { error, .. } => transport(error),
        ClientInitializeError::JsonRpcError(error) => cut(&error.message),
        ClientInitializeError::LegacyFallbackFailed { fallback, .. } => because(fallback),
        other => cut(&other.to_string()),
    }
}

fn failure(error: &ServiceError) -> String {
    match error {
        ServiceError::McpError(error) => format!("it answered with error {}: {}", error.code.0, cut(&error.message)),
        ServiceError::TransportSend(error) => transport(error),
        ServiceError::TransportClosed => "the connection was closed".to_owned(),
        ServiceError::UnexpectedResponse => "its answer is not what the protocol says".to_owned(),
        other => cut(&other.to_string()),
    }
}

fn transport(error: &DynamicTransportError) -> String {
    let text = match http_failure(error) {
        Some(StreamableHttpError::Client(error)) => innermost(error),
        // A status, and behind a colon the body, if there is one.
        Some(StreamableHttpError::UnexpectedServerResponse(said)) => said.trim_end_matches([':', ' ']).to_owned(),
        Some(StreamableHttpError::AuthRequired(_)) => {
            "HTTP 401: it wants authorization; send it in `headers`".to_owned()
        }
        Some(StreamableHttpError::InsufficientScope(_)) => {
            "HTTP 403: the authorization in `headers` does not reach".to_owned()
        }
        Some(other) => other.to_string(),
        None => error.error.to_string(),
    };
    cut(&text)
}

/// The cause at the bottom: what is above it repeats the address.
fn innermost(error: &reqwest::Error) -> String {
    if let Some(status) = error.status() {
        return format!("HTTP {status}");
    }
    let Some(mut cause) = error.source() else {
        return "the request failed".to_owned();
    };
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

fn cut(text: &str) -> String {
    let end = text.floor_char_boundary(MAX_FOREIGN);
    text[..end].to_owned()
}
