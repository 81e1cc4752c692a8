use std::sync::LazyLock;

use antiphon_interaction::{UpdateWebhook, Webhook, WebhookDeliveryList};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use http::{HeaderMap, Uri};
use serde_json::{Value, json};

use super::{page, read};
use crate::error::Error;
use crate::extract::{Caller, Id, Query};
use crate::state::ApiState;
use crate::strict::Checker;

static UPDATE: LazyLock<Checker> = LazyLock::new(Checker::of::<UpdateWebhook>);

/// `GET /{version}/webhooks/{id}`
pub(crate) async fn get(State(state): State<ApiState>, caller: Caller, id: Id) -> Result<Json<Webhook>, Error> {
    Ok(Json(state.webhooks.get(&caller.project, &id.0).await?))
}

/// `PATCH /{version}/webhooks/{id}`
pub(crate) async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    id: Id,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Webhook>, Error> {
    let query = Query::read(&uri, &["update_mask"])?;
    let request = read(&headers, body, &UPDATE, false).await?;
    // An empty mask names nothing and asks for what the body holds, like none.
    let mask = query.text("update_mask").filter(|mask| !mask.is_empty());
    let updated = state.webhooks.update(&caller.project, &id.0, request, mask);
    Ok(Json(updated.await?))
}

/// `DELETE /{version}/webhooks/{id}`
pub(crate) async fn delete(State(state): State<ApiState>, caller: Caller, id: Id) -> Result<Json<Value>, Error> {
    state.webhooks.delete(&caller.project, &id.0).await?;
    Ok(Json(json!({})))
}

/// `GET /{version}/webhooks/{id}/deliveries`; for the id `dynamic` those to the addresses of requests.
pub(crate) async fn deliveries(
    State(state): State<ApiState>,
    caller: Caller,
    id: Id,
    uri: Uri,
) -> Result<Json<WebhookDeliveryList>, Error> {
    let page = page(&uri)?;
    Ok(Json(state.webhooks.deliveries(&caller.project, &id.0, &page).await?))
}
