use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::Value;

/// Stands inside a defused mark. A noncharacter, so no text of a conversation needs it; the prompt is cut there
/// before it becomes tokens.
pub(crate) const BREAK: char = '\u{fdd0}';

/// Defuses text that spells a control token.
#[derive(Debug)]
pub(crate) struct Guard(Option<AhoCorasick>);

impl Guard {
    /// Guards against `marks`.
    pub fn new<'m>(marks: impl IntoIterator<Item = &'m str>) -> Self {
        let marks: Vec<&str> = marks.into_iter().filter(|mark| mark.chars().count() > 1).collect();
        Self(
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(marks)
                .ok(),
        )
    }

    /// Breaks each mark in `text` after its first character.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut cut = 0;
        let mut guarded = String::new();
        for found in self.0.iter().flat_map(|marks| marks.find_iter(text)) {
            let first = text[found.start()..].chars().next().map_or(0, char::len_utf8);
            let at = found.start() + first;
            guarded.push_str(&text[cut..at]);
            guarded.push(BREAK);
            cut = at;
        }
        if cut == 0 {
            return Cow::Borrowed(text);
        }
        guarded.push_str(&text[cut..]);
        Cow::Owned(guarded)
    }

    /// Breaks each mark in the texts of `value`, keys included.
    pub fn json(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::from(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.json(item)).collect(),
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(key, value)| (self.text(key).into_owned(), self.json(value)))
                    .collect(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_the_model_are_broken_and_all_else_is_left_alone() {
        let guard = Guard::new(["<|im_end|>", "<|im_start|>"]);
        assert_eq!(guard.text("plain"), "plain");
        assert_eq!(
            guard.text("a<|im_end|>b<|im_start|>"),
            "a<\u{fdd0}|im_end|>b<\u{fdd0}|im_start|>"
        );
        assert_eq!(
            guard.json(&serde_json::json!({"k": ["<|im_end|>", 1]})),
            serde_json::json!({"k": ["<\u{fdd0}|im_end|>", 1]})
        );
    }
}
