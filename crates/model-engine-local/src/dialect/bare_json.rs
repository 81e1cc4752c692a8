use super::call::{self, Unreadable};
use super::scanner::{Found, Scanner};
use super::{Functions, Part, Reader};

/// Calls that are the whole answer, as JSON: Llama 3 (where `<|python_tag|>` may come before them) and Gemma to 3
/// (where a code fence may).
///
/// An answer that begins like such a call is held back until it is one or is not. JSON that is no call of a
/// declared function is an ordinary answer.
pub(super) struct BareJson {
    functions: Functions,
    mark: Option<&'static str>,
    fences: bool,
    scanner: Scanner,
    state: State,
}

enum State {
    /// Nothing but what may become a call so far.
    Start(String),
    Text,
    /// After the mark: all that comes is calls.
    Marked(String),
}

/// How the JSON of a call may begin, without spaces.
const BEGINNINGS: [&str; 4] = [
    "{\"name\":",
    "{\"type\":\"function\"",
    "{\"parameters\":",
    "{\"function\":",
];
/// How its fence may begin.
const FENCES: [&str; 4] = ["```json", "```tool_call", "```tool_code", "```"];

impl BareJson {
    pub fn llama(functions: Functions) -> Self {
        Self::new(functions, Some("<|python_tag|>"), false)
    }

    pub fn gemma(functions: Functions) -> Self {
        Self::new(functions, None, true)
    }

    fn new(functions: Functions, mark: Option<&'static str>, fences: bool) -> Self {
        Self {
            functions,
            mark,
            fences,
            scanner: Scanner::default(),
            state: State::Start(String::new()),
        }
    }

    /// Whether `text` may still become a call.
    fn may_be_call(&self, text: &str) -> bool {
        let text = text.trim_start();
        let json = if self.fences && text.starts_with('`') {
            match text.split_once('\n') {
                Some((fence, json)) if FENCES.contains(&fence.trim_end()) => json,
                Some(_) => return false,
                None => return FENCES.iter().any(|fence| fence.starts_with(text.trim_end())),
            }
        } else {
            text
        };
        let written: String = json.chars().filter(|c| !c.is_whitespace()).take(24).collect();
        BEGINNINGS
            .iter()
            .any(|start| start.starts_with(&written) || written.starts_with(start))
    }

    fn calls(&self, text: &str) -> Option<Vec<Part>> {
        let text = text.trim();
        let text = if self.fences && text.starts_with('`') {
            text.split_once('\n')?.1.trim_end().trim_end_matches('`')
        } else {
            text
        };
        let calls = call::objects(text).ok()?;
        let known = |part: &Part| matches!(part, Part::Call { name, .. } if self.functions.parameters(name).is_some());
        (!calls.is_empty() && calls.iter().all(known)).then_some(calls)
    }

    fn text(&mut self, text: &str, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        match &mut self.state {
            State::Start(held) => {
                call::extend(held, text)?;
                let held = std::mem::take(held);
                if self.may_be_call(&held) {
                    self.state = State::Start(held);
                } else {
                    self.state = State::Text;
                    parts.push(Part::Text(held));
                }
            }
            State::Text => parts.push(Part::Text(text.to_owned())),
            State::Marked(calls) => call::extend(calls, text)?,
        }
        Ok(())
    }
}

impl Reader for BareJson {
    fn push(&mut self, text: &str, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        self.scanner.feed(text);
        while let Some(found) = self.scanner.next(self.mark.as_slice()) {
            match found {
                Found::Text(text) => self.text(&text, parts)?,
                Found::Marker(_) => {
                    let before = std::mem::replace(&mut self.state, State::Marked(String::new()));
                    match before {
                        State::Start(held) if !held.trim().is_empty() => parts.push(Part::Text(held)),
                        State::Marked(calls) => parts.extend(call::objects(&calls)?),
                        State::Start(_) | State::Text => {}
                    }
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, cut: bool, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        let rest = self.scanner.rest();
        if !rest.is_empty() {
            self.text(&rest, parts)?;
        }
        match std::mem::replace(&mut self.state, State::Text) {
            State::Start(held) => match self.calls(&held) {
                Some(calls) => parts.extend(calls),
                None if held.is_empty() => {}
                None => parts.push(Part::Text(held)),
            },
            State::Text => {}
            State::Marked(_) if cut => {}
            State::Marked(calls) => {
                let calls = call::objects(&calls)?;
                if calls.is_empty() {
                    return Err(Unreadable("nothing follows `<|python_tag|>`".to_owned()));
                }
                parts.extend(calls);
            }
        }
        Ok(())
    }
}
