//! Errors as HTTP. The only file that knows which status an error has.

use std::time::Duration;

use antiphon_interaction::{ApiError, ErrorBody, ErrorCode};
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::strict::Violation;

/// Messages quote what was sent; no more of it than this comes back.
const LONGEST_MESSAGE: usize = 2_000;

/// Why a request was not served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Turn(#[from] antiphon_turn_engine::Error),
    #[error(transparent)]
    Webhook(#[from] antiphon_webhooks::Error),
    #[error("{0}")]
    Violation(Violation),
    #[error("the body is larger than {limit} bytes; send less, or raise `--max-body-bytes`")]
    TooLarge { limit: usize },
    #[error("the body could not be read: {0}")]
    Body(#[source] axum::Error),
    #[error("the content type is `{found}`; send the body as JSON with `content-type: application/json`")]
    ContentType { found: String },
    #[error("the body is compressed (`content-encoding: {found}`), which this server does not take; send it as it is")]
    ContentEncoding { found: String },
    #[error("{path}: {message}")]
    Parameter { path: &'static str, message: String },
    #[error("{0}")]
    Unauthenticated(&'static str),
    #[error("{0}")]
    Forbidden(String),
    #[error(
        "there is nothing at this path; the API is at /v1/interactions, /v1/models and /v1/webhooks, and / tells more"
    )]
    NoRoute,
    #[error(
        "`{verb}` belongs to another API; this server speaks the Interactions API: `POST /v1/interactions`, in the SDKs `client.interactions.create`"
    )]
    OtherApi { verb: String },
    /// What is allowed, as `Allow` has it; left out where the router knows it.
    #[error("this path does not take this method; it takes {allowed}")]
    Method { allowed: String },
}

impl Error {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Turn(error) => error.code(),
            Self::Webhook(error) => error.code(),
            Self::Violation(_)
            | Self::Body(_)
            | Self::ContentType { .. }
            | Self::ContentEncoding { .. }
            | Self::Parameter { .. }
            | Self::Method { .. } => ErrorCode::InvalidRequest,
            Self::TooLarge { .. } => ErrorCode::RequestTooLarge,
            Self::Unauthenticated(_) => ErrorCode::Authentication,
            Self::Forbidden(_) => ErrorCode::PermissionDenied,
            Self::NoRoute | Self::OtherApi { .. } => ErrorCode::NotFound,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Turn(error) => error.retry_after(),
            Self::Webhook(_)
            | Self::Violation(_)
            | Self::TooLarge { .. }
            | Self::Body(_)
            | Self::ContentType { .. }
            | Self::ContentEncoding { .. }
            | Self::Parameter { .. }
            | Self::Unauthenticated(_)
            | Self::Forbidden(_)
            | Self::NoRoute
            | Self::OtherApi { .. }
            | Self::Method { .. } => None,
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let code = self.code();
        let status = match self {
            Self::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::ContentEncoding { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            _ => status(&code),
        };
        if status.is_server_error() {
            let mut causes = Vec::new();
            let mut cause = std::error::Error::source(&self);
            while let Some(error) = cause {
                causes.push(error.to_string());
                cause = error.source();
            }
            let causes = (!causes.is_empty()).then(|| tracing::field::debug(causes));
            tracing::error!(error.code = %code, error.message = %self, error.causes = causes, "a request failed");
        }
        let mut message = self.to_string();
        if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
            message.truncate(end);
            message.push('…');
        }
        let allow = match &self {
            Self::Method { allowed } if !allowed.is_empty() => HeaderValue::from_str(allowed).ok(),
            _ => None,
        };
        let body = ErrorBody {
            error: ApiError::new(code, message),
        };
        let mut response = (status, Json(body)).into_response();
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        if let Some(after) = self.retry_after() {
            let seconds = after.as_secs().max(1);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The HTTP status of an error code.
fn status(code: &ErrorCode) -> StatusCode {
    match code {
        ErrorCode::InvalidRequest
        | ErrorCode::FailedPrecondition
        | ErrorCode::ParameterUnknown
        | ErrorCode::MissingThoughtSignature
        | ErrorCode::Safety
        | ErrorCode::Recitation
        | ErrorCode::Language
        | ErrorCode::ProhibitedContent
        | ErrorCode::Spii
        | ErrorCode::Blocklist
        | ErrorCode::ImageSafety
        | ErrorCode::ImageProhibitedContent
        | ErrorCode::ImageRecitation
        | ErrorCode::ImageOther
        | ErrorCode::ContentBlocked => StatusCode::BAD_REQUEST,
        ErrorCode::Authentication => StatusCode::UNAUTHORIZED,
        ErrorCode::PaymentRequired => StatusCode::PAYMENT_REQUIRED,
        ErrorCode::PermissionDenied => StatusCode::FORBIDDEN,
        ErrorCode::NotFound | ErrorCode::ModelNotFound => StatusCode::NOT_FOUND,
        ErrorCode::AlreadyExists | ErrorCode::Aborted => StatusCode::CONFLICT,
        ErrorCode::RequestTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::OutOfRange => StatusCode::RANGE_NOT_SATISFIABLE,
        ErrorCode::RateLimitExceeded | ErrorCode::QuotaExceeded | ErrorCode::TooManyRequests => {
            StatusCode::TOO_MANY_REQUESTS
        }
        // 499, which has no name in the registry.
        ErrorCode::Cancelled => StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
        ErrorCode::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        ErrorCode::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::DeadlineExceeded | ErrorCode::GatewayTimeout => StatusCode::GATEWAY_TIMEOUT,
        ErrorCode::ApiError
        | ErrorCode::MalformedFunctionCall
        | ErrorCode::MalformedToolCall
        | ErrorCode::UnexpectedToolCall
        | ErrorCode::NoImage
        | ErrorCode::TooManyToolCalls
        | ErrorCode::Unknown(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_codes_have_their_documented_status() {
        let documented = [
            ("invalid_request", 400),
            ("failed_precondition", 400),
            ("authentication", 401),
            ("payment_required", 402),
            ("permission_denied", 403),
            ("not_found", 404),
            ("model_not_found", 404),
            ("already_exists", 409),
            ("aborted", 409),
            ("out_of_range", 416),
            ("too_many_requests", 429),
            ("cancelled", 499),
            ("api_error", 500),
            ("unimplemented", 501),
            ("service_unavailable", 503),
            ("deadline_exceeded", 504),
        ];
        for (code, expected) in documented {
            assert_eq!(status(&ErrorCode::from(code)).as_u16(), expected, "{code}");
        }
    }
}
