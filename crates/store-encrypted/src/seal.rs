//! Encrypting one thing for one place.

use antiphon_store::Error;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::keys::{Key, Keys};

/// The version of the form: version, the key's id, then nonce, ciphertext and tag in base64.
const VERSION: &str = "1";

/// What a key is derived for: an interaction, a job, a document, a secret.
pub struct Scope<'a> {
    keys: &'a Keys,
    context: Vec<u8>,
    what: String,
    // The key used last; usually the only one.
    derived: Option<(String, RandomizedNonceKey)>,
}

impl<'a> Scope<'a> {
    /// `parts` name it, the kind first.
    pub fn new(keys: &'a Keys, parts: &[&str]) -> Self {
        Self {
            keys,
            context: joined(parts.iter().map(|part| part.as_bytes())),
            what: parts.join(" "),
            derived: None,
        }
    }

    /// Encrypts `plain` for `place`.
    pub fn seal(&mut self, place: &[&[u8]], mut plain: Vec<u8>) -> Result<String, Error> {
        let Some(key) = self.keys.first() else {
            return Err(unusable());
        };
        let id = key.id().to_owned();
        let derived = self.derived(key)?;
        let nonce = derived
            .seal_in_place_append_tag(Aad::from(joined(place.iter().copied())), &mut plain)
            .map_err(|_| unusable())?;
        let mut sealed = format!("{VERSION}.{id}.");
        let mut bytes = nonce.as_ref().to_vec();
        bytes.append(&mut plain);
        STANDARD_NO_PAD.encode_string(bytes, &mut sealed);
        Ok(sealed)
    }

    /// Decrypts what was sealed for `place`.
    pub fn open(&mut self, place: &[&[u8]], sealed: &str) -> Result<Vec<u8>, Error> {
        let mut parts = sealed.splitn(3, '.');
        let (version, id, text) = (parts.next(), parts.next(), parts.next());
        let (Some(VERSION), Some(id), Some(text)) = (version, id, text) else {
            return Err(self.damaged("is encrypted in a form that this build does not know"));
        };
        let Some(key) = self.keys.find(id) else {
            let configured = self.keys;
            return Err(self.damaged(&format!(
                "is encrypted under the key `{id}`, and ANTIPHON_ENCRYPTION_KEY has {configured}"
            )));
        };
        let altered = "was altered, or put in another's place, after it had been encrypted";
        let Ok(mut bytes) = STANDARD_NO_PAD.decode(text) else {
            return Err(self.damaged(altered));
        };
        let derived = self.derived(key)?;
        let opened = bytes.split_at_mut_checked(NONCE_LEN).and_then(|(nonce, ciphertext)| {
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let place = Aad::from(joined(place.iter().copied()));
            derived
                .open_in_place(nonce, place, ciphertext)
                .ok()
                .map(|plain| plain.to_vec())
        });
        opened.ok_or_else(|| self.damaged(altered))
    }

    /// Something of this scope cannot be read.
    pub fn damaged(&self, how: &str) -> Error {
        Error::Damaged {
            location: "the encrypted data".to_owned(),
            message: format!("something of the {} {how}", self.what),
        }
    }

    fn derived(&mut self, key: &Key) -> Result<&RandomizedNonceKey, Error> {
        let cached = self.derived.take().filter(|(id, _)| id == key.id());
        let derived = match cached {
            Some(derived) => derived,
            None => {
                let bytes = key.derived(&self.context).ok_or_else(unusable)?;
                let derived = RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| unusable())?;
                (key.id().to_owned(), derived)
            }
        };
        Ok(&self.derived.insert(derived).1)
    }
}

/// The parts, each behind its length, so that no two lists give the same bytes.
fn joined<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut joined = Vec::new();
    for part in parts {
        joined.extend_from_slice(&(part.len() as u64).to_le_bytes());
        joined.extend_from_slice(part);
    }
    joined
}

fn unusable() -> Error {
    Error::Unavailable {
        location: "the encryption of the store".to_owned(),
        source: Box::new(crate::Error::Unusable),
    }
}
