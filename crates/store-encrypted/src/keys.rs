use std::fmt;

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Error;

const LENGTH: usize = 32;
/// Separates this use of the operator's key from any other.
const SALT: &[u8] = b"antiphon encryption at rest 1";
const ID: &[u8] = b"id";
/// How many bytes of a key's id.
const ID_LENGTH: usize = 4;

/// The operator's keys: the first encrypts, all decrypt. Never shown.
pub struct Keys(Vec<Key>);

/// One of them.
pub struct Key {
    id: String,
    root: Prk,
}

/// So many bytes are derived.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

impl Key {
    fn new(bytes: &[u8]) -> Result<Self, Error> {
        let root = Salt::new(HKDF_SHA256, SALT).extract(bytes);
        let mut key = Self {
            id: String::new(),
            root,
        };
        let mut id = [0; ID_LENGTH];
        key.derive(&[ID], &mut id).ok_or(Error::Unusable)?;
        key.id = id.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(key)
    }

    /// Names the key and gives nothing of it away.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key for what `context` names.
    pub fn derived(&self, context: &[u8]) -> Option<[u8; LENGTH]> {
        let mut derived = [0; LENGTH];
        self.derive(&[b"key", context], &mut derived)?;
        Some(derived)
    }

    fn derive(&self, info: &[&[u8]], out: &mut [u8]) -> Option<()> {
        self.root.expand(info, Bytes(out.len())).ok()?.fill(out).ok()
    }
}

impl Keys {
    /// Reads the value of `ANTIPHON_ENCRYPTION_KEY`: keys of 32 bytes in base64, separated by commas or white space.
    ///
    /// # Errors
    /// [`Error::Malformed`] for one that is not, or for no key at all.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let parts = text.split(|separator: char| separator == ',' || separator.is_whitespace());
        let keys: Vec<Key> = parts
            .filter(|part| !part.is_empty())
            .enumerate()
            .map(|(index, part)| {
                let bytes = STANDARD.decode(part).ok().filter(|bytes| bytes.len() == LENGTH);
                Key::new(&bytes.ok_or(Error::Malformed { number: index + 1 })?)
            })
            .collect::<Result<_, Error>>()?;
        if keys.is_empty() {
            return Err(Error::Malformed { number: 1 });
        }
        Ok(Self(keys))
    }

    /// The one that encrypts.
    pub fn first(&self) -> Option<&Key> {
        self.0.first()
    }

    /// The one with this id.
    pub fn find(&self, id: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.id == id)
    }
}

/// The ids.
impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, key) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}`{}`", key.id)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({self})")
    }
}
