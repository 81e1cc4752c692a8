//! The SQLite store through its front door.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod conformance;
mod crash;
mod disk_full;
mod equivalence;
mod following;
mod hard_delete;
mod opening;
mod sample;
mod sharing;
mod size;
