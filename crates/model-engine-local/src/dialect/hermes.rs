use super::call::{self, Unreadable};
use super::marked::{Marked, Notation};
use super::{Functions, Part, hermes_xml};

const OPEN: &str = "<tool_call>";
const CLOSE: &str = "</tool_call>";

/// Calls between `<tool_call>` and `</tool_call>`, as JSON or, since Qwen3-Coder, as tags.
pub(super) struct Hermes {
    functions: Functions,
}

impl Hermes {
    pub fn reader(functions: Functions) -> Marked<Self> {
        Marked::new(OPEN, CLOSE, Self { functions })
    }
}

impl Notation for Hermes {
    fn closes(&self, body: &str) -> bool {
        !call::ends_in_a_string(body)
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
