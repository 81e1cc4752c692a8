//! Holds an answer to a schema or to function calls: a grammar says which tokens may come next.
//!
//! The matcher is asked before every token that it has a say in. When it fails, the call fails: no such token is ever
//! drawn without its word.

mod calls;
mod grammar;
mod schema;

use antiphon_model_engine::{Error, OutputFormat, ToolSelection};
use calls::Calls;
use llguidance::api::TopLevelGrammar;
use llguidance::{Matcher, ParserFactory};
use toktrie::SimpleVob;

use crate::dialect::Functions;
use crate::model::Model;

/// What an answer must be.
#[derive(Debug)]
pub(crate) struct Demand<'a> {
    /// The form of its text.
    pub format: &'a OutputFormat,
    /// Whether and how it calls.
    pub selection: &'a ToolSelection,
    /// What it may call.
    pub functions: &'a Functions,
    /// Whether the prompt ends inside the reasoning.
    pub open_thought: bool,
    /// Whether it may reason first.
    pub may_think: bool,
}

/// The state of one answer's grammar.
pub(crate) enum Constraint {
    /// All of the answer is held to a grammar.
    Answer(Box<Matcher>),
    /// The answer is free, and each call that the model begins is held to its function's schema.
    Calls(Box<Calls>),
}

impl Constraint {
    /// The constraint for `demand`, or `None` where everything goes.
    ///
    /// # Errors
    /// A schema that cannot be enforced, unless it is one of a function that the model may call as it likes.
    pub fn new(model: &Model, demand: &Demand<'_>) -> Result<Option<Self>, Error> {
        if let Some(text) = grammar::grammar(model, demand)? {
            return matcher(model, text).map(|matcher| Some(Self::Answer(Box::new(matcher))));
        }
        Ok(Calls::new(model, demand).map(|calls| Self::Calls(Box::new(calls))))
    }

    /// The tokens that may come next, or `None` where any may.
    pub fn mask(&mut self) -> Result<Option<SimpleVob>, Error> {
        match self {
            Self::Answer(matcher) => mask(matcher).map(Some),
            Self::Calls(calls) => Ok(calls.mask()),
        }
    }

    /// Goes on after `token`, which the mask allowed and which does not end the answer; `thinks` tells that it is a part of the
    /// reasoning.
    pub fn accept(&mut self, token: u32, thinks: bool) -> Result<(), Error> {
        match self {
            Self::Answer(matcher) => accept(matcher, token),
            Self::Calls(calls) => {
                calls.accept(token, thinks);
                Ok(())
            }
        }
    }

    /// Whether nothing more can come; an error where the matcher gave up instead.
    pub fn is_complete(&self) -> Result<bool, Error> {
        match self {
            Self::Answer(matcher) => is_complete(matcher),
            Self::Calls(calls) => Ok(calls.is_complete()),
        }
    }
}

/// A matcher at the beginning of what the grammar `text` describes.
fn matcher(model: &Model, text: String) -> Result<Matcher, Error> {
    let factory = model.grammars()?;
    let parser = factory
        .create_parser(TopLevelGrammar::from_lark(text))
        .map_err(|error| Error::Unsupported {
            message: format!(
                "the schema cannot be enforced on the model `{}`: {}",
                model.name,
                first_line(&error)
            ),
        })?;
    let mut matcher = Matcher::new(Ok(parser));
    match matcher.get_error() {
        None => Ok(matcher),
        Some(message) => {
            matcher.invalidate_bias_cache();
            Err(Error::Constraint { message })
        }
    }
}

fn mask(matcher: &mut Matcher) -> Result<SimpleVob, Error> {
    matcher.compute_mask_or_eos().map_err(|error| failed(&error))
}

fn accept(matcher: &mut Matcher, token: u32) -> Result<(), Error> {
    matcher.consume_token(token).map_err(|error| failed(&error))
}

fn is_complete(matcher: &Matcher) -> Result<bool, Error> {
    let reason = matcher.stop_reason();
    if reason.is_ok() {
        Ok(matcher.is_stopped())
    } else {
        let message = matcher.get_error().unwrap_or_else(|| reason.to_string());
        Err(Error::Constraint { message })
    }
}

/// Makes the factory of a model's matchers. Walks the whole vocabulary.
pub(crate) fn factory(model: &Model) -> Result<ParserFactory, String> {
    let environment = model.token_environment();
    let mut factory = ParserFactory::new_simple(&environment).map_err(|error| error.to_string())?;
    factory.quiet();
    factory.limits_mut().verbose_errors = false;
    Ok(factory)
}

/// The chain of causes that follows on later lines is about the grammar's own text.
fn first_line(error: &impl ToString) -> String {
    error.to_string().lines().next().unwrap_or("it is refused").to_owned()
}

fn failed(error: &impl ToString) -> Error {
    Error::Constraint {
        message: first_line(error),
    }
}

#[cfg(test)]
mod grammar_tests;
