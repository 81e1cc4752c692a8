/// About how many bytes of text make a passage.
const PASSAGE_BYTES: usize = 1_200;

/// Cuts a text into passages: paragraphs, put together while they are short and cut between words where they are long.
pub(super) fn passages(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n");
    let mut passages = Vec::new();
    let mut open = String::new();
    for paragraph in paragraphs(&text) {
        if !open.is_empty() && open.len() + paragraph.len() > PASSAGE_BYTES {
            passages.push(std::mem::take(&mut open));
        }
        let mut rest = paragraph;
        while rest.len() > PASSAGE_BYTES {
            let cut = cut(rest);
            let (head, tail) = rest.split_at(cut);
            passages.push(head.trim().to_owned());
            rest = tail.trim_start();
        }
        if !rest.is_empty() {
            if !open.is_empty() {
                open.push_str("\n\n");
            }
            open.push_str(rest);
        }
    }
    if !open.is_empty() {
        passages.push(open);
    }
    passages
}

/// Runs of lines without an empty one.
fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let start = rest.len() - rest.trim_start_matches('\n').len();
            if start == rest.len() {
                return None;
            }
            let mut end = start;
            for line in rest[start..].split_inclusive('\n') {
                if line.trim().is_empty() {
                    break;
                }
                end += line.len();
            }
            let paragraph = rest[start..end].trim();
            // A line of spaces is empty too; it is passed over.
            let blank = rest[end..].split_inclusive('\n').next().map_or(0, str::len);
            rest = &rest[end + if end == start { blank } else { 0 }..];
            if !paragraph.is_empty() {
                return Some(paragraph);
            }
        }
    })
}

/// Where to cut a paragraph that is longer than a passage: behind a sentence, else a word, else a character.
fn cut(paragraph: &str) -> usize {
    let mut end = PASSAGE_BYTES;
    while !paragraph.is_char_boundary(end) {
        end -= 1;
    }
    let head = &paragraph[..end];
    let sentence = head.rfind(". ").map(|at| at + 1);
    let sentence = sentence.max(head.rfind('。').map(|at| at + '。'.len_utf8()));
    match sentence {
        Some(at) if at > PASSAGE_BYTES / 2 => at,
        _ => match head.rfind(char::is_whitespace) {
            Some(at) if at > 0 => at,
            _ => end,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_paragraphs_stay_together_and_long_ones_are_cut() {
        assert_eq!(passages("One\nline.\r\n\r\n  \n\n  Two. \n"), ["One\nline.\n\nTwo."]);
        assert!(passages(" \n\n \n").is_empty());
        let long = "Ein Satz über Zürich. ".repeat(200);
        let cut = passages(&format!("Kurz.\n\n{long}\n\nEnde."));
        assert!(cut.len() > 3);
        assert!(cut.iter().all(|passage| passage.len() <= PASSAGE_BYTES + 10));
        assert!(cut[1].ends_with("Zürich."));
        let joined: Vec<&str> = cut.iter().flat_map(|passage| passage.split_whitespace()).collect();
        let whole = format!("Kurz. {long} Ende.");
        assert_eq!(joined, whole.split_whitespace().collect::<Vec<_>>());
        assert_eq!(passages(&"語".repeat(1_000)).concat(), "語".repeat(1_000));
    }
}
