//! Requests as a tool makes them, to real servers on this machine.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod fetch;
mod refusals;
mod support;
