use super::call::{self, Unreadable};
use super::scanner::{Found, Scanner};
use super::{Part, Reader};

const START: usize = 0;
const CHANNEL: usize = 1;
const MESSAGE: usize = 2;
const CONSTRAIN: usize = 3;

/// The marks of gpt-oss; the last three end a message.
pub(super) const MARKS: &[&str] = &[
    "<|start|>",
    "<|channel|>",
    "<|message|>",
    "<|constrain|>",
    "<|end|>",
    "<|call|>",
    "<|return|>",
];

/// A header longer than this is none, but an answer without one.
const MAX_HEADER: usize = 4096;

/// Messages with a header each: the channel `analysis` is reasoning, `final` and `commentary` are the answer, and
/// whatever has a recipient is a call.
pub(super) struct Harmony {
    scanner: Scanner,
    state: State,
}

enum State {
    Header(String),
    Thought,
    Text,
    Call { name: String, arguments: String },
}

impl Default for Harmony {
    fn default() -> Self {
        Self {
            scanner: Scanner::default(),
            state: State::Header(String::new()),
        }
    }
}

/// What a header announces.
fn body(header: &str) -> State {
    let channel = header
        .split(MARKS[CHANNEL])
        .nth(1)
        .unwrap_or("")
        .split_whitespace()
        .next()
        .unwrap_or("");
    let recipient = header
        .split("to=")
        .nth(1)
        .and_then(|rest| rest.split([' ', '<', '\n']).next());
    match recipient {
        Some(recipient) => State::Call {
            name: recipient.strip_prefix("functions.").unwrap_or(recipient).to_owned(),
            arguments: String::new(),
        },
        None if channel.starts_with("analysis") => State::Thought,
        None => State::Text,
    }
}

fn close(state: State, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
    match state {
        State::Call { name, arguments } => {
            let arguments = call::arguments(&name, Some(&arguments))?;
            parts.push(Part::Call {
                id: None,
                name,
                arguments,
            });
        }
        State::Header(_) | State::Thought | State::Text => {}
    }
    Ok(())
}

impl Harmony {
    fn text(&mut self, text: String, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        match &mut self.state {
            State::Header(header) if header.len() + text.len() > MAX_HEADER => {
                parts.push(Part::Text(std::mem::take(header) + &text));
                self.state = State::Text;
            }
            State::Header(header) => header.push_str(&text),
            State::Thought => parts.push(Part::Thought(text)),
            State::Text => parts.push(Part::Text(text)),
            State::Call { arguments, .. } => call::extend(arguments, &text)?,
        }
        Ok(())
    }

    fn marker(&mut self, index: usize, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        let state = std::mem::replace(&mut self.state, State::Header(String::new()));
        self.state = match (state, index) {
            (State::Header(header), MESSAGE) => body(&header),
            (State::Header(header), CHANNEL | CONSTRAIN) => State::Header(header + MARKS[index]),
            (State::Header(_), _) => State::Header(String::new()),
            (state, START | CHANNEL) => {
                close(state, parts)?;
                State::Header(if index == CHANNEL {
                    MARKS[CHANNEL].to_owned()
                } else {
                    String::new()
                })
            }
            (state, MESSAGE | CONSTRAIN) => state,
            (state, _) => {
                close(state, parts)?;
                State::Header(String::new())
            }
        };
        Ok(())
    }
}

impl Reader for Harmony {
    fn push(&mut self, text: &str, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        self.scanner.feed(text);
        while let Some(found) = self.scanner.next(MARKS) {
            match found {
                Found::Text(text) => self.text(text, parts)?,
                Found::Marker(index) => self.marker(index, parts)?,
            }
        }
        Ok(())
    }

    fn finish(&mut self, cut: bool, parts: &mut Vec<Part>) -> Result<(), Unreadable> {
        let rest = self.scanner.rest();
        if !rest.is_empty() {
            self.text(rest, parts)?;
        }
        let state = std::mem::replace(&mut self.state, State::Header(String::new()));
        match state {
            State::Call { .. } if cut => Ok(()),
            // A model that never wrote a header wrote an answer.
            State::Header(text) if !text.trim().is_empty() && !text.contains(MARKS[CHANNEL]) && !cut => {
                parts.push(Part::Text(text));
                Ok(())
            }
            state => close(state, parts),
        }
    }

    fn thinks(&self) -> bool {
        matches!(self.state, State::Thought)
    }
}
