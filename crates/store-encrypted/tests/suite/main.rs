//! The decorator through its front door, over the stores that it is used with.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod at_rest;
mod conformance;
mod keys;
mod places;
mod sample;
