//! The vocabulary of the Interactions API.
//!
//! Every part of Antiphon speaks these types and this crate knows none of them: content blocks,
//! [`Step`]s, [`Tool`]s, the [`InteractionEvent`]s of a stream, [`Usage`], [`Status`] and
//! [`ErrorCode`]. Each type is the wire form itself (`serde`) and describes itself as JSON Schema
//! (`schemars`); the HTTP layer checks requests against those schemas and publishes them, so a field
//! is written down once.
//!
//! Reading is lenient on purpose: an unknown field is ignored and an unknown variant of a tagged union
//! is kept as it came ([`Step::Unknown`] and its like), because stored rows and other servers may be
//! newer than this build. Refusing what is unknown is the job of the HTTP layer, for requests only.
//!
//! JSON that has no fixed shape (function arguments, results, schemas) travels as [`Json`], the text
//! as it was written, so that numbers survive beyond the range of `f64`.

#[macro_use]
mod union;

mod agent_config;
mod annotation;
mod content;
mod delta;
mod error_code;
mod event;
mod fold;
mod generation_config;
mod id;
mod input;
mod json;
mod nearest;
mod request;
mod resource;
mod response_format;
mod server_step;
mod status;
mod step;
mod tool;
mod usage;
mod webhook;

pub use agent_config::*;
pub use annotation::*;
pub use content::*;
pub use delta::*;
pub use error_code::*;
pub use event::*;
pub use fold::*;
pub use generation_config::*;
pub use id::*;
pub use input::*;
pub use json::*;
pub use nearest::nearest;
pub use request::*;
pub use resource::*;
pub use response_format::*;
pub use server_step::ServerStep;
pub use status::*;
pub use step::*;
pub use tool::*;
pub use usage::*;
pub use webhook::*;
