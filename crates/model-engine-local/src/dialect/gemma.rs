use super::call::{self, Unreadable};
use super::gemma_values;
use super::scanner::{Found, Scanner};
use super::{Part, Reader};

/// Calls between marks, in Gemma's own notation: `call:name{key:value}`.
pub(super) struct Gemma {
    open: &'static str,
    close: &'static str,
    quote: &'static str,
    scanner: Scanner,
    call: Option<String>,
}

impl Gemma {
    /// The marks of `FunctionGemma`.
    pub fn function() -> Self {
        Self::new("<start_function_call>", "<end_function_call>", "<escape>")
    }

    /// Gemma 4's.
    pub fn four() -> Self {
        Self::new("<|tool_call>", "<tool_call|>", "<|\"|>")
    }

    fn new(open: &'static str, close: &'static str, quote: &'static str) -> Self {
        Self {
            open,
            close,
            quote,
            scanner: Scanner::default(),
            call: None,
        }
    }

    fn read(&self, body: &str, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        let body = body.trim();
        let call = body.strip_prefix("call:").unwrap_or(body);
        let at = call
            .find('{')
            .ok_or_else(|| Unreadable(format!("`{body}` has no arguments")))?;
        let name = call[..at].trim().to_owned();
        let arguments = gemma_values::object(&call[at..], self.quote)
            .map_err(|what| Unreadable(format!("the arguments of `{name}` {what}")))?;
        parts.push(Part::Call {
            id: None,
            name,
            arguments,
        });
        Ok(())
    }
}

impl Reader for Gemma {
    fn push(&mut self, text: &str, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        self.scanner.feed(text);
        loop {
            let mark = if self.call.is_some() { self.close } else { self.open };
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
