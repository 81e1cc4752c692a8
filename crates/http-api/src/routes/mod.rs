//! The handlers, by resource and verb.

pub(crate) mod interactions;
pub(crate) mod models;
pub(crate) mod operations;
pub(crate) mod webhooks;
