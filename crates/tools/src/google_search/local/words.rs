/// The most words of a query that are searched for.
const MAX_WORDS: usize = 32;

/// Sets characters of scripts without spaces apart, so that the index has each as a word.
pub(super) fn separated(text: &str) -> String {
    let mut separated = String::with_capacity(text.len());
    for character in text.chars() {
        if stands_alone(character) {
            separated.push(' ');
            separated.push(character);
            separated.push(' ');
        } else {
            separated.push(character);
        }
    }
    separated
}

/// A query in the index's language: documents with all words, and documents with any. `None` when it has no words.
pub(super) fn expressions(query: &str) -> Option<(String, String)> {
    // Quoted, so that nothing of the query is an operator.
    let words: Vec<String> = query
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .map(|word| format!("\"{}\"", separated(word).trim()))
        .collect();
    if words.is_empty() {
        return None;
    }
    Some((words.join(" AND "), words.join(" OR ")))
}

/// Han, Kana and Hangul.
fn stands_alone(character: char) -> bool {
    matches!(
        character,
        '\u{3040}'..='\u{30FF}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{AC00}'..='\u{D7AF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{20000}'..='\u{2FA1F}'
    )
}
