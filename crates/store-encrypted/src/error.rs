/// Why encryption at rest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The keys are not what they should be. They are not shown.
    #[error(
        "key {number} of ANTIPHON_ENCRYPTION_KEY is not 32 bytes in base64: make one with `openssl rand -base64 32`; several are separated by commas, the first encrypts"
    )]
    Malformed {
        /// Which one, from 1.
        number: usize,
    },
    /// The data is encrypted and there is no key.
    #[error(
        "the data is encrypted under the key `{key}`: set ANTIPHON_ENCRYPTION_KEY to the key that it was written with"
    )]
    NoKey {
        /// Identifies the key; not a secret.
        key: String,
    },
    /// The data is encrypted under another key.
    #[error(
        "the data is encrypted under the key `{key}`, and ANTIPHON_ENCRYPTION_KEY has {configured}: put that key back, behind the new one if it is to be replaced"
    )]
    OtherKey {
        /// Identifies the key; not a secret.
        key: String,
        /// Those configured, the first one first.
        configured: String,
    },
    /// The record of the key in use is not readable.
    #[error("what the store says about its encryption cannot be read: {0}")]
    Record(serde_json::Error),
    /// Other processes changed the record of the key in use all the time.
    #[error("other processes keep changing the encryption key: give all of them the same keys in the same order")]
    Contended,
    /// The library refused.
    #[error("the key cannot be used for encryption")]
    Unusable,
    /// The store below failed.
    #[error(transparent)]
    Store(#[from] antiphon_store::Error),
}
