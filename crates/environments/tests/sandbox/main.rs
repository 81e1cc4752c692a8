//! The sandbox under attack, through the crate's front door, on the real kernel.
//!
//! Where the machine truly forbids sandboxes the tests say so and check the refusal instead; where it does not, a
//! refusal is a failure.
#![cfg(target_os = "linux")]

mod attacks;
mod environments;
mod files;
mod harness;
mod limits;
mod refusal;
