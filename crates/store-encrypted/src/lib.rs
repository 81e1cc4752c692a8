//! Encrypts what a store keeps: a decorator over any [`Store`](antiphon_store::Store).
//!
//! Encrypted are inputs, steps with their marks, open entries, the settings, errors and continuation token of a head, the payloads of
//! jobs, the bodies of documents and lasting secrets. Readable stay ids, projects, statuses, times, models, tokens used, kinds
//! and groups, lengths, and the API keys' names and hashes.
//!
//! AES-256-GCM under a key of its own for each interaction, job, document and secret, derived from the operator's by HKDF-SHA-256, so
//! that random nonces do not run out; what is encrypted is bound to its place, so that nobody who can write to the database can
//! put one ciphertext in the place of another. An older version of the same place can be put back unnoticed.
//!
//! Data from before encryption was switched on stays as it is and is read as it is: only what is written from then on is
//! encrypted. A key that was ever the first has to stay among the keys as long as there is data from its time. With several
//! processes, a new key is first added behind the old one everywhere, then put first.
//!
//! This decorator goes above the one that moves large bytes out of the log, which then moves ciphertext only:
//! encrypted(blobs(store)).

mod documents;
mod error;
mod jobs;
mod keys;
mod open;
mod payload;
mod seal;
mod store;

pub use error::Error;
pub use keys::Keys;
pub use open::open;
pub use store::EncryptedStore;
