//! What can stop a check from running. What a check finds is not an error.

use std::io;
use std::path::PathBuf;

/// Why a check could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The `cargo` program did not start.
    #[error("could not start cargo: {0}")]
    StartCargo(#[source] io::Error),
    /// `cargo metadata` ended with an error; its message is enclosed.
    #[error("cargo metadata failed; mend Cargo.toml first: {0}")]
    CargoMetadata(String),
    /// `cargo metadata` printed something other than the JSON that this tool reads.
    #[error("cargo metadata printed an unexpected form: {0}")]
    MetadataForm(#[from] serde_json::Error),
    /// A file or folder could not be read.
    #[error("could not read {path}: {source}")]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
}
