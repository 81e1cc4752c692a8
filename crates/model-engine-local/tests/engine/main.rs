//! The engine through its front door, on model files with random weights.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's own mistakes may panic")]

mod calls;
mod constraints;
mod generation;
mod loading;
mod model;
mod prefix;
mod queue;
mod templates;
