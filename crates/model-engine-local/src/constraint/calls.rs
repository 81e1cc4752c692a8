use antiphon_model_engine::{Error, OutputFormat, ToolSelection};
use llguidance::Matcher;
use toktrie::SimpleVob;

use super::{Demand, accept, grammar, is_complete, mask, matcher};
use crate::model::Model;

/// Free text in which every call fits its function: the token that begins a call starts the grammar of one.
///
/// Free text costs nothing and is not looked at. A call that a model would have written with a wrong name or wrong
/// arguments comes out right, or at least readable, instead of failing the interaction.
pub(crate) struct Calls {
    begin: u32,
    /// At the beginning of a call, behind `begin`.
    call: Matcher,
    /// Inside of one.
    current: Option<Matcher>,
    thought: Option<Thought>,
}

/// The tokens around reasoning, in which a mark begins no call.
struct Thought {
    open: u32,
    close: u32,
    inside: bool,
}

impl Calls {
    /// `None` where calls are not free, where the model's calls begin with no token of their own or are not written in JSON,
    /// and where a schema cannot be enforced: then calls stay as the model writes them.
    pub fn new(model: &Model, demand: &Demand<'_>) -> Option<Self> {
        let free = matches!(demand.selection, ToolSelection::Auto) && matches!(demand.format, OutputFormat::Text);
        if !free || demand.functions.is_empty() || !model.calls_in_json {
            return None;
        }
        let (mark, text) = grammar::call_behind_mark(model, demand)?;
        let token = |mark: &str| model.single_token(mark);
        let thought = model.think.and_then(|marks| {
            Some(Thought {
                open: token(marks.open)?,
                close: token(marks.close)?,
                inside: demand.open_thought,
            })
        });
        Some(Self {
            begin: token(mark)?,
            call: matcher(model, text).ok()?,
            current: None,
            thought,
        })
    }

    /// The tokens that may come next, or `None` outside of a call.
    pub fn mask(&mut self) -> Result<Option<SimpleVob>, Error> {
        self.current.as_mut().map(mask).transpose()
    }

    /// Goes on after `token`.
    pub fn accept(&mut self, token: u32) -> Result<(), Error> {
        if let Some(call) = &mut self.current {
            accept(call, token)?;
            if is_complete(call)? {
                self.current = None;
            }
            return Ok(());
        }
        if let Some(thought) = &mut self.thought {
            if token == thought.open || token == thought.close {
                thought.inside = token == thought.open;
            }
            if thought.inside {
                return Ok(());
            }
        }
        if token == self.begin {
            self.current = Some(self.call.deep_clone());
        }
        Ok(())
    }
}
