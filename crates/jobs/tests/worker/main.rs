//! The worker through its front door: on the in-memory store, under a clock that stands still until everything waits; and on a
//! database, as it is.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod bench;
mod claiming;
mod ending;
mod leasing;
mod on_disk;
