use axum::Json;
use axum::extract::{Path, State};

use super::Model;
use crate::error::Error;
use crate::extract::Caller;
use crate::state::ApiState;

/// `GET /{version}/models/{id}`
pub(crate) async fn get(
    State(state): State<ApiState>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Model>, Error> {
    Ok(Json(state.engine.model(&id).await?.into()))
}
