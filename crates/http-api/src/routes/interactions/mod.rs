mod cancel;
mod create;
mod delete;
mod get;

pub(crate) use cancel::{cancel, verb};
pub(crate) use create::{create, parse};
pub(crate) use delete::delete;
pub(crate) use get::get;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue};

static SERVICE_TIER: HeaderName = HeaderName::from_static("x-gemini-service-tier");

/// An interaction as a reply, with the tier that served it.
fn reply(interaction: &antiphon_interaction::Interaction) -> Response {
    tiered(Json(interaction).into_response())
}

/// Names the tier that served the response; there is one here.
fn tiered(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(SERVICE_TIER.clone(), HeaderValue::from_static("standard"));
    response
}
