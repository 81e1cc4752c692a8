use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{reply, tiered};
use crate::error::Error;
use crate::extract::{Caller, Flag, Id};
use crate::sse;
use crate::state::ApiState;

#[derive(Deserialize)]
pub(crate) struct Parameters {
    #[serde(default)]
    stream: Flag,
    last_event_id: Option<String>,
    #[serde(default)]
    include_input: Flag,
    fields: Option<String>,
}

/// `GET /{version}/interactions/{id}`
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    id: Id,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(parameters) = parameters.map_err(|error| Error::Parameter {
        path: "query",
        message: error.body_text(),
    })?;
    if let Some(fields) = parameters.fields.filter(|fields| fields != "*") {
        let message = format!("`{fields}` is not supported; leave it out, the whole interaction is returned");
        return Err(Error::Parameter {
            path: "fields",
            message,
        });
    }
    let id = id.interaction();
    if parameters.stream.0 {
        // An empty id asks for the beginning, like none.
        let last = parameters.last_event_id.filter(|id| !id.is_empty());
        let events = state.engine.events(&caller.project, &id, last.as_deref()).await?;
        return Ok(tiered(sse::respond(events, state.limits)));
    }
    let interaction = state
        .engine
        .get(&caller.project, &id, parameters.include_input.0)
        .await?;
    Ok(reply(&interaction))
}
