//! From the model's tokens to events.

use antiphon_interaction::Json;
use antiphon_model_engine::{Error, ModelEvent, ToolCall};

use crate::dialect::{Functions, Part, Reader, Unreadable, held_back};
use crate::token_text::TokenText;

/// Turns the bytes of one call's tokens into its events.
pub(crate) struct Output {
    bytes: TokenText,
    reader: Box<dyn Reader>,
    functions: Functions,
    stops: Stops,
    prose: Prose,
    parts: Vec<Part>,
}

impl Output {
    /// Reads with `reader`, ends at `stops`, and takes calls of `functions` only.
    pub fn new(reader: Box<dyn Reader>, functions: Functions, stops: &[String]) -> Self {
        Self {
            bytes: TokenText::default(),
            reader,
            functions,
            stops: Stops::new(stops),
            prose: Prose::default(),
            parts: Vec::new(),
        }
    }

    /// Whether the next token is reasoning.
    pub fn thinks(&self) -> bool {
        self.reader.thinks()
    }

    /// Takes a token; true when a stop sequence ended the answer.
    pub fn push(&mut self, piece: &[u8], events: &mut Vec<ModelEvent>) -> Result<bool, Error> {
        let text = self.bytes.push(piece);
        if !text.is_empty() {
            self.reader.push(&text, &mut self.parts).map_err(malformed)?;
        }
        self.emit(events)
    }

    /// Ends the answer; `cut` says that a token limit did.
    pub fn finish(&mut self, cut: bool, events: &mut Vec<ModelEvent>) -> Result<(), Error> {
        let text = self.bytes.finish();
        if !text.is_empty() {
            self.reader.push(&text, &mut self.parts).map_err(malformed)?;
        }
        self.reader.finish(cut, &mut self.parts).map_err(malformed)?;
        if !self.emit(events)? {
            let rest = self.stops.rest();
            self.prose.text(&rest, events);
        }
        Ok(())
    }

    fn emit(&mut self, events: &mut Vec<ModelEvent>) -> Result<bool, Error> {
        for part in self.parts.drain(..) {
            match part {
                Part::Text(text) => {
                    let (text, hit) = self.stops.push(&text);
                    self.prose.text(&text, events);
                    if hit {
                        self.prose.close();
                        return Ok(true);
                    }
                }
                Part::Thought(text) => {
                    let rest = self.stops.rest();
                    self.prose.text(&rest, events);
                    self.prose.thought(&text, events);
                }
                Part::Call { id, name, arguments } => {
                    let rest = self.stops.rest();
                    self.prose.text(&rest, events);
                    self.prose.close();
                    if self.functions.parameters(&name).is_none() {
                        return Err(Error::MalformedToolCall {
                            message: format!("it calls `{name}`, which is not among the functions that it may call"),
                        });
                    }
                    let arguments = Json::parse(arguments).map_err(|error| Error::MalformedToolCall {
                        message: error.to_string(),
                    })?;
                    events.push(ModelEvent::ToolCall(ToolCall { id, name, arguments }));
                }
            }
        }
        Ok(false)
    }
}

fn malformed(unreadable: Unreadable) -> Error {
    Error::MalformedToolCall { message: unreadable.0 }
}

/// Finds stop sequences, whichever way they are spread over tokens.
struct Stops {
    stops: Vec<String>,
    held: String,
}

impl Stops {
    fn new(stops: &[String]) -> Self {
        Self {
            stops: stops.iter().filter(|stop| !stop.is_empty()).cloned().collect(),
            held: String::new(),
        }
    }

    /// The text that is surely not part of a stop sequence, and whether one came.
    fn push(&mut self, text: &str) -> (String, bool) {
        self.held.push_str(text);
        if let Some(at) = self.stops.iter().filter_map(|stop| self.held.find(stop.as_str())).min() {
            self.held.truncate(at);
            return (std::mem::take(&mut self.held), true);
        }
        let stops: Vec<&str> = self.stops.iter().map(String::as_str).collect();
        let keep = held_back(&self.held, &stops);
        (self.held.drain(..self.held.len() - keep).collect(), false)
    }

    fn rest(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

/// Drops the white space that templates put around thoughts, text and calls.
#[derive(Default)]
struct Prose {
    kind: Option<Kind>,
    spaces: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Thought,
    Text,
}

impl Prose {
    fn text(&mut self, text: &str, events: &mut Vec<ModelEvent>) {
        if let Some(text) = self.trim(Kind::Text, text) {
            events.push(ModelEvent::Text(text));
        }
    }

    fn thought(&mut self, text: &str, events: &mut Vec<ModelEvent>) {
        if let Some(text) = self.trim(Kind::Thought, text) {
            events.push(ModelEvent::Thought(text));
        }
    }

    fn close(&mut self) {
        self.kind = None;
        self.spaces.clear();
    }

    /// White space waits for what follows it; at the beginning and the end of a stretch it is dropped.
    fn trim(&mut self, kind: Kind, text: &str) -> Option<String> {
        let begins = self.kind != Some(kind);
        let text = if begins { text.trim_start() } else { text };
        if text.is_empty() {
            return None;
        }
        if begins {
            self.close();
            self.kind = Some(kind);
        }
        let body = text.trim_end();
        let spaces = &text[body.len()..];
        if body.is_empty() {
            self.spaces.push_str(spaces);
            return None;
        }
        let mut out = std::mem::take(&mut self.spaces);
        out.push_str(body);
        self.spaces.push_str(spaces);
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Family;

    fn events(pieces: &[&str], stops: &[&str]) -> (Vec<ModelEvent>, bool) {
        let stops: Vec<String> = stops.iter().map(|&stop| stop.to_owned()).collect();
        let reader = Family::Hermes.reader(None, false, &Functions::default());
        let mut output = Output::new(reader, Functions::default(), &stops);
        let mut events = Vec::new();
        for piece in pieces {
            if output.push(piece.as_bytes(), &mut events).unwrap() {
                return (events, true);
            }
        }
        output.finish(false, &mut events).unwrap();
        (events, false)
    }

    fn text(events: &[ModelEvent]) -> String {
        events
            .iter()
            .map(|event| match event {
                ModelEvent::Text(text) => text.as_str(),
                _ => "",
            })
            .collect()
    }

    #[test]
    fn a_stop_sequence_spread_over_tokens_ends_the_answer_and_is_not_part_of_it() {
        let (events, stopped) = events(&["one ", "tw", "o STO", "P three"], &["STOP"]);
        assert!(stopped);
        assert_eq!(text(&events), "one two");
    }

    #[test]
    fn what_only_began_like_a_stop_sequence_is_given_in_the_end() {
        let (events, stopped) = events(&["one STO"], &["STOP", "STO!"]);
        assert!(!stopped);
        assert_eq!(text(&events), "one STO");
        assert!(
            events.contains(&ModelEvent::Text("one".to_owned())),
            "text that cannot be a stop is not held back"
        );
    }
}
