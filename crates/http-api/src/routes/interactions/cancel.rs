use axum::extract::State;
use axum::response::Response;

use super::reply;
use crate::error::Error;
use crate::extract::{Caller, Id};
use crate::state::ApiState;

/// `POST /{version}/interactions/{id}/cancel`
pub(crate) async fn cancel(State(state): State<ApiState>, caller: Caller, id: Id) -> Result<Response, Error> {
    let interaction = state.engine.cancel(&caller.project, &id.interaction()).await?;
    Ok(reply(&interaction))
}

/// `POST /{version}/interactions/{id}:cancel`
pub(crate) async fn verb(state: State<ApiState>, caller: Caller, id: Id) -> Result<Response, Error> {
    match id.0.rsplit_once(':') {
        Some((id, "cancel")) => cancel(state, caller, Id(id.to_owned())).await,
        Some(_) => Err(Error::NoRoute),
        None => Err(Error::Method {
            allowed: "GET,HEAD,DELETE".to_owned(),
        }),
    }
}
