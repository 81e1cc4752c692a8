use antiphon_interaction::InteractionId;
use axum::extract::{Path, State};
use axum::response::Response;

use super::reply;
use crate::error::Error;
use crate::extract::Caller;
use crate::state::ApiState;

/// `POST /{version}/interactions/{id}/cancel`
pub(crate) async fn cancel(
    State(state): State<ApiState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let interaction = state.engine.cancel(&caller.project, &InteractionId::from(id.as_str())).await?;
    Ok(reply(&interaction))
}

/// `POST /{version}/interactions/{id}:cancel`
pub(crate) async fn verb(state: State<ApiState>, caller: Caller, Path(id): Path<String>) -> Result<Response, Error> {
    match id.rsplit_once(':') {
        Some((id, "cancel")) => cancel(state, caller, Path(id.to_owned())).await,
        Some(_) => Err(Error::NoRoute),
        None => Err(Error::Method),
    }
}
