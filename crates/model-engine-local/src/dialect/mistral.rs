use super::call::{self, Unreadable};
use super::scanner::{Found, Scanner};
use super::{Part, Reader};

const MARK: &str = "[TOOL_CALLS]";
const ARGS: &str = "[ARGS]";
const CALL_ID: &str = "[CALL_ID]";

/// Calls after `[TOOL_CALLS]`: a JSON list (to 2024), or `name[ARGS]{…}` with the mark before each (since).
#[derive(Default)]
pub(super) struct Mistral {
    scanner: Scanner,
    calls: Option<String>,
}

fn read(text: &str, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
    let text = text.trim();
    let calls = match text.split_once(ARGS) {
        Some((head, arguments)) if !text.starts_with(['[', '{']) => {
            let (name, id) = match head.split_once(CALL_ID) {
                Some((name, id)) => (name, Some(id.trim().to_owned())),
                None => (head, None),
            };
            let name = name.trim().to_owned();
            let arguments = call::arguments(&name, Some(arguments))?;
            vec![Part::Call { id, name, arguments }]
        }
        Some(_) | None => call::objects(text)?,
    };
    if calls.is_empty() {
        return Err(Unreadable(format!("nothing follows `{MARK}`")));
    }
    parts.extend(calls);
    Ok(())
}

impl Reader for Mistral {
    fn push(&mut self, text: &str, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        self.scanner.feed(text);
        while let Some(found) = self.scanner.next(&[MARK]) {
            match (found, &mut self.calls) {
                (Found::Text(text), Some(calls)) => call::extend(calls, &text)?,
                (Found::Text(text), None) => parts.push(Part::Text(text)),
                (Found::Marker(_), calls) => {
                    if let Some(calls) = calls.replace(String::new()) {
                        read(&calls, parts)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, cut: bool, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        let rest = self.scanner.rest();
        match self.calls.take() {
            Some(_) if cut => Ok(()),
            Some(calls) => read(&(calls + &rest), parts),
            None => {
                if !rest.is_empty() {
                    parts.push(Part::Text(rest));
                }
                Ok(())
            }
        }
    }
}
