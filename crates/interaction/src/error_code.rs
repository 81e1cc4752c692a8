use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

string_enum! {
    /// What went wrong, as the API names it.
    ///
    /// The first group goes with an HTTP status; the others appear in `errors[]` of a failed interaction and in
    /// `error` events of a stream.
    pub enum ErrorCode {
        /// The request breaks a rule; the message says which and where.
        "invalid_request" => InvalidRequest,
        /// The request is well formed but the state it refers to does not allow it.
        "failed_precondition" => FailedPrecondition,
        /// The request has a parameter that does not exist.
        "parameter_unknown" => ParameterUnknown,
        /// No key, or one that is not known.
        "authentication" => Authentication,
        /// The project has to pay first.
        "payment_required" => PaymentRequired,
        /// The key may not do this.
        "permission_denied" => PermissionDenied,
        /// No such resource, for this project.
        "not_found" => NotFound,
        /// No engine serves this model.
        "model_not_found" => ModelNotFound,
        /// A resource of that name exists.
        "already_exists" => AlreadyExists,
        /// Another change came first.
        "aborted" => Aborted,
        /// The body is larger than the server takes.
        "request_too_large" => RequestTooLarge,
        /// An index or offset lies outside the resource.
        "out_of_range" => OutOfRange,
        /// Too many requests in a time span.
        "rate_limit_exceeded" => RateLimitExceeded,
        /// A quota is used up.
        "quota_exceeded" => QuotaExceeded,
        /// The queue is full.
        "too_many_requests" => TooManyRequests,
        /// Cancelled before it ended.
        "cancelled" => Cancelled,
        /// A fault on the server's side.
        "api_error" => ApiError,
        /// The API has it and this server does not.
        "unimplemented" => Unimplemented,
        /// The server or its upstream cannot answer now.
        "service_unavailable" => ServiceUnavailable,
        /// A deadline passed.
        "deadline_exceeded" => DeadlineExceeded,
        /// The upstream did not answer in time.
        "gateway_timeout" => GatewayTimeout,
        /// Refused for safety.
        "safety" => Safety,
        /// Refused: recitation of a source.
        "recitation" => Recitation,
        /// Refused: unsupported language.
        "language" => Language,
        /// Refused: prohibited content.
        "prohibited_content" => ProhibitedContent,
        /// Refused: sensitive personal information.
        "spii" => Spii,
        /// Refused: a blocked term.
        "blocklist" => Blocklist,
        /// Refused: an image's safety.
        "image_safety" => ImageSafety,
        /// Refused: an image's content is prohibited.
        "image_prohibited_content" => ImageProhibitedContent,
        /// Refused: an image recites a source.
        "image_recitation" => ImageRecitation,
        /// Refused: an image, for another reason.
        "image_other" => ImageOther,
        /// Refused by a content filter.
        "content_blocked" => ContentBlocked,
        /// The model wrote a function call that cannot be read.
        "malformed_function_call" => MalformedFunctionCall,
        /// The model wrote a tool call that cannot be read.
        "malformed_tool_call" => MalformedToolCall,
        /// The model called a tool that was not declared.
        "unexpected_tool_call" => UnexpectedToolCall,
        /// The model was asked for an image and made none.
        "no_image" => NoImage,
        /// The model called tools more often than allowed.
        "too_many_tool_calls" => TooManyToolCalls,
        /// A resent thought step lacks its signature, or it was altered.
        "missing_thought_signature" => MissingThoughtSignature,
    }
}

/// An error as the API's bodies, `errors[]` and `error` events carry it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApiError {
    /// What kind of error.
    pub code: ErrorCode,
    /// What was wrong, where, and what to do.
    pub message: String,
}

impl ApiError {
    /// Makes an error from its code and message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// The body of an HTTP error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorBody {
    /// The error.
    pub error: ApiError,
}
