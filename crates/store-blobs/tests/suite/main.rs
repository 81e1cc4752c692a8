//! The decorator through its front door, over the stores that it is used with.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod backends;
mod conformance;
mod erasing;
mod moving;
mod ordering;
mod sample;
