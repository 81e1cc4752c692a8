use super::call::Unreadable;
use super::marked::{Marked, Notation};
use super::{Part, gemma_values};

/// Calls between marks, in Gemma's own notation: `call:name{key:value}`.
pub(super) struct Gemma {
    quote: &'static str,
}

impl Gemma {
    /// The marks of `FunctionGemma`.
    pub fn function() -> Marked<Self> {
        Marked::new(
            "<start_function_call>",
            "<end_function_call>",
            Self { quote: "<escape>" },
        )
    }

    /// Gemma 4's.
    pub fn four() -> Marked<Self> {
        Marked::new("<|tool_call>", "<tool_call|>", Self { quote: "<|\"|>" })
    }
}

impl Notation for Gemma {
    fn closes(&self, body: &str) -> bool {
        body.matches(self.quote).count().is_multiple_of(2)
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
