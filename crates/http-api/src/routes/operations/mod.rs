mod index;

pub(crate) use index::index;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::header;
use serde_json::{Value, json};

use crate::error::Error;
use crate::state::ApiState;

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /readyz`: the store reads and writes.
pub(crate) async fn readyz(State(state): State<ApiState>) -> Result<Json<Value>, Error> {
    state.engine.check().await?;
    Ok(Json(json!({ "status": "ready" })))
}

/// `GET /metrics`, in Prometheus' text format.
pub(crate) async fn metrics(State(state): State<ApiState>) -> impl IntoResponse {
    metrics::gauge!("antiphon_runs_in_progress").set(state.engine.running() as f64);
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        (state.metrics)(),
    )
}

/// `GET /openapi.json`
pub(crate) async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], crate::openapi::document())
}
