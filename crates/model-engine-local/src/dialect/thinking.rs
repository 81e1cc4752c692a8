use super::scanner::{Found, Scanner};
use super::{Part, Reader, ThinkMarks, Unreadable};

/// Reasoning between marks; all else goes to another reader.
pub(super) struct Thinking {
    marks: ThinkMarks,
    open: bool,
    scanner: Scanner,
    answer: Box<dyn Reader>,
}

impl Thinking {
    pub fn new(marks: ThinkMarks, open: bool, answer: Box<dyn Reader>) -> Self {
        Self {
            marks,
            open,
            scanner: Scanner::default(),
            answer,
        }
    }

    fn text(&mut self, text: String, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        if self.open {
            parts.push(Part::Thought(text));
            Ok(())
        } else {
            self.answer.push(&text, parts)
        }
    }
}

impl Reader for Thinking {
    fn push(&mut self, text: &str, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        self.scanner.feed(text);
        loop {
            let mark = if self.open { self.marks.close } else { self.marks.open };
            match self.scanner.next(&[mark]) {
                Some(Found::Text(text)) => self.text(text, parts)?,
                Some(Found::Marker(_)) => self.open = !self.open,
                None => return Ok(()),
            }
        }
    }

    fn finish(&mut self, cut: bool, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        let rest = self.scanner.rest();
        if !rest.is_empty() {
            self.text(rest, parts)?;
        }
        self.answer.finish(cut, parts)
    }

    fn thinks(&self) -> bool {
        self.open
    }
}
