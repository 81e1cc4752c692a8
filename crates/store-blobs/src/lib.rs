//! Keeps large bytes out of the log: a decorator over any [`Store`](antiphon_store::Store).
//!
//! Media and long texts above a threshold go into an object (a file, an object of a bucket, a document of the
//! database) before the commit that has them, and a reference of 80 bytes stands in their place in the step; whoever
//! reads gets the step back as it was, byte for byte. A reference names the SHA-256 of the bytes and nothing else: the
//! object is looked for only below the interaction that is being read, so that no text that a client sends can reach
//! another's bytes, and text that looks like a reference is escaped.
//!
//! An object lies under `{project}/{interaction}/{sha256}` and goes with its interaction: [`BlobStore`] deletes it when
//! that is erased, and [`BlobStore::collect_garbage`] deletes what sweeps and crashes have left.
//!
//! With encryption at rest this decorator goes below that one, which then hands it ciphertext only.

mod backend;
mod error;
mod garbage;
mod keys;
mod lanes;
mod objects;
mod passthrough;
mod reference;
mod restore;
mod slots;
mod store;
mod worker;

pub use backend::{Backend, Place, backend};
pub use error::Error;
pub use store::{BlobStore, Clock, DEFAULT_THRESHOLD, Options};
