use antiphon_interaction::{Step, Thought};
use antiphon_store::ProjectId;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// How many bytes a sealing key has.
pub const SEALING_KEY_BYTES: usize = 32;

/// Seals thoughts and the steps of server-side tools, so that a client can carry them without reading what they hide or changing
/// what they show.
///
/// A signature is AES-256-GCM over what the model needs back (the reasoning; what it read of a tool's result), bound to the project
/// and to what is shown, as base64 of nonce, ciphertext and tag.
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
        self.seal_bytes(of_thought(project, thought), reasoning)
    }

    /// The reasoning in a thought's signature; `None` when the thought is not as it was sealed.
    pub(crate) fn open(&self, project: &ProjectId, thought: &Thought) -> Option<String> {
        self.open_bytes(of_thought(project, thought), thought.signature.as_deref()?)
    }

    /// Seals `content` as the signature of a step of a server-side tool.
    pub(crate) fn seal_step(&self, project: &ProjectId, step: &Step, content: &str) -> String {
        self.seal_bytes(of_step(project, step), content)
    }

    /// The content in the signature of a step of a server-side tool; `None` when the step is not as it was sealed.
    pub(crate) fn open_step(&self, project: &ProjectId, step: &Step) -> Option<String> {
        self.open_bytes(of_step(project, step), step.server_signature()?)
    }

    /// Seals a text for a purpose of its own.
    pub(crate) fn seal_text(&self, purpose: &str, project: &ProjectId, text: &str) -> String {
        self.seal_bytes(of_text(purpose, project), text)
    }

    /// The text that was sealed for this purpose; `None` when it was not.
    pub(crate) fn open_text(&self, purpose: &str, project: &ProjectId, sealed: &str) -> Option<String> {
        self.open_bytes(of_text(purpose, project), sealed)
    }

    fn seal_bytes(&self, context: Vec<u8>, content: &str) -> String {
        let mut bytes = content.as_bytes().to_vec();
        match self.key.seal_in_place_append_tag(Aad::from(context), &mut bytes) {
            Ok(nonce) => {
                let mut sealed = nonce.as_ref().to_vec();
                sealed.append(&mut bytes);
                STANDARD.encode(sealed)
            }
            // Only a content beyond 64 GiB gets here; without a signature it is refused when resent.
            Err(_) => String::new(),
        }
    }

    fn open_bytes(&self, context: Vec<u8>, signature: &str) -> Option<String> {
        let mut bytes = STANDARD.decode(signature).ok()?;
        if bytes.len() < NONCE_LEN {
            return None;
        }
        let mut sealed = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).ok()?;
        let content = self.key.open_in_place(nonce, Aad::from(context), &mut sealed).ok()?;
        String::from_utf8(content.to_vec()).ok()
    }
}

fn of_text(purpose: &str, project: &ProjectId) -> Vec<u8> {
    serde_json::to_vec(&(purpose, project.as_str())).unwrap_or_default()
}

fn of_thought(project: &ProjectId, thought: &Thought) -> Vec<u8> {
    serde_json::to_vec(&("thought/1", project.as_str(), &thought.summary)).unwrap_or_default()
}

/// What a client must resend unchanged. How its JSON library writes it does not matter: keys are sorted, absent fields and
/// defaults are the same.
fn of_step(project: &ProjectId, step: &Step) -> Vec<u8> {
    let bare = step.clone().with_server_signature(None);
    let mut value = serde_json::to_value(&bare).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        fields.retain(|name, value| name != "is_error" || *value == Value::Bool(true));
    }
    normalize(&mut value);
    value.sort_all_objects();
    serde_json::to_vec(&("step/1", project.as_str(), value)).unwrap_or_default()
}

/// Takes away what JSON libraries write in different ways: absent fields, and whole numbers.
fn normalize(value: &mut Value) {
    /// Up to here every whole number is a double.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(normalize);
        }
        Value::Array(values) => values.iter_mut().for_each(normalize),
        Value::Number(number) => {
            if let Some(double) = number
                .as_f64()
                .filter(|double| double.fract() == 0.0 && double.abs() < EXACT)
            {
                *value = Value::from(double as i64);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
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
