use axum::Json;
use axum::extract::State;

use super::Model;
use crate::error::Error;
use crate::extract::{Caller, Id};
use crate::state::ApiState;

/// `GET /{version}/models/{id}`
pub(crate) async fn get(State(state): State<ApiState>, _caller: Caller, id: Id) -> Result<Json<Model>, Error> {
    Ok(Json(state.engine.model(&id.0).await?.into()))
}

/// `POST /{version}/models/{id}:generateContent` and its like, which belong to another API.
pub(crate) async fn other_api(id: Id) -> Error {
    match id.0.rsplit_once(':') {
        Some((_, verb)) => Error::OtherApi { verb: verb.to_owned() },
        None => Error::Method {
            allowed: "GET,HEAD".to_owned(),
        },
    }
}
