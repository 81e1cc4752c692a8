//! Webhooks as their clients and receivers meet them: a store, receivers on real sockets, a clock that moves when it is told to.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod delivery;
mod dynamic;
mod giving_up;
mod outbox;
mod receiver;
mod resource;
mod setup;
mod worker;
