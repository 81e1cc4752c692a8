use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::header::CACHE_CONTROL;

use crate::error::Error;
use crate::state::ApiState;

/// `GET /.well-known/jwks.json`: public keys, for receivers that have no key of this server.
pub(crate) async fn jwks(State(state): State<ApiState>) -> Result<impl IntoResponse, Error> {
    let keys = state.webhooks.jwks().await?;
    Ok(([(CACHE_CONTROL, "public, max-age=3600")], Json(keys)))
}
