//! What the turn engine knows of models: one trait, its request and its events.
//!
//! A [`ModelEngine`] takes a [`ModelRequest`] and answers with a stream of [`ModelEvent`]s. There is no
//! other way to a model: a unary reply is a fold over the same events. Engines speak their own dialects
//! inside and these types outside; which engine serves which name is decided by the [`Registry`].

mod engine;
mod error;
mod event;
mod model;
pub mod openai;
mod registry;
mod request;

pub use engine::{ModelEngine, ModelStream};
pub use error::Error;
pub use event::{Finish, FinishReason, ModelEvent, ModelUsage, ToolCall};
pub use model::{Capabilities, ModelInfo};
pub use registry::{Alias, Registry, Resolved};
pub use request::{FunctionDeclaration, Message, ModelRequest, OutputFormat, Sampling, ToolResult, ToolSelection};
