//! The store that several machines share: a schema of a Postgres database.
//!
//! One task writes commits. It sends everything that is queued as one statement, which applies each commit in a
//! subtransaction of its own, so that concurrent runs share one round trip and one fsync and one caller's mistake is told
//! to that caller only. The batch carries a number that the database remembers: after a lost connection it is sent once
//! more, and answered without being applied twice. Everything else takes a connection from a pool.
//!
//! Leases are measured by the server's clock, jobs are given out by the server, and what other processes commit to background
//! interactions arrives by `LISTEN`; [`PostgresStore`] says more.

mod commit;
mod connection;
mod copying;
mod documents;
mod engine;
mod failure;
mod inspect;
mod jobs;
mod keys;
mod listener;
mod migration;
mod options;
mod reads;
mod refusal;
mod rows;
mod store;
mod traits;
mod writer;

pub use inspect::{format, inspect};
pub use options::PostgresOptions;
pub use store::PostgresStore;
