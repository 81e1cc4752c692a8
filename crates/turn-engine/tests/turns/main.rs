//! Turns through the engine's handle, with a scripted model.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod bench;
mod log;
mod shape;
