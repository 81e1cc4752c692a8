//! The one client for requests made for a model or a user.
//!
//! A model, a page or a caller may name any URL, so such a request must never reach what only this machine or its network
//! can see: loopback, private and link-local addresses, cloud metadata. [`Outbound`] refuses those before it connects.
//!
//! - A URL is judged by [`Outbound::check`]: its scheme, its port, credentials in it, local names, and addresses written
//!   literally in any notation.
//! - A name is judged by the addresses that the connection will really use: the resolver itself refuses, so a name that
//!   resolves differently the second time gains nothing.
//! - A redirect is judged like the first URL.
//! - No proxy is taken from the environment: it would connect in our place, unjudged.
//!
//! What an operator lists in [`OutboundRules::allow`] may be private. Bodies are bounded by [`Outbound::fetch`], compressed
//! or not.

mod address;
mod allow;
mod body;
mod client;
mod error;
mod resolver;
mod rules;

pub use address::is_public;
pub use allow::{Allowed, InvalidAllowed};
pub use client::{Fetched, Outbound};
pub use error::{Error, Refusal, Rule};
pub use resolver::SystemResolver;
pub use rules::{DENIED_PORTS, OutboundRules, Schemes, TimeLimits};
