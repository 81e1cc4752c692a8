use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::error::Error;
use crate::extract::{Caller, Id};
use crate::state::ApiState;

/// `DELETE /{version}/interactions/{id}`
pub(crate) async fn delete(State(state): State<ApiState>, caller: Caller, id: Id) -> Result<Json<Value>, Error> {
    state.engine.delete(&caller.project, &id.interaction()).await?;
    Ok(Json(json!({})))
}
