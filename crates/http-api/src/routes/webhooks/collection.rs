use std::sync::LazyLock;

use antiphon_interaction::{CreateWebhook, Webhook, WebhookList};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use http::{HeaderMap, Uri};

use super::{page, read};
use crate::error::Error;
use crate::extract::Caller;
use crate::state::ApiState;
use crate::strict::Checker;

static CREATE: LazyLock<Checker> = LazyLock::new(Checker::of::<CreateWebhook>);

/// `POST /{version}/webhooks`
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Webhook>, Error> {
    let request = read(&headers, body, &CREATE, false).await?;
    Ok(Json(state.webhooks.create(&caller.project, request).await?))
}

/// `GET /{version}/webhooks`
pub(crate) async fn list(State(state): State<ApiState>, caller: Caller, uri: Uri) -> Result<Json<WebhookList>, Error> {
    let page = page(&uri)?;
    Ok(Json(state.webhooks.list(&caller.project, &page).await?))
}
