/// Finds markers in text that comes in pieces.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    held: String,
}

/// What came next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Text without a marker.
    Text(String),
    /// The marker of that index.
    Marker(usize),
}

impl Scanner {
    /// Takes more text.
    pub fn feed(&mut self, text: &str) {
        self.held.push_str(text);
    }

    /// The next text or marker; `None` where only more text can tell.
    pub fn next(&mut self, markers: &[&str]) -> Option<Found> {
        let first = markers
            .iter()
            .enumerate()
            .filter_map(|(index, marker)| Some((self.held.find(marker)?, index)))
            .min_by_key(|&(at, _)| at);
        match first {
            Some((0, index)) => {
                self.held.drain(..markers[index].len());
                Some(Found::Marker(index))
            }
            Some((at, _)) => Some(Found::Text(self.held.drain(..at).collect())),
            None => {
                let keep = held_back(&self.held, markers);
                let text: String = self.held.drain(..self.held.len() - keep).collect();
                (!text.is_empty()).then_some(Found::Text(text))
            }
        }
    }

    /// What was held back.
    pub fn rest(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

/// The length of the longest end of `text` that begins one of `markers`.
pub(crate) fn held_back(text: &str, markers: &[&str]) -> usize {
    let longest = markers
        .iter()
        .map(|marker| marker.len().saturating_sub(1))
        .max()
        .unwrap_or(0);
    text.char_indices()
        .rev()
        .map(|(at, _)| text.len() - at)
        .take_while(|&length| length <= longest)
        .filter(|&length| {
            markers
                .iter()
                .any(|marker| marker.starts_with(&text[text.len() - length..]))
        })
        .last()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_split_over_pieces_are_found_and_text_is_held_back_only_where_needed() {
        let markers = ["<think>", "<tool>"];
        let mut scanner = Scanner::default();
        scanner.feed("a <b> <t");
        assert_eq!(scanner.next(&markers), Some(Found::Text("a <b> ".to_owned())));
        assert_eq!(scanner.next(&markers), None);
        scanner.feed("ool>x");
        assert_eq!(scanner.next(&markers), Some(Found::Marker(1)));
        assert_eq!(scanner.next(&markers), Some(Found::Text("x".to_owned())));
        scanner.feed("é<");
        assert_eq!(scanner.next(&markers), Some(Found::Text("é".to_owned())));
        assert_eq!(scanner.rest(), "<");
    }
}
