use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use standardwebhooks::Webhook as Signer;

use crate::Error;

const PREFIX: &str = "whsec_";

/// 24 bytes are 32 digits of base64 without padding.
const BYTES: usize = 24;

const SHOWN_DIGITS: usize = 4;

/// A signing secret as the client holds it: `whsec_` and base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    pub(crate) fn make(random: &dyn Fn(&mut [u8])) -> Self {
        let mut bytes = [0; BYTES];
        random(&mut bytes);
        Self(format!("{PREFIX}{}", STANDARD.encode(bytes)))
    }

    /// The text, to be shown once.
    pub(crate) fn reveal(&self) -> String {
        self.0.clone()
    }

    pub(crate) fn truncated(&self) -> String {
        let tail = self.0.len().saturating_sub(SHOWN_DIGITS);
        format!("{PREFIX}...{}", self.0.get(tail..).unwrap_or_default())
    }

    /// One signature of Standard Webhooks: `v1,` and base64.
    pub(crate) fn sign(&self, message_id: &str, seconds: i64, body: &[u8]) -> Result<String, Error> {
        Signer::new(&self.0)
            .and_then(|signer| signer.sign(message_id, seconds, body))
            .map_err(Error::Secret)
    }
}
