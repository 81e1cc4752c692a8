//! The `openai` engine against a server on a socket.

mod answers;
mod failures;
mod models;
mod requests;
mod support;
