use super::call::{self, Unreadable};
use super::scanner::{Found, Scanner};
use super::{Part, Reader};

/// How a family writes what stands between its marks.
pub(super) trait Notation {
    /// Whether a closing mark behind `body` closes it, and is not a part of a text that the call carries.
    fn closes(&self, body: &str) -> bool;

    /// Reads one marked passage.
    fn read(&self, body: &str, parts: &mut Vec<Part>) -> Result<(), Unreadable>;
}

/// Calls between an opening and a closing mark; everything else is text.
pub(super) struct Marked<N> {
    open: &'static str,
    close: &'static str,
    notation: N,
    scanner: Scanner,
    call: Option<String>,
}

impl<N> Marked<N> {
    pub fn new(open: &'static str, close: &'static str, notation: N) -> Self {
        Self {
            open,
            close,
            notation,
            scanner: Scanner::default(),
            call: None,
        }
    }
}

impl<N: Notation + Send> Reader for Marked<N> {
    fn push(&mut self, text: &str, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        self.scanner.feed(text);
        loop {
            let mark = if self.call.is_some() { self.close } else { self.open };
            match (self.scanner.next(&[mark]), &mut self.call) {
                (Some(Found::Text(text)), Some(body)) => call::extend(body, &text)?,
                (Some(Found::Text(text)), None) => parts.push(Part::Text(text)),
                (Some(Found::Marker(_)), call @ None) => *call = Some(String::new()),
                (Some(Found::Marker(_)), Some(body)) if !self.notation.closes(body) => call::extend(body, self.close)?,
                (Some(Found::Marker(_)), Some(_)) => {
                    let body = self.call.take().unwrap_or_default();
                    self.notation.read(&body, parts)?;
                }
                (None, _) => return Ok(()),
            }
        }
    }

    fn finish(&mut self, cut: bool, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        let rest = self.scanner.rest();
        match self.call.take() {
            Some(_) if cut => Ok(()),
            // Some models end after the call, without its mark.
            Some(body) => self.notation.read(&(body + &rest), parts),
            None => {
                if !rest.is_empty() {
                    parts.push(Part::Text(rest));
                }
                Ok(())
            }
        }
    }
}
