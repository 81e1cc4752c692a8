//! From token bytes to text: a character may be spread over several tokens.

/// Holds the bytes of an unfinished character.
#[derive(Debug, Default)]
pub(crate) struct TokenText {
    held: Vec<u8>,
}

impl TokenText {
    /// The text that is whole after `bytes`. What can never become a character is replaced by `U+FFFD`.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.held.extend_from_slice(bytes);
        let mut text = String::new();
        let mut rest: &[u8] = &self.held;
        loop {
            match std::str::from_utf8(rest) {
                Ok(whole) => {
                    text.push_str(whole);
                    rest = &[];
                    break;
                }
                Err(error) => {
                    let (whole, tail) = rest.split_at(error.valid_up_to());
                    text.push_str(&String::from_utf8_lossy(whole));
                    match error.error_len() {
                        Some(bad) => {
                            text.push(char::REPLACEMENT_CHARACTER);
                            rest = &tail[bad..];
                        }
                        None => {
                            rest = tail;
                            break;
                        }
                    }
                }
            }
        }
        self.held = rest.to_vec();
        text
    }

    /// What is left at the end.
    pub fn finish(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.held)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_spread_over_tokens_waits_until_it_is_whole() {
        let mut text = TokenText::default();
        let crab = "🦀".as_bytes();
        assert_eq!(text.push(&[b'a', crab[0], crab[1]]), "a");
        assert_eq!(text.push(&crab[2..3]), "");
        assert_eq!(text.push(&[crab[3], b'b']), "🦀b");
        assert_eq!(text.push(&[0xff, b'c']), "\u{fffd}c");
        assert_eq!(text.push(&crab[..2]), "");
        assert_eq!(text.finish(), "\u{fffd}");
    }
}
