use super::call::{self, Unreadable};
use super::scanner::{Found, Scanner};
use super::{Functions, Part, Reader, hermes_xml};

const OPEN: &str = "<tool_call>";
const CLOSE: &str = "</tool_call>";

/// Calls between `<tool_call>` and `</tool_call>`, as JSON or, since Qwen3-Coder, as tags.
pub(super) struct Hermes {
    functions: Functions,
    scanner: Scanner,
    call: Option<String>,
}

impl Hermes {
    pub fn new(functions: Functions) -> Self {
        Self {
            functions,
            scanner: Scanner::default(),
            call: None,
        }
    }

    fn read(&self, body: &str, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        if body.trim_start().starts_with("<function=") {
            parts.push(hermes_xml::read(body, &self.functions)?);
        } else {
            let calls = call::objects(body)?;
            if calls.is_empty() {
                return Err(Unreadable("there is nothing between its tags".to_owned()));
            }
            parts.extend(calls);
        }
        Ok(())
    }
}

impl Reader for Hermes {
    fn push(&mut self, text: &str, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        self.scanner.feed(text);
        loop {
            let mark = if self.call.is_some() { CLOSE } else { OPEN };
            match (self.scanner.next(&[mark]), &mut self.call) {
                (Some(Found::Text(text)), Some(body)) => call::extend(body, &text)?,
                (Some(Found::Text(text)), None) => parts.push(Part::Text(text)),
                (Some(Found::Marker(_)), call @ None) => *call = Some(String::new()),
                (Some(Found::Marker(_)), Some(_)) => {
                    let body = self.call.take().unwrap_or_default();
                    self.read(&body, parts)?;
                }
                (None, _) => return Ok(()),
            }
        }
    }

    fn finish(&mut self, cut: bool, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        let rest = self.scanner.rest();
        match self.call.take() {
            Some(_) if cut => Ok(()),
            // Some models end after the call's JSON.
            Some(body) => self.read(&(body + &rest), parts),
            None => {
                if !rest.is_empty() {
                    parts.push(Part::Text(rest));
                }
                Ok(())
            }
        }
    }
}
