//! The tool `url_context`, against web servers on this machine.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a panic is how a test fails")]

mod documents;
mod harness;
mod hostile;
mod kinds;
mod limits;
mod statuses;
