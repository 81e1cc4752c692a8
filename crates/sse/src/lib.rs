//! Server-sent events: a bounded incremental [`Decoder`] and an [`encode()`] for one event.
//!
//! The decoder takes bytes as they come from a socket, in pieces of any size, and gives the events of the
//! [WHATWG format](https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation). It never
//! holds more than one event, refuses an event over its limit, and does not fail on anything else.

mod decode;
mod encode;
mod error;

pub use decode::{Decoder, Event};
pub use encode::encode;
pub use error::Error;
