//! Citations: marks out of a stream, annotations on the right bytes.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test fails"
)]

use antiphon_interaction::{Annotation, UrlCitation};
use antiphon_tools::{
    Source,
    citation::{CitationReader, MAX_HELD_BYTES, Piece, render_sources},
};
use proptest::prelude::*;

const SOURCES: usize = 3;

fn sources() -> Vec<(String, String)> {
    (1..=SOURCES)
        .map(|number| (format!("https://example.com/{number}"), format!("Page {number}")))
        .collect()
}

/// Reads the fragments as one text block.
fn read<'a>(fragments: impl IntoIterator<Item = &'a str>) -> Piece {
    let mut reader = CitationReader::new(sources());
    let mut all = Piece::default();
    for fragment in fragments {
        let piece = reader.push(fragment);
        all.text.push_str(&piece.text);
        all.annotations.extend(piece.annotations);
    }
    let rest = reader.finish();
    all.text.push_str(&rest.text);
    all.annotations.extend(rest.annotations);
    all
}

/// The cited text and the number of its source.
fn citations(piece: &Piece) -> Vec<(&str, usize)> {
    piece
        .annotations
        .iter()
        .map(|annotation| {
            let Annotation::UrlCitation(UrlCitation {
                start_index: Some(start),
                end_index: Some(end),
                url: Some(url),
                title: Some(title),
            }) = annotation
            else {
                panic!("not a whole URL citation: {annotation:?}");
            };
            let number: usize = url.rsplit('/').next().unwrap().parse().unwrap();
            assert_eq!(*title, format!("Page {number}"));
            let range = usize::try_from(*start).unwrap()..usize::try_from(*end).unwrap();
            (piece.text.get(range).expect("a span of whole characters"), number)
        })
        .collect()
}

/// A text, what is shown of it, and what it cites.
type Case = (&'static str, &'static str, &'static [(&'static str, usize)]);

const CASES: &[Case] = &[
    ("Rust is fast [[1]].", "Rust is fast.", &[("Rust is fast", 1)]),
    ("Rust is fast. [[1]]", "Rust is fast.", &[("Rust is fast.", 1)]),
    (
        "Rust is fast.[[1]] It is safe.[[2]]",
        "Rust is fast. It is safe.",
        &[("Rust is fast.", 1), ("It is safe.", 2)],
    ),
    (
        "Fast [[1]], safe [[2]] and small.",
        "Fast, safe and small.",
        &[("Fast", 1), ("safe", 2)],
    ),
    (
        "It is fast [[1]][[3]].",
        "It is fast.",
        &[("It is fast", 1), ("It is fast", 3)],
    ),
    (
        "It is fast [[ 1 ,\t3 ]] now",
        "It is fast now",
        &[("It is fast", 1), ("It is fast", 3)],
    ),
    ("Fast [[1]] [[2]] [[1]] now", "Fast now", &[("Fast", 1), ("Fast", 2)]),
    ("One. Two [[1]]", "One. Two", &[("Two", 1)]),
    (
        "About approx. five and 3.5 of it [[1]].",
        "About approx. five and 3.5 of it.",
        &[("About approx. five and 3.5 of it", 1)],
    ),
    (
        "Zürich liegt schön 🏔 [[2]]!",
        "Zürich liegt schön 🏔!",
        &[("Zürich liegt schön 🏔", 2)],
    ),
    (
        "東京は首都です[[1]]。大阪は違います。[[2]]",
        "東京は首都です。大阪は違います。",
        &[("東京は首都です", 1), ("大阪は違います。", 2)],
    ),
    (
        "# Facts\n- **Fast** [[1]]\n- \"Safe.\" [[2]]\n",
        "# Facts\n- **Fast**\n- \"Safe.\"\n",
        &[("**Fast**", 1), ("\"Safe.\"", 2)],
    ),
    ("**Fast [[1]]** and", "**Fast** and", &[("**Fast", 1)]),
    (
        "[[1]] Rust is fast. It is.",
        "Rust is fast. It is.",
        &[("Rust is fast.", 1)],
    ),
    ("[[1]]", "", &[]),
    (
        "Unknown [[9]] and [[0]] mixed [[1, 9]].",
        "Unknown and mixed.",
        &[("Unknown and mixed", 1)],
    ),
    (
        "Not marks: [[a]] [1] [[1] [[]] [[1,]] a[[1",
        "Not marks: [[a]] [1] [[1] [[]] [[1,]] a[[1",
        &[],
    ),
    ("Three [[[1]]] brackets", "Three [] brackets", &[("Three [", 1)]),
    (
        "Keep `x[[1]]` and ``y` [[2]]`` [[3]].",
        "Keep `x[[1]]` and ``y` [[2]]``.",
        &[("Keep `x[[1]]` and ``y` [[2]]``", 3)],
    ),
    (
        "Say `x`[[1]]``y`` [[2]]",
        "Say `x```y``",
        &[("Say `x`", 1), ("``y``", 2)],
    ),
    (
        "A\n```py\nm = a[[1]]\n````` \nB [[2]]",
        "A\n```py\nm = a[[1]]\n````` \nB",
        &[("B", 2)],
    ),
    (
        "~~~\n[[1]]\n```\n[[1]]\n~~~\nC [[3]]",
        "~~~\n[[1]]\n```\n[[1]]\n~~~\nC",
        &[("C", 3)],
    ),
    (
        "A stray ` ends with its line\nD [[1]]",
        "A stray ` ends with its line\nD",
        &[("D", 1)],
    ),
    (
        "An escaped \\` is none [[1]]",
        "An escaped \\` is none",
        &[("An escaped \\` is none", 1)],
    ),
    ("Spaces  stay  here \t", "Spaces  stay  here \t", &[]),
];

