use axum::extract::State;
use axum::response::Response;
use http::Uri;

use super::{reply, tiered};
use crate::error::Error;
use crate::extract::{Caller, Id, Query};
use crate::sse;
use crate::state::ApiState;

const PARAMETERS: [&str; 4] = ["stream", "last_event_id", "include_input", "fields"];

/// `GET /{version}/interactions/{id}`
pub(crate) async fn get(State(state): State<ApiState>, caller: Caller, id: Id, uri: Uri) -> Result<Response, Error> {
    let query = Query::read(&uri, &PARAMETERS)?;
    let (stream, include_input) = (query.flag("stream")?, query.flag("include_input")?);
    if let Some(fields) = query.text("fields").filter(|fields| *fields != "*") {
        let message = format!("`{fields}` is not supported; leave it out, the whole interaction is returned");
        return Err(Error::Parameter {
            path: "fields",
            message,
        });
    }
    let id = id.interaction();
    if stream {
        // An empty id asks for the beginning, like none.
        let last = query.text("last_event_id").filter(|id| !id.is_empty());
        let events = state.engine.events(&caller.project, &id, last).await?;
        return Ok(tiered(sse::respond(events, state.limits)));
    }
    let interaction = state.engine.get(&caller.project, &id, include_input).await?;
    Ok(reply(&interaction))
}
