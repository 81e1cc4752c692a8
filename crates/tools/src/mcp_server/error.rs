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
    let text = match error.error.downcast_ref::<StreamableHttpError<reqwest::Error>>() {
        Some(StreamableHttpError::Client(error)) => innermost(error),
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