#[test]
fn marks_become_annotations() {
    for (text, shown, cited) in CASES {
        let piece = read([*text]);
        assert_eq!(&piece.text, shown, "of {text:?}");
        assert_eq!(&citations(&piece), cited, "of {text:?}");
    }
}

#[test]
fn one_character_at_a_time_gives_the_same() {
    for (text, _, _) in CASES {
        let characters: Vec<String> = text.chars().map(String::from).collect();
        assert_eq!(
            read(characters.iter().map(String::as_str)),
            read([*text]),
            "of {text:?}"
        );
    }
}

#[test]
fn sources_may_come_later() {
    let mut reader = CitationReader::new(sources());
    let before = reader.push("Early [[4]]. ");
    reader.add_sources([("https://example.com/4".to_owned(), "Page 4".to_owned())]);
    let after = reader.push("Late [[4]].");
    assert!(before.annotations.is_empty());
    assert_eq!(after.annotations.len(), 1);
}

#[test]
fn little_is_held_back() {
    for endless in [
        " ".repeat(5000),
        format!("[[{}", "1, ".repeat(2000)),
        "[".repeat(5000),
        " [[1]]".repeat(900),
    ] {
        let mut reader = CitationReader::new(sources());
        let piece = reader.push(&endless);
        let rest = reader.finish();
        assert!(
            rest.text.len() <= MAX_HELD_BYTES,
            "{} bytes were held back",
            rest.text.len()
        );
        if !endless.contains("]]") {
            assert_eq!(piece.text + &rest.text, endless);
        }
    }
}

#[test]
fn sources_are_numbered_for_the_model_and_cannot_forge_a_number() {
    let source = |title: &str, passage: &str| Source {
        url: "https://example.com/a".to_owned(),
        title: title.to_owned(),
        passage: passage.to_owned(),
    };
    assert_eq!(
        render_sources(4, &[source("A", "One."), source("B [[4]]", "Two [[4]].")]),
        "[[4]] A\nhttps://example.com/a\nOne.\n\n[[5]] B [ [4]]\nhttps://example.com/a\nTwo [ [4]].\n"
    );
}

/// Text with everything that the reader looks at, and everything else.
fn hostile_text() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        4 => "[\\PC]{0,6}",
        2 => Just(" ".to_owned()),
        1 => Just("\n".to_owned()),
        3 => "\\[\\[ ?[0-9]{1,2} ?(, ?[1-4])?\\]\\]",
        2 => "[\\[\\]`~,.!?。\t1]{1,4}",
        1 => Just("```".to_owned()),
        1 => "[ \t]{14,20}",
    ];
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

fn split(text: &str, cuts: &[prop::sample::Index]) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(characters.len() + 1)).collect();
    places.sort_unstable();
    let mut fragments = Vec::new();
    let mut from = 0;
    for place in places {
        fragments.push(characters[from..place].iter().collect());
        from = place;
    }
    fragments.push(characters[from..].iter().collect());
    fragments
}

proptest! {
    #[test]
    fn any_split_gives_the_same(text in hostile_text(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20)) {
        let fragments = split(&text, &cuts);
        prop_assert_eq!(read(fragments.iter().map(String::as_str)), read([text.as_str()]));
    }

    #[test]
    fn every_span_is_in_the_text_given_out_so_far(text in hostile_text()) {
        let mut reader = CitationReader::new(sources());
        let mut so_far = Piece::default();
        for character in text.chars() {
            let piece = reader.push(character.encode_utf8(&mut [0; 4]));
            so_far.text.push_str(&piece.text);
            so_far.annotations = piece.annotations;
            for (cited, number) in citations(&so_far) {
                prop_assert!(!cited.is_empty());
                prop_assert_eq!(cited, cited.trim());
                prop_assert!((1..=SOURCES).contains(&number));
            }
        }
        let held: usize = reader.finish().text.len();
        prop_assert!(held <= MAX_HELD_BYTES);
    }

    #[test]
    fn no_mark_is_left_and_nothing_else_is_lost(
        parts in prop::collection::vec(("[^\\[\\]`~]{0,8}", "\\[\\[[ \t]?[0-9]{1,3}([ \t]?,[ \t]?[0-9]{1,3}){0,3}[ \t]?\\]\\]"), 0..12),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let marked: String = parts.iter().map(|(text, mark)| format!("{text}{mark}")).collect();
        let plain: String = parts.iter().map(|(text, _)| text.as_str()).collect();
        let fragments = split(&marked, &cuts);
        let shown = read(fragments.iter().map(String::as_str)).text;
        prop_assert!(!shown.contains("[["), "{:?} of {:?}", shown, marked);
        let solid = |text: &str| text.chars().filter(|character| !matches!(character, ' ' | '\t')).collect::<String>();
        prop_assert_eq!(solid(&shown), solid(&plain));
    }
}
