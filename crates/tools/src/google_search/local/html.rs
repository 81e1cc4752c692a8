use std::cell::RefCell;

use html5ever::tokenizer::{
    BufferQueue, CharacterTokens, EndTag, StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer,
    TokenizerOpts,
    states::{Rawtext, Rcdata, ScriptData},
};

/// The text of a page, as its tokens come: no tree is built, so that no nesting can exhaust the stack.
#[derive(Debug, Default)]
struct Reader {
    read: RefCell<Page>,
}

/// What is read of an HTML document.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Its `<title>`, else its first `<h1>`.
    pub(super) title: String,
    /// Its text; paragraphs and the like are set off by empty lines.
    pub(super) text: String,
    heading: String,
    in_title: bool,
    in_heading: bool,
    /// The element whose text nobody reads, and how often it is open.
    hidden: Option<(String, usize)>,
}

/// Reads an HTML document.
pub(super) fn read(html: &str) -> Page {
    let input = BufferQueue::default();
    input.push_back(html.into());
    let tokenizer = Tokenizer::new(Reader::default(), TokenizerOpts::default());
    while !input.is_empty() {
        // A script's end makes the tokenizer pause; there is nothing to wait for.
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    let mut page = tokenizer.sink.read.into_inner();
    if page.title.trim().is_empty() {
        page.title = std::mem::take(&mut page.heading);
    }
    page
}

/// The text of a piece of HTML, such as a snippet with highlights.
pub(in crate::google_search) fn plain_text(html: &str) -> String {
    read(html).text
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.read.borrow_mut();
        match token {
            CharacterTokens(text) => page.add(&text),
            TagToken(tag) if tag.kind == StartTag => {
                page.open(&tag);
                return match &*tag.name {
                    "script" => TokenSinkResult::RawData(ScriptData),
                    "style" | "noembed" | "noframes" | "iframe" | "xmp" => TokenSinkResult::RawData(Rawtext),
                    "title" | "textarea" => TokenSinkResult::RawData(Rcdata),
                    _ => TokenSinkResult::Continue,
                };
            }
            TagToken(tag) => {
                debug_assert_eq!(tag.kind, EndTag);
                page.close(&tag);
            }
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

impl Page {
    fn add(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        if self.in_title {
            self.title.push_str(text);
            return;
        }
        if self.in_heading && self.heading.len() < 1_000 {
            self.heading.push_str(text);
        }
        for character in text.chars() {
            if !character.is_whitespace() {
                self.text.push(character);
            } else if !self.text.ends_with(char::is_whitespace) {
                self.text.push(' ');
            }
        }
    }

    fn open(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        if let Some((hidden, depth)) = &mut self.hidden {
            if hidden == name {
                *depth += 1;
            }
            return;
        }
        match name {
            "script" | "style" | "noembed" | "noframes" | "iframe" | "template" | "svg" | "nav"
                if !tag.self_closing =>
            {
                self.hidden = Some((name.to_owned(), 1));
            }
            "title" => self.in_title = self.title.is_empty(),
            "h1" => self.in_heading = self.heading.is_empty(),
            _ => {}
        }
        self.break_before(name);
    }

    fn close(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        if let Some((hidden, depth)) = &mut self.hidden {
            if hidden == name {
                *depth -= 1;
                if *depth == 0 {
                    self.hidden = None;
                }
            }
            return;
        }
        match name {
            "title" => self.in_title = false,
            "h1" => self.in_heading = false,
            _ => {}
        }
        self.break_before(name);
    }

    fn break_before(&mut self, name: &str) {
        match name {
            "address" | "article" | "aside" | "blockquote" | "body" | "dd" | "div" | "dl" | "dt" | "fieldset"
            | "figure" | "footer" | "form" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "header" | "hr" | "main"
            | "ol" | "p" | "pre" | "section" | "table" | "ul" => self.text.push_str("\n\n"),
            "br" | "li" | "tr" => self.text.push('\n'),
            "td" | "th" => self.text.push(' '),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_read_without_their_scripts() {
        let page = read(
            "<!doctype html><title>Gr&ouml;&szlig;e</title><style>p{x:1}</style><nav>Menu</nav>\
             <h1>H</h1><p>One &amp; <b>two</b><script>if (1 < 2) { alert('</p>') }</script> three<br>four",
        );
        assert_eq!(page.title, "Größe");
        let words: Vec<&str> = page.text.split_whitespace().collect();
        assert_eq!(words, ["H", "One", "&", "two", "three", "four"]);
    }

    #[test]
    fn nesting_without_end_is_read() {
        let depth = 300_000;
        let page = read(&format!("{}deep", "<div>".repeat(depth)));
        assert_eq!(page.text.trim(), "deep");
    }
}
