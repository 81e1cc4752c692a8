//! The API as a client meets it: the real router on a socket, with a scripted model. The files mirror the routes.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop where it is"
)]
#![expect(clippy::needless_pass_by_value, reason = "`json!` makes values")]

mod access;
mod cancel;
mod chain;
mod create;
mod functions;
mod get;
mod hostile;
mod models;
mod operations;
mod queue;
mod stream;
mod strict;
mod webhooks;
