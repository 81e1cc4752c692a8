//! What handlers take out of requests.

mod auth;
mod body;
mod flag;
mod id;

pub(crate) use auth::Caller;
pub use auth::{Authority, Reach, hash_key};
pub(crate) use body::read_body;
pub(crate) use flag::Flag;
pub(crate) use id::Id;
