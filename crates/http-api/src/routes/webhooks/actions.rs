use std::sync::LazyLock;

use antiphon_interaction::{PingWebhook, RotateSigningSecret};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde_json::json;

use super::read;
use crate::error::Error;
use crate::extract::{Caller, Id};
use crate::state::ApiState;
use crate::strict::Checker;

static PING: LazyLock<Checker> = LazyLock::new(Checker::of::<PingWebhook>);
static ROTATE: LazyLock<Checker> = LazyLock::new(Checker::of::<RotateSigningSecret>);

/// `POST /{version}/webhooks/{id}:ping` and `{id}:rotateSigningSecret`
pub(crate) async fn verb(
    state: State<ApiState>,
    caller: Caller,
    id: Id,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    match id.0.rsplit_once(':') {
        Some((id, "ping")) => ping(state, caller, Id(id.to_owned()), headers, body).await,
        Some((id, "rotateSigningSecret")) => rotate(state, caller, Id(id.to_owned()), headers, body).await,
        Some(_) => Err(Error::NoRoute),
        None => Err(Error::Method {
            allowed: "GET,HEAD,PATCH,DELETE".to_owned(),
        }),
    }
}

async fn ping(
    State(state): State<ApiState>,
    caller: Caller,
    id: Id,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let PingWebhook {} = read(&headers, body, &PING, true).await?;
    state.webhooks.ping(&caller.project, &id.0).await?;
    Ok(Json(json!({})).into_response())
}

/// `POST /{version}/webhooks/{id}/rotate_secret`
pub(crate) async fn rotate(
    State(state): State<ApiState>,
    caller: Caller,
    id: Id,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let request: RotateSigningSecret = read(&headers, body, &ROTATE, true).await?;
    let rotated = state.webhooks.rotate(&caller.project, &id.0, request).await?;
    Ok(Json(rotated).into_response())
}
