use antiphon_interaction::{Annotation, UrlCitation};

use super::{
    code::CodeReader,
    mark::{MAX_MARK_BYTES, MarkReader, Read},
    passage::{Passages, Span, trails},
};

/// The most spaces that are held back because a mark may follow.
const MAX_GAP_BYTES: usize = 16;

/// The most bytes of text that a [`CitationReader`] holds back between two fragments.
pub const MAX_HELD_BYTES: usize = MAX_MARK_BYTES + 2 * MAX_GAP_BYTES;

/// Takes the citation marks out of one text block as it streams.
///
/// - `[[1]]`, `[[1, 3]]` and `[[1]][[3]]` are marks, with spaces and tabs inside the brackets too. They leave the text; so
///   do the spaces before them where they would stand before white space, punctuation or the end.
/// - Each known source gives an annotation on the passage that the mark closes: from the end of the last sentence, line or
///   mark to this one, without white space around it. A mark directly behind another mark or a sentence cites what that one
///   cites or that sentence; a mark before all text cites the first passage. Offsets are UTF-8 bytes of the text that was
///   given out, the end exclusive, and an annotation comes with or after the last byte of its span.
/// - A number without a source is dropped; what only looks like a mark is text; marks in Markdown's code are text.
#[derive(Debug, Default)]
pub struct CitationReader {
    sources: Vec<(String, String)>,
    marks: MarkReader,
    code: CodeReader,
    passages: Passages,
    /// Spaces that a mark may follow.
    spaces: String,
    /// Spaces before the marks just read; what follows decides whether they stay.
    gap: String,
    after_mark: bool,
    line_is_empty: bool,
    /// Cited before anything was said.
    leading: Vec<usize>,
    last_span: Option<Span>,
    cited: Vec<usize>,
}

/// What can be shown of a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Piece {
    /// The text that follows what was shown before.
    pub text: String,
    /// Annotations on all the text so far.
    pub annotations: Vec<Annotation>,
}

impl CitationReader {
    /// Reads a text block whose mark `[[1]]` means the first of `sources`, each an address and a title.
    pub fn new(sources: Vec<(String, String)>) -> Self {
        Self {
            sources,
            line_is_empty: true,
            ..Self::default()
        }
    }

    /// Adds sources that the model learnt of; the numbers go on.
    pub fn add_sources(&mut self, sources: impl IntoIterator<Item = (String, String)>) {
        self.sources.extend(sources);
    }

    /// Takes the next fragment and gives out what is certain.
    pub fn push(&mut self, fragment: &str) -> Piece {
        let mut piece = Piece::default();
        for character in fragment.chars() {
            self.read(character, &mut piece);
        }
        piece
    }

    /// The text has ended: gives out the rest.
    pub fn finish(mut self) -> Piece {
        let mut piece = Piece::default();
        let held = self.marks.give_back();
        self.pass(&held, &mut piece);
        // Spaces before a mark at the end go; others are the model's.
        self.gap.clear();
        self.give_spaces(&mut piece);
        if let Some(span) = self.passages.end() {
            self.settle(span, &mut piece);
        }
        piece
    }

    fn read(&mut self, character: char, piece: &mut Piece) {
        if !self.marks.is_open() && (character != '[' || self.code.is_code()) {
            return self.read_text(character, piece);
        }
        match self.marks.read(character) {
            Read::Held => {}
            Read::Mark(numbers) => self.take_mark(&numbers, piece),
            Read::Text(text) => {
                self.pass(&text, piece);
                self.read(character, piece);
            }
        }
    }

    fn take_mark(&mut self, numbers: &[usize], piece: &mut Piece) {
        self.code.interrupt();
        self.gap.push_str(&std::mem::take(&mut self.spaces));
        self.after_mark = true;
        let known: Vec<usize> = numbers
            .iter()
            .filter_map(|number| number.checked_sub(1))
            .filter(|index| *index < self.sources.len())
            .collect();
        if known.is_empty() {
            return;
        }
        match self.passages.cite() {
            Some(span) => {
                self.settle(span, piece);
                for index in known {
                    self.annotate(span, index, piece);
                }
            }
            None => {
                for index in known {
                    if !self.leading.contains(&index) {
                        self.leading.push(index);
                    }
                }
            }
        }
    }

    /// Passes on text that is no mark.
    fn pass(&mut self, text: &str, piece: &mut Piece) {
        for character in text.chars() {
            self.read_text(character, piece);
        }
    }

    fn read_text(&mut self, character: char, piece: &mut Piece) {
        let is_space = matches!(character, ' ' | '\t');
        if self.after_mark {
            self.after_mark = false;
            let gap = std::mem::take(&mut self.gap);
            if is_space && self.line_is_empty {
                // The mark stood at the beginning of a line.
                return;
            }
            if !character.is_whitespace() && !trails(character) {
                self.give(&gap, piece);
            }
        }
        if is_space && !self.code.is_code() {
            self.spaces.push(character);
            if self.spaces.len() > MAX_GAP_BYTES {
                let first = self.spaces.remove(0);
                self.give_character(first, piece);
            }
            return;
        }
        self.give_spaces(piece);
        self.give_character(character, piece);
    }

    fn give_spaces(&mut self, piece: &mut Piece) {
        let spaces = std::mem::take(&mut self.spaces);
        self.give(&spaces, piece);
    }

    fn give(&mut self, text: &str, piece: &mut Piece) {
        for character in text.chars() {
            self.give_character(character, piece);
        }
    }

    fn give_character(&mut self, character: char, piece: &mut Piece) {
        let is_code = self.code.is_code();
        self.code.read(character);
        self.line_is_empty = character == '\n';
        let ended = self.passages.read(character, is_code);
        piece.text.push(character);
        if let Some(span) = ended {
            self.settle(span, piece);
        }
    }

    /// Gives the first passage what was cited before it.
    fn settle(&mut self, span: Span, piece: &mut Piece) {
        for index in std::mem::take(&mut self.leading) {
            self.annotate(span, index, piece);
        }
    }

    fn annotate(&mut self, span: Span, index: usize, piece: &mut Piece) {
        if self.last_span != Some(span) {
            self.last_span = Some(span);
            self.cited.clear();
        }
        let Some((url, title)) = self.sources.get(index) else {
            return;
        };
        if self.cited.contains(&index) {
            return;
        }
        self.cited.push(index);
        piece.annotations.push(Annotation::UrlCitation(UrlCitation {
            start_index: Some(span.start as u64),
            end_index: Some(span.end as u64),
            url: Some(url.clone()),
            title: Some(title.clone()),
        }));
    }
}
