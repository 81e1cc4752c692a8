use antiphon_model_engine::{OutputFormat, ToolSelection};
use llguidance::Matcher;
use toktrie::SimpleVob;

use super::{Demand, accept, grammar, is_complete, mask, matcher};
use crate::model::Model;

/// Free text in which every call fits its function: the token that begins a call starts the grammar of one.
///
/// Free text costs nothing and is not looked at. A call that a model would have written with a wrong name or wrong
/// arguments comes out right, or at least readable, instead of failing the interaction. Nobody asked for that, so where it
/// cannot be done the model writes on unguarded.
pub(crate) struct Calls {
    begin: u32,
    ends_answer: bool,
    /// At the beginning of a call, behind `begin`.
    call: Matcher,
    /// Inside of one.
    current: Option<Matcher>,
}

impl Calls {
    /// `None` where calls are not free, where the model's calls begin with no token of their own or are not written in JSON,
    /// and where no grammar can be made: then calls stay as the model writes them.
    pub fn new(model: &Model, demand: &Demand<'_>) -> Option<Self> {
        let free = matches!(demand.selection, ToolSelection::Auto) && matches!(demand.format, OutputFormat::Text);
        if !free || demand.functions.is_empty() || !model.calls_in_json {
            return None;
        }
        [true, false].into_iter().find_map(|shaped| {
            let free = grammar::free_calls(model, demand, shaped)?;
            let begin = model.special_token(free.mark)?;
            match matcher(model, free.call) {
                Ok(call) => Some(Self {
                    begin: begin.cast_unsigned(),
                    ends_answer: free.ends_answer,
                    call,
                    current: None,
                }),
                Err(error) => {
                    tracing::debug!(%error, shaped, "calls are not held to their functions");
                    None
                }
            }
        })
    }

    /// The tokens that may come next, or `None` outside of a call.
    pub fn mask(&mut self) -> Option<SimpleVob> {
        let mask = mask(self.current.as_mut()?);
        match mask {
            Ok(mask) if !mask.is_zero() => Some(mask),
            Ok(_) => self.let_go("no token is allowed to follow"),
            Err(error) => self.let_go(&error.to_string()),
        }
    }

    /// Goes on after `token`; `thinks` tells that it is a part of the reasoning, where a mark begins no call.
    pub fn accept(&mut self, token: u32, thinks: bool) {
        match &mut self.current {
            Some(call) => match accept(call, token).and_then(|()| is_complete(call)) {
                Ok(true) if !self.ends_answer => self.current = None,
                Ok(_) => {}
                Err(error) => {
                    self.let_go::<()>(&error.to_string());
                }
            },
            None if token == self.begin && !thinks => self.current = Some(self.call.deep_clone()),
            None => {}
        }
    }

    /// Whether the answer is over with the calls.
    pub fn is_complete(&self) -> bool {
        self.ends_answer
            && self
                .current
                .as_ref()
                .is_some_and(|call| is_complete(call).unwrap_or(false))
    }

    fn let_go<T>(&mut self, error: &str) -> Option<T> {
        tracing::debug!(error, "this call is not held to its function any more");
        self.current = None;
        None
    }
}
