//! What stands in a step in place of large bytes.
//!
//! Each kind of place has a mark that a reference begins with. A mark and `@` is a reference, a mark and `=` is a text that
//! itself begins with the mark. Every other text stands for itself.

use aws_lc_rs::digest::{SHA256, digest};

use crate::slots::Slot;

const DIGITS: usize = 64;

/// The SHA-256 of a text, in lowercase hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hash(String);

impl Hash {
    pub fn of(text: &[u8]) -> Self {
        let hash = digest(&SHA256, text);
        Self(hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn parse(digits: &str) -> Option<Self> {
        let are_ours = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
        (digits.len() == DIGITS && digits.bytes().all(are_ours)).then(|| Self(digits.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a stored text stands for.
#[derive(Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Itself.
    Itself,
    /// This text, which begins with the mark.
    Escaped(String),
    /// The bytes with this hash.
    Large(Hash),
    /// It begins like a reference and is none.
    Broken,
}

/// What a reference begins and ends with, so that it is what the slot must hold: a text, a JSON value, a JSON object.
fn frame(slot: &Slot<'_>) -> (&'static str, &'static str) {
    match slot {
        Slot::Text(_) => ("antiphon-blob:", ""),
        Slot::Value(_) => ("\"antiphon-blob:", "\""),
        Slot::Object(_) => ("{\"antiphon-blob\":\"", "\"}"),
    }
}

/// The reference to `hash`, as the slot takes it.
pub fn refer(slot: &Slot<'_>, hash: &Hash) -> String {
    let (mark, end) = frame(slot);
    format!("{mark}@{}{end}", hash.as_str())
}

/// What has to be stored for the slot's text so that it stands for itself; `None` when that is the text.
pub fn escape(slot: &Slot<'_>) -> Option<String> {
    let (mark, _) = frame(slot);
    let rest = slot.text().strip_prefix(mark)?;
    Some(format!("{mark}={rest}"))
}

/// What the slot's stored text stands for.
pub fn meaning(slot: &Slot<'_>) -> Meaning {
    let (mark, end) = frame(slot);
    let Some(rest) = slot.text().strip_prefix(mark) else {
        return Meaning::Itself;
    };
    if let Some(rest) = rest.strip_prefix('=') {
        return Meaning::Escaped(format!("{mark}{rest}"));
    }
    let Some(rest) = rest.strip_prefix('@') else {
        // Older than this decorator, which would have escaped it.
        return Meaning::Itself;
    };
    match rest.strip_suffix(end).and_then(Hash::parse) {
        Some(hash) => Meaning::Large(hash),
        None => Meaning::Broken,
    }
}

#[cfg(test)]
mod tests {
    use antiphon_interaction::Json;
    use proptest::prelude::*;

    use super::*;

    /// Texts that look like references, escaped ones and parts of them.
    fn hostile() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("antiphon-blob:".to_owned()),
            Just("@".to_owned()),
            Just("=".to_owned()),
            Just("a".repeat(DIGITS)),
            "[ -~]{0,4}",
        ];
        prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }

    fn stored(slot: &Slot<'_>) -> String {
        escape(slot).unwrap_or_else(|| slot.text().to_owned())
    }

    fn stands_for(slot: &Slot<'_>) -> String {
        match meaning(slot) {
            Meaning::Itself => slot.text().to_owned(),
            Meaning::Escaped(text) => text,
            meaning @ (Meaning::Large(_) | Meaning::Broken) => panic!("{} is {meaning:?}", slot.text()),
        }
    }

    proptest! {
        /// Whatever is stored as itself reads as itself, in each kind of slot, and never as a reference.
        #[test]
        fn no_text_is_taken_for_a_reference(text in hostile()) {
            let mut written = text.clone();
            let mut read = stored(&Slot::Text(&mut written));
            prop_assert_eq!(stands_for(&Slot::Text(&mut read)), text.clone());

            let value = format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
            let mut written = Json::parse(value.clone()).unwrap();
            let mut read = Json::parse(stored(&Slot::Value(&mut written))).unwrap();
            prop_assert_eq!(stands_for(&Slot::Value(&mut read)), value.clone());

            let object = format!("{{\"antiphon-blob\":{value},\"type\":\"new\"}}");
            let mut written = Json::parse(object.clone()).unwrap();
            let mut read = Json::parse(stored(&Slot::Object(&mut written))).unwrap();
            prop_assert_eq!(stands_for(&Slot::Object(&mut read)), object);
        }
    }

    #[test]
    fn a_reference_names_its_bytes() {
        let hash = Hash::of(b"bytes");
        let mut text = String::new();
        let mut text = refer(&Slot::Text(&mut text), &hash);
        assert_eq!(meaning(&Slot::Text(&mut text)), Meaning::Large(hash.clone()));
        let mut cut = text[..text.len() - 1].to_owned();
        assert_eq!(meaning(&Slot::Text(&mut cut)), Meaning::Broken);
        let mut json = Json::parse("{}").unwrap();
        let mut value = Json::parse(refer(&Slot::Value(&mut json), &hash)).unwrap();
        assert_eq!(meaning(&Slot::Value(&mut value)), Meaning::Large(hash.clone()));
        let mut object = Json::parse(refer(&Slot::Object(&mut json), &hash)).unwrap();
        assert_eq!(meaning(&Slot::Object(&mut object)), Meaning::Large(hash));
    }
}
