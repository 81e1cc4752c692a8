use antiphon_interaction::Thought;
use antiphon_store::ProjectId;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How many bytes a sealing key has.
pub const SEALING_KEY_BYTES: usize = 32;

/// Seals thoughts, so that a client can carry them without reading or changing them.
///
/// A signature is AES-256-GCM over the reasoning, bound to the project and to the summary that is shown, as base64 of
/// nonce, ciphertext and tag.
pub struct Sealer {
    key: RandomizedNonceKey,
}

impl Sealer {
    /// Uses `key`, which must stay the same for as long as signatures are to be accepted.
    ///
    /// # Errors
    /// The key does not have [`SEALING_KEY_BYTES`] bytes.
    pub fn new(key: &[u8]) -> Result<Self, aws_lc_rs::error::Unspecified> {
        RandomizedNonceKey::new(&AES_256_GCM, key).map(|key| Self { key })
    }

    /// Seals `reasoning` as the signature of a thought that shows `thought.summary`.
    pub(crate) fn seal(&self, project: &ProjectId, thought: &Thought, reasoning: &str) -> String {
        let mut bytes = reasoning.as_bytes().to_vec();
        let aad = Aad::from(context(project, thought));
        match self.key.seal_in_place_append_tag(aad, &mut bytes) {
            Ok(nonce) => {
                let mut sealed = nonce.as_ref().to_vec();
                sealed.append(&mut bytes);
                STANDARD.encode(sealed)
            }
            // Only a reasoning beyond 64 GiB gets here; without a signature it is refused when resent.
            Err(_) => String::new(),
        }
    }

    /// The reasoning in a thought's signature; `None` when the thought is not as it was sealed.
    pub(crate) fn open(&self, project: &ProjectId, thought: &Thought) -> Option<String> {
        let mut bytes = STANDARD.decode(thought.signature.as_deref()?).ok()?;
        if bytes.len() < NONCE_LEN {
            return None;
        }
        let mut sealed = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).ok()?;
        let aad = Aad::from(context(project, thought));
        let reasoning = self.key.open_in_place(nonce, aad, &mut sealed).ok()?;
        String::from_utf8(reasoning.to_vec()).ok()
    }
}

fn context(project: &ProjectId, thought: &Thought) -> Vec<u8> {
    serde_json::to_vec(&("thought/1", project.as_str(), &thought.summary)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use antiphon_interaction::Content;

    use super::*;

    #[test]
    fn a_changed_thought_does_not_open() {
        let sealer = Sealer::new(&[7; SEALING_KEY_BYTES]).unwrap();
        let project = ProjectId::default();
        let mut thought = Thought {
            signature: None,
            summary: vec![Content::text("seen")],
        };
        thought.signature = Some(sealer.seal(&project, &thought, "hidden"));
        assert_eq!(sealer.open(&project, &thought).as_deref(), Some("hidden"));

        let mut other = thought.clone();
        other.summary = vec![Content::text("changed")];
        assert_eq!(sealer.open(&project, &other), None);
        assert_eq!(sealer.open(&ProjectId::from("another"), &thought), None);
        for signature in ["", "AAAA", "not base64!"] {
            other = Thought {
                signature: Some(signature.to_owned()),
                ..thought.clone()
            };
            assert_eq!(sealer.open(&project, &other), None);
        }
    }
}
