//! Runs turns.
//!
//! A request becomes a run: [`TurnEngine::create`] checks it ([`rules`]), finds the model, loads the conversation
//! and renders it as messages ([`history`]), and starts a driver. The driver ([`driver`]) is one loop: it waits for what
//! happens (the model says something, a deadline passes, the client goes away), asks the turn ([`turn`], a pure state
//! machine) what to do, and does it: shows events, commits steps, ends. What happened stands in one event log per
//! interaction ([`log`]); the live stream, a later replay, polling and the unary reply are readings of it.
//!
//! ```text
//! create ─ rules ─ history ─▶ driver ◀─ model events
//!                              │  ▲
//!                     commit ◀─┤  └─ turn.apply(occurrence) → actions
//!                              ▼
//!                          event log ─▶ readers
//! ```

mod clock;
mod continuation;
mod create;
mod driver;
mod engine;
mod entropy;
mod error;
mod follow;
mod history;
mod input;
mod job;
mod live;
mod log;
mod marks;
mod position;
mod prepare;
mod projects;
mod recovery;
mod resume;
mod rules;
mod schema;
mod seal;
mod sealed;
mod toolset;
mod turn;
mod view;
mod work;

pub use clock::{Clock, SystemClock};
pub use create::{Created, EventStream};
pub use driver::FLUSH_INTERVAL;
pub use engine::{Limits, ModelListing, Parts, TurnEngine};
pub use entropy::{Entropy, SystemEntropy};
pub use error::Error;
pub use log::EventReader;
pub use position::View;
pub use projects::{ProjectPolicy, Projects};
pub use seal::{SEALING_KEY_BYTES, Sealer};
