//! From a request to the tokens of its prompt.
//!
//! The file's chat template decides how a conversation looks. Templates differ in what they take, and refuse the rest
//! by an exception or drop it silently; so each is tried out once at load time ([`Abilities`]), and what it lacks is
//! folded into what it has: a system instruction into the first user message, tools and their calls into plain text.
//!
//! Text of the conversation that spells one of the model's control tokens is defused ([`Guard`]): it reaches the
//! model as ordinary text, so that a tool's output cannot pose as the user.

mod abilities;
mod fold;
mod guard;
mod messages;
mod python_json;
mod template;

pub(crate) use abilities::Abilities;
pub(crate) use guard::{BREAK, Guard};
pub(crate) use messages::{Style, conversation};
pub(crate) use template::{CHATML, ChatTemplate, Options};

#[cfg(test)]
mod fixtures;
