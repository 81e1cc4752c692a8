//! Turns through the engine's handle, with a scripted model.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop where it is"
)]
#![expect(clippy::needless_pass_by_value, reason = "`json!` makes values")]

mod bench;
mod continuation;
mod durable;
mod history;
mod log;
mod recovery;
mod shape;
mod tools;
