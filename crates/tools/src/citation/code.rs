/// Follows Markdown's code: fenced blocks and spans between backticks. Marks inside are the author's own.
///
/// A span ends with its line at the latest, as nobody can know of an unfinished line whether its backtick will find a
/// partner.
#[derive(Debug)]
pub(super) struct CodeReader {
    place: Place,
    /// Whether the line so far has nothing but indentation and quote marks.
    line_is_blank: bool,
    /// The length of the run of fence characters just read, and whether a fence could begin or end with it.
    run: usize,
    run_character: char,
    run_begins_line: bool,
    /// Whether the line so far would close the fenced block.
    closes: bool,
    escaped: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    /// Between runs of so many backticks.
    Span(usize),
    /// On the line that opens a block, behind the fence.
    Info(char, usize),
    /// Inside a block.
    Block(char, usize),
}

impl Default for CodeReader {
    fn default() -> Self {
        Self {
            place: Place::Text,
            line_is_blank: true,
            run: 0,
            run_character: '`',
            run_begins_line: false,
            closes: false,
            escaped: false,
        }
    }
}

impl CodeReader {
    /// Whether a mark that begins here is text of the author's.
    pub(super) fn is_code(&self) -> bool {
        match self.place {
            // An opening run not yet ended by another character counts already.
            Place::Text => self.opens().is_some(),
            Place::Span(length) => self.run != length,
            Place::Info(..) | Place::Block(..) => true,
        }
    }

    /// Takes the next character of the text.
    pub(super) fn read(&mut self, character: char) {
        if self.run > 0 && character != self.run_character {
            self.end_run();
        }
        match self.place {
            Place::Text => self.read_text(character),
            Place::Span(_) | Place::Info('`', _) if character == '`' => self.lengthen('`'),
            Place::Span(_) | Place::Info(..) if character != '\n' => {}
            Place::Span(_) => self.place = Place::Text,
            Place::Info(fence, length) => self.place = Place::Block(fence, length),
            Place::Block(fence, length) => self.read_block(character, fence, length),
        }
        self.escaped = character == '\\' && !self.escaped;
        if character == '\n' {
            self.line_is_blank = true;
            self.closes = false;
            self.run = 0;
        } else if !matches!(character, ' ' | '\t' | '>') {
            self.line_is_blank = false;
        }
    }

    /// Something stood here that was taken out of the text: a run of backticks ends.
    pub(super) fn interrupt(&mut self) {
        if self.run > 0 {
            self.end_run();
        }
    }

    fn read_text(&mut self, character: char) {
        if character == '`' && !self.escaped || character == '~' && (self.line_is_blank || self.run > 0) {
            self.lengthen(character);
        }
    }

    fn read_block(&mut self, character: char, fence: char, length: usize) {
        if character == fence && (self.line_is_blank || self.run > 0) {
            self.lengthen(fence);
            self.closes = self.run >= length;
        } else if character == '\n' && self.closes {
            self.place = Place::Text;
        } else if !matches!(character, ' ' | '\t' | '\r') {
            self.closes = false;
        }
    }

    fn lengthen(&mut self, character: char) {
        if self.run == 0 {
            self.run_character = character;
            self.run_begins_line = self.line_is_blank;
        }
        self.run += 1;
    }

    /// What the run just read opens, seen from the text.
    fn opens(&self) -> Option<Place> {
        match (self.run, self.run_character) {
            (0, _) => None,
            (3.., fence) if self.run_begins_line => Some(Place::Info(fence, self.run)),
            (length, '`') => Some(Place::Span(length)),
            _ => None,
        }
    }

    fn end_run(&mut self) {
        self.place = match self.place {
            Place::Text => self.opens().unwrap_or(Place::Text),
            Place::Span(length) if length == self.run => Place::Text,
            // A backtick in what should be a fence's info string: it was a span, and this run may end it.
            Place::Info('`', length) if length == self.run => Place::Text,
            Place::Info('`', length) => Place::Span(length),
            place @ (Place::Span(_) | Place::Info(..) | Place::Block(..)) => place,
        };
        self.run = 0;
    }
}
