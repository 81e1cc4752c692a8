use antiphon_interaction::Json;
use serde_json::value::RawValue;

use super::chunk::CallDelta;
use crate::{Error, ToolCall};

/// More calls in one answer than this are taken for a fault.
const MAX_CALLS: usize = 128;

/// Puts the pieces of function calls together, whatever order the server sends them in.
#[derive(Debug, Default)]
pub(super) struct OpenCalls {
    calls: Vec<OpenCall>,
    told: usize,
    bytes: usize,
    /// A piece came since the calls were last looked at.
    changed: bool,
}

#[derive(Debug)]
struct OpenCall {
    index: u32,
    id: Option<String>,
    name: String,
    arguments: String,
}

impl OpenCalls {
    /// Adds a piece. All open calls together may have `max_bytes` of arguments.
    pub(super) fn add(&mut self, piece: CallDelta<'_>, max_bytes: usize) -> Result<(), Error> {
        let CallDelta { index, id, function } = piece;
        let id = id.filter(|id| !id.is_empty());
        let (name, arguments) = function.map_or((None, None), |function| (function.name, function.arguments));
        self.changed = true;
        let call = self.find(index, id)?;
        // Some servers repeat the name with every piece.
        if let Some(name) = name.filter(|_| call.name.is_empty()) {
            call.name = name;
        }
        if let Some(arguments) = arguments {
            let before = call.arguments.len();
            append(&mut call.arguments, arguments)?;
            let added = call.arguments.len() - before;
            self.bytes += added;
        }
        if self.bytes > max_bytes {
            return Err(Error::MalformedToolCall {
                message: format!("the arguments are longer than {max_bytes} bytes"),
            });
        }
        Ok(())
    }

    /// The call that a piece belongs to. Some servers number every call 0 and tell them apart by id, some give no number.
    fn find(&mut self, index: Option<u32>, id: Option<String>) -> Result<&mut OpenCall, Error> {
        let found = match index {
            Some(index) => self.calls.iter().rposition(|call| call.index == index),
            None => match &id {
                Some(id) => self.calls.iter().rposition(|call| call.id.as_ref() == Some(id)),
                None => self.calls.len().checked_sub(1),
            },
        };
        let found = found.filter(|at| match (&self.calls[*at].id, &id) {
            (Some(known), Some(given)) => known == given,
            (Some(_) | None, None) | (None, Some(_)) => true,
        });
        let at = match found {
            Some(at) => at,
            None => {
                if self.told + self.calls.len() >= MAX_CALLS {
                    return Err(Error::MalformedToolCall {
                        message: format!("there are more than {MAX_CALLS} calls in one answer"),
                    });
                }
                let number = index.unwrap_or(self.calls.len() as u32);
                self.calls.push(OpenCall {
                    index: number,
                    id: None,
                    name: String::new(),
                    arguments: String::new(),
                });
                self.calls.len() - 1
            }
        };
        let call = &mut self.calls[at];
        if call.id.is_none() {
            call.id = id;
        }
        Ok(call)
    }

    /// Whether every call could be told as it is. Costs nothing while no piece comes.
    pub(super) fn became_whole(&mut self) -> bool {
        std::mem::take(&mut self.changed) && !self.calls.is_empty() && self.calls.iter().all(OpenCall::is_whole)
    }

    /// How many bytes of arguments there were.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether there was any call.
    pub(super) fn any(&self) -> bool {
        self.told > 0 || !self.calls.is_empty()
    }

    /// Forgets the calls that are not whole.
    pub(super) fn drop_unfinished(&mut self) {
        self.calls.retain(OpenCall::is_whole);
    }

    /// The open calls in the order of their numbers.
    pub(super) fn take(&mut self) -> Result<Vec<ToolCall>, Error> {
        let mut calls = std::mem::take(&mut self.calls);
        self.told += calls.len();
        calls.sort_by_key(|call| call.index);
        calls.into_iter().map(OpenCall::close).collect()
    }
}

impl OpenCall {
    fn is_whole(&self) -> bool {
        !self.name.is_empty() && object(&self.arguments).is_some()
    }

    fn close(self) -> Result<ToolCall, Error> {
        if self.name.is_empty() {
            return Err(Error::MalformedToolCall {
                message: "it names no function".to_owned(),
            });
        }
        match object(&self.arguments) {
            Some(arguments) => Ok(ToolCall {
                id: self.id,
                name: self.name,
                arguments,
            }),
            None => Err(Error::MalformedToolCall {
                message: format!("the arguments of `{}` are no JSON object", self.name),
            }),
        }
    }
}

fn append(text: &mut String, piece: &RawValue) -> Result<(), Error> {
    match piece.get().as_bytes().first() {
        Some(b'"') => {
            let more: String = serde_json::from_str(piece.get()).map_err(|error| Error::MalformedToolCall {
                message: error.to_string(),
            })?;
            text.push_str(&more);
        }
        Some(b'n') | None => {}
        Some(_) => text.push_str(piece.get()),
    }
    Ok(())
}

/// Arguments as an object; no arguments at all are the empty one.
fn object(text: &str) -> Option<Json> {
    if text.trim().is_empty() {
        return Some(Json::empty_object());
    }
    Json::parse(text.trim()).ok().filter(Json::is_object)
}
