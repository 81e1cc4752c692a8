//! The Postgres store through its front door, on a real server.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod conformance;
mod opening;
mod outage;
mod proxy;
mod restart;
mod sample;
mod server;
mod sharing;
