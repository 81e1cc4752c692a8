//! The HTTP surface.
//!
//! A handler unpacks the request, calls the [turn engine](antiphon_turn_engine::TurnEngine), and prints what
//! comes back; it knows no model engine and no database. [`router()`](router::router) is the table of contents. Bodies are
//! read [strictly](strict), errors get their HTTP status in one place ([`error`]), and `openapi.json` is made from
//! the same types ([`openapi`]).

mod cors;
mod error;
mod extract;
mod method;
mod observe;
mod openapi;
mod router;
mod routes;
mod sse;
mod state;
mod strict;

pub use extract::{Authority, Reach, hash_key};
pub use openapi::document as openapi_document;
pub use router::router;
pub use state::{ApiState, HttpLimits};
pub use strict::{Checker, Violation};

use antiphon_interaction::CreateInteraction;

/// Reads the body of `POST /{version}/interactions`, strictly.
///
/// # Errors
/// The body is not JSON or breaks the schema; the violation says where.
pub fn parse_create(body: &[u8]) -> Result<CreateInteraction, Violation> {
    routes::interactions::parse(body)
}
