//! What is said to a method that a path does not take.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};

use crate::error::Error;

/// Names the methods that the path takes. To be laid around the whole router: that adds `Allow` outside of its own layers.
pub(crate) async fn name_allowed(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let allowed = response
        .headers()
        .get(header::ALLOW)
        .and_then(|allowed| allowed.to_str().ok());
    if response.status() == StatusCode::METHOD_NOT_ALLOWED
        && let Some(allowed) = allowed
    {
        let allowed = allowed.replace(',', ", ");
        *response.body_mut() = Error::Method { allowed }.into_response().into_body();
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    response
}
