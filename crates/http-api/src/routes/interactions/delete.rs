use antiphon_interaction::InteractionId;
use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::error::Error;
use crate::extract::Caller;
use crate::state::ApiState;

/// `DELETE /{version}/interactions/{id}`
pub(crate) async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Error> {
    state.engine.delete(&caller.project, &InteractionId::from(id.as_str())).await?;
    Ok(Json(json!({})))
}
