//! Runs the jobs of a store.
//!
//! A [`Worker`] keeps one lease for its process, claims jobs as it has room, and hands each to the [`JobHandler`] of its
//! kind together with a [`Held`], by which the handler learns that the lease is lost or that the process wants to end.
//! What a handler returns is written as the job's [`Outcome`].
//!
//! A job can be done more than once: a process can die, or stall until another has taken over. What is done twice is
//! harmless because every write of a handler names the job's fencing token, which each claim raises, and because the first
//! thing a handler does is to look how far the one before it got.

mod claiming;
mod depth;
mod handler;
mod lease;
mod outbox;
mod performing;
mod pool;
mod reconciling;
mod worker;

pub use handler::{JobHandler, Outcome};
pub use lease::Held;
pub use outbox::{NoOutbox, Outbox};
pub use performing::pause;
pub use worker::{Options, Parts, Reservation, Worker};
