//! The backend `native`: sandboxes made of what Linux itself offers.
//!
//! [`NativeProvider`] keeps one folder and at most one live sandbox per environment. An environment is a task
//! ([`task`]) that takes commands in turn, starts a [`sandbox`] for the first, keeps it while commands come, and ends it
//! when none came for a while or another environment needs its place. What the helper and the server say to each other
//! is in `helper::message`.

mod cgroup;
mod channel;
mod config;
mod diagnosis;
mod output;
mod places;
mod provider;
mod roots;
mod sandbox;
mod self_attack;
mod shared;
mod task;
mod uses;
mod workspace;

pub use config::NativeConfig;
pub use provider::NativeProvider;
pub use self_attack::{ProbeReport, SelfAttack};
