/// Follows the sentences of a text, so that a mark knows which one it closes. Offsets are UTF-8 bytes.
#[derive(Debug, Default)]
pub(super) struct Passages {
    offset: usize,
    current: Passage,
    /// The last passage that ended.
    previous: Option<Span>,
    /// The current passage may have ended: what follows decides.
    ending: Option<Ending>,
}

/// Bytes of the text, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Debug, Default)]
struct Passage {
    start: Option<usize>,
    end: usize,
    has_word: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Behind the full stop and perhaps a quotation mark.
    Stopped,
    /// Behind a space behind that.
    Spaced,
}

impl Passages {
    /// Takes the next character. Returns the passage that thereby ended, if one did. In code no full stop ends a sentence.
    pub(super) fn read(&mut self, character: char, is_code: bool) -> Option<Span> {
        let start = self.offset;
        self.offset += character.len_utf8();
        let mut ended = None;
        if character == '\n' {
            self.ending = None;
            return self.end();
        }
        if character.is_whitespace() {
            if self.ending.is_some() {
                self.ending = Some(Ending::Spaced);
            }
            // Without a word it was a list's bullet, a heading's sign or the comma after a mark.
            if !self.current.has_word {
                self.current = Passage::default();
            }
            return None;
        }
        match self.ending {
            // "approx. five": no sentence begins in lower case.
            Some(Ending::Spaced) if !character.is_lowercase() => {
                ended = self.end();
                self.ending = None;
            }
            Some(Ending::Stopped) if closes(character) => {}
            Some(Ending::Stopped | Ending::Spaced) => self.ending = None,
            None => {}
        }
        if self.current.start.is_some() || !stays_behind(character) {
            self.current.start.get_or_insert(start);
            self.current.end = self.offset;
            self.current.has_word |= is_word(character);
        }
        if !is_code {
            match character {
                '.' | '!' | '?' | '…' => self.ending = Some(Ending::Stopped),
                // These stand without a space behind them.
                '。' | '！' | '？' | '｡' => self.ending = Some(Ending::Spaced),
                _ => {}
            }
        }
        ended
    }

    /// A mark stands here: what it cites. The passage ends.
    pub(super) fn cite(&mut self) -> Option<Span> {
        self.ending = None;
        self.end().or(self.previous)
    }

    /// The text ends here: the passage that thereby ended.
    pub(super) fn end(&mut self) -> Option<Span> {
        let passage = std::mem::take(&mut self.current);
        let span = passage.start.filter(|_| passage.has_word).map(|start| Span {
            start,
            end: passage.end,
        });
        self.previous = span.or(self.previous);
        span
    }
}

/// Whether a passage with this character says something.
fn is_word(character: char) -> bool {
    character.is_alphanumeric()
        || !character.is_ascii()
            && !character.is_whitespace()
            && !character.is_control()
            && !matches!(character, '\u{2010}'..='\u{206F}' | '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FF0F}' | '«' | '»' | '·' | '\u{FEFF}')
}

/// Whether the character may stand between a full stop and the end of its sentence.
fn closes(character: char) -> bool {
    matches!(
        character,
        '.' | '!' | '?' | '…' | ')' | ']' | '}' | '"' | '\'' | '”' | '’' | '»' | '*' | '_' | '」' | '』' | '）'
    )
}

/// Whether the character, when it follows a mark or a sentence, is no beginning.
fn stays_behind(character: char) -> bool {
    trails(character) && !matches!(character, '"' | '\'' | '*' | '_')
}

/// Whether the character belongs to what stands before it.
pub(super) fn trails(character: char) -> bool {
    closes(character)
        || matches!(
            character,
            ',' | ';' | ':' | '|' | '。' | '，' | '、' | '！' | '？' | '；' | '：' | '｡'
        )
}
