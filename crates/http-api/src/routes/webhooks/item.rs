use std::sync::LazyLock;

use antiphon_interaction::{UpdateWebhook, Webhook, WebhookDeliveryList};
use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{PageQuery, page, query, read};
use crate::error::Error;
use crate::extract::{Caller, Id};
use crate::state::ApiState;
use crate::strict::Checker;

static UPDATE: LazyLock<Checker> = LazyLock::new(Checker::of::<UpdateWebhook>);

#[derive(Deserialize)]
pub(crate) struct UpdateParameters {
    #[serde(alias = "updateMask")]
    update_mask: Option<String>,
}

/// `GET /{version}/webhooks/{id}`
pub(crate) async fn get(State(state): State<ApiState>, caller: Caller, id: Id) -> Result<Json<Webhook>, Error> {
    Ok(Json(state.webhooks.get(&caller.project, &id.0).await?))
}

/// `PATCH /{version}/webhooks/{id}`
pub(crate) async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    id: Id,
    parameters: Result<Query<UpdateParameters>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Webhook>, Error> {
    let Query(UpdateParameters { update_mask }) = query(parameters)?;
    let request = read(&headers, body, &UPDATE, false).await?;
    // An empty mask names nothing and asks for what the body holds, like none.
    let mask = update_mask.filter(|mask| !mask.is_empty());
    let updated = state.webhooks.update(&caller.project, &id.0, request, mask.as_deref());
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
    parameters: PageQuery,
) -> Result<Json<WebhookDeliveryList>, Error> {
    let page = page(parameters)?;
    Ok(Json(state.webhooks.deliveries(&caller.project, &id.0, &page).await?))
}
