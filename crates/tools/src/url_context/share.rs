/// Shares `budget` characters among texts of these lengths: the short ones whole, the long ones alike.
pub(super) fn share(lengths: &[usize], budget: usize) -> Vec<usize> {
    let mut shortest_first: Vec<usize> = (0..lengths.len()).collect();
    shortest_first.sort_by_key(|&index| lengths[index]);
    let mut shares = vec![0; lengths.len()];
    let mut left = budget;
    for (done, &index) in shortest_first.iter().enumerate() {
        let fair = left / (lengths.len() - done);
        shares[index] = lengths[index].min(fair);
        left -= shares[index];
    }
    shares
}

/// The first `characters` of a text, up to the last white space if one is near.
pub(super) fn beginning(text: &str, characters: usize) -> &str {
    let Some((end, _)) = text.char_indices().nth(characters) else {
        return text;
    };
    let cut = &text[..end];
    match cut.rfind(char::is_whitespace) {
        Some(space) if end - space < 200 => cut[..space].trim_end(),
        _ => cut,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_short_texts_leave_goes_to_the_long_ones() {
        assert_eq!(share(&[10, 1000, 500], 610), [10, 300, 300]);
        assert_eq!(share(&[10, 20], 100), [10, 20]);
        assert_eq!(share(&[5, 5, 5], 2), [0, 1, 1]);
        assert_eq!(share(&[], 7), [0; 0]);
    }

    #[test]
    fn a_text_is_cut_between_words_and_never_inside_a_character() {
        assert_eq!(beginning("one two", 5), "one");
        assert_eq!(beginning("one two", 7), "one two");
        assert_eq!(beginning("äöüäöü", 4), "äöüä");
        assert_eq!(beginning("äöü", 0), "");
    }
}
