//! The backend `local`: a folder of documents, indexed by the server, so that search needs no network.
//!
//! The index is SQLite's full-text search (FTS5) in a file of its own below the data folder: a cache that may be deleted at
//! any time. A [`LocalDocuments::rescan`] brings it up to the folder's state; what has not changed since is not read again.
//! Documents are indexed as passages of about a paragraph, and a hit shows a document's best one.

mod documents;
mod html;
mod index;
mod passages;
mod read;
mod scan;
mod words;

pub use documents::{LocalConfig, LocalDocuments};
pub use scan::Rescan;

pub(super) use html::plain_text;
