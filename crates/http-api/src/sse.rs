//! Events as a stream of server-sent events: `event:` and one line of `data:`, comments as keep-alives, `[DONE]` last.

use std::convert::Infallible;

use antiphon_turn_engine::EventStream;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;

use crate::state::HttpLimits;

enum Reading {
    Events(EventStream),
    Ended,
}

/// Prints `events` until they end. Dropping the response drops the stream.
pub(crate) fn respond(events: EventStream, limits: HttpLimits) -> Response {
    let frames = stream::unfold(Some(Reading::Events(events)), |reading| async move {
        match reading? {
            Reading::Events(mut events) => match events.next().await {
                Some(event) => {
                    let mut data = serde_json::to_string(&event).unwrap_or_default();
                    // Free JSON keeps the client's line breaks, and a frame has one line of data.
                    if data.contains(['\n', '\r']) {
                        data = data.replace(['\n', '\r'], " ");
                    }
                    let frame = Event::default().event(event.type_name()).data(data);
                    Some((Ok::<_, Infallible>(frame), Some(Reading::Events(events))))
                }
                None => {
                    let done = Event::default().event("done").data("[DONE]");
                    Some((Ok(done), Some(Reading::Ended)))
                }
            },
            Reading::Ended => None,
        }
    });
    let keep_alive = KeepAlive::new().interval(limits.keep_alive).text("keepalive");
    Sse::new(frames).keep_alive(keep_alive).into_response()
}
