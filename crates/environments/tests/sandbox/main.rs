//! The sandbox under attack, through the crate's front door, on the real kernel.
//!
//! Where the machine truly forbids sandboxes the tests say so and check the refusal instead; where it does not, a
//! refusal is a failure.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "what the tests share fails by panicking and says what it skips"
)]

mod attacks;
mod environments;
mod files;
mod harness;
mod limits;
mod network;
mod refusal;
mod roots;
