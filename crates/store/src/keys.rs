use std::fmt;

use jiff::Timestamp;

use crate::ProjectId;

/// The SHA-256 of an API key's text. Keys are long and random, so no salt and no slow hash is needed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash(pub [u8; 32]);

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(…)")
    }
}

/// A key as it is listed; its text is shown once, when it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Names the key, for revoking it; unique.
    pub id: String,
    /// Whose it is.
    pub project: ProjectId,
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
}

/// A key to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiKey {
    /// The key.
    pub key: ApiKey,
    /// The hash of its text.
    pub hash: KeyHash,
}
