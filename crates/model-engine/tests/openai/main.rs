//! The `openai` engine against a server on a socket.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod answers;
mod failures;
mod models;
mod requests;
mod support;
