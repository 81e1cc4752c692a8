//! What handlers take out of requests.

mod auth;
mod body;
mod id;
mod query;

pub(crate) use auth::Caller;
pub use auth::{Authority, Reach, hash_key};
pub(crate) use body::read_body;
pub(crate) use id::Id;
pub(crate) use query::{Query, no_parameters};
