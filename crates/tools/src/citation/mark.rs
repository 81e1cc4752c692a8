/// The longest text that is still read as a mark.
pub(super) const MAX_MARK_BYTES: usize = 64;
/// The most digits of a source's number.
const MAX_DIGITS: usize = 6;

/// Reads `[[1]]` and `[[1, 3]]`, with spaces and tabs inside, one character at a time.
#[derive(Debug, Default)]
pub(super) struct MarkReader {
    place: Place,
    /// What was read, to be given back when it turns out not to be a mark.
    read: String,
    numbers: Vec<usize>,
    number: usize,
    digits: usize,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    FirstBracket,
    BeforeNumber,
    InNumber,
    AfterNumber,
    FirstClosing,
}

/// What a character did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// It is part of what may become a mark.
    Held,
    /// It ended a mark of these sources.
    Mark(Vec<usize>),
    /// It showed that the text held so far is no mark: that text, to be passed on. The character itself was not read.
    Text(String),
}

impl MarkReader {
    /// Whether something is held.
    pub(super) fn is_open(&self) -> bool {
        self.place != Place::Outside
    }

    /// Reads a character. When nothing is held it must be `[`.
    pub(super) fn read(&mut self, character: char) -> Read {
        if self.read.len() + character.len_utf8() > MAX_MARK_BYTES {
            return Read::Text(self.give_back());
        }
        let next = match (self.place, character) {
            (Place::Outside, '[') => Place::FirstBracket,
            (Place::FirstBracket, '[') => Place::BeforeNumber,
            // Of three brackets the first is text.
            (Place::BeforeNumber, '[') if self.read == "[[" => return Read::Text(self.shift()),
            (Place::BeforeNumber, ' ' | '\t') => Place::BeforeNumber,
            (Place::BeforeNumber | Place::InNumber, '0'..='9') if self.digits < MAX_DIGITS => {
                self.number = self.number * 10 + (character as usize - '0' as usize);
                self.digits += 1;
                Place::InNumber
            }
            (Place::InNumber | Place::AfterNumber, ' ' | '\t') => Place::AfterNumber,
            (Place::InNumber | Place::AfterNumber, ',') => {
                self.end_number();
                Place::BeforeNumber
            }
            (Place::InNumber | Place::AfterNumber, ']') => {
                self.end_number();
                Place::FirstClosing
            }
            (Place::FirstClosing, ']') => {
                let numbers = std::mem::take(&mut self.numbers);
                *self = Self::default();
                return Read::Mark(numbers);
            }
            _ => return Read::Text(self.give_back()),
        };
        self.place = next;
        self.read.push(character);
        Read::Held
    }

    /// Gives back what is held: it is no mark.
    pub(super) fn give_back(&mut self) -> String {
        std::mem::take(self).read
    }

    /// Gives back the first of two brackets, and goes on behind one.
    fn shift(&mut self) -> String {
        self.place = Place::FirstBracket;
        self.read.truncate(1);
        "[".to_owned()
    }

    fn end_number(&mut self) {
        self.numbers.push(self.number);
        self.number = 0;
        self.digits = 0;
    }
}
