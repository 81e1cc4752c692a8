//! The embedded store: one SQLite file in WAL mode.
//!
//! One thread writes. It takes everything that is queued, applies each commit in a savepoint of its own and ends the
//! batch with one `COMMIT`, so that concurrent turns share one fsync and one caller's mistake is told to that caller
//! only; every caller is answered after the batch is durable. A few threads read, each on its own connection and
//! snapshot, and never wait for the writer. Several processes may have the file open.
//!
//! Erased content is overwritten in the file, and the write-ahead log that still holds it is cut to nothing before
//! the erasure is acknowledged; [`SqliteStore`] says more.

mod commit;
mod connection;
mod copying;
mod documents;
mod erase;
mod failure;
mod inspect;
mod job;
mod keys;
mod queue;
mod reader;
mod reads;
mod rows;
mod store;
mod writer;

pub use connection::{Options, Synchronous};
pub use inspect::{format, inspect};
pub use store::SqliteStore;
