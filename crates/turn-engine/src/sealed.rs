//! What the signatures of server-side tools' steps carry: what the model needs back, beyond what the steps show.

use antiphon_interaction::{Content, Json};
use serde::{Deserialize, Serialize};

/// Behind the signature of a call.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SealedCall {
    /// The function as it was declared to the model.
    pub(crate) name: String,
    /// What the model handed over.
    pub(crate) arguments: Json,
}

/// Behind the signature of a result.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SealedResult {
    /// What the model read.
    pub(crate) content: Vec<Content>,
    /// The number of the first source.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) first_source: usize,
    /// What it gave to cite: address and title.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) sources: Vec<(String, String)>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl SealedCall {
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl SealedResult {
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
