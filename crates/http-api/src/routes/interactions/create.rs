use std::sync::LazyLock;

use antiphon_interaction::CreateInteraction;
use antiphon_turn_engine::Created;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use super::{reply, tiered};
use crate::error::Error;
use crate::extract::{Caller, read_body};
use crate::sse;
use crate::state::ApiState;
use crate::strict::{Checker, Violation};

static CREATE: LazyLock<Checker> = LazyLock::new(Checker::of::<CreateInteraction>);

/// `POST /{version}/interactions`
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let body = read_body(&headers, body, state.limits.body_bytes).await?;
    let request = parse(&body).map_err(Error::Violation)?;
    drop(body);
    match Box::pin(state.engine.create(&caller.project, request)).await? {
        Created::Interaction(interaction) => Ok(reply(&interaction)),
        Created::Events(events) => Ok(tiered(sse::respond(events, state.limits))),
    }
}

/// The most JSON values of a body: each takes far more memory than its text.
const MOST_VALUES: usize = 500_000;

/// About how many JSON values the text has, counted without reading it.
fn values(body: &[u8]) -> usize {
    let (mut count, mut in_string, mut escaped) = (1, false, false);
    for byte in body {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_string = !in_string,
            (false, b',' | b'[' | b'{') => count += 1,
            _ => {}
        }
    }
    count
}

/// Reads a body strictly.
pub(crate) fn parse(body: &[u8]) -> Result<CreateInteraction, Violation> {
    let broken = |error: serde_json::Error| Violation {
        path: String::new(),
        message: format!("the body is not valid JSON: {error}"),
    };
    if values(body) > MOST_VALUES {
        let message = format!("the body has more than {MOST_VALUES} values; send less");
        return Err(Violation {
            path: String::new(),
            message,
        });
    }
    let value: serde_json::Value = serde_json::from_slice(body).map_err(broken)?;
    if !value.is_object() {
        return Err(Violation {
            path: String::new(),
            message: "the body must be a JSON object".to_owned(),
        });
    }
    CREATE.check(&value)?;
    drop(value);
    // Read from the text again, so that free JSON (arguments, schemas) keeps the digits of its numbers.
    serde_json::from_slice(body).map_err(|error| Violation {
        path: String::new(),
        message: format!("the body cannot be read: {error}"),
    })
}
