//! The tools that the server runs for a model.
//!
//! A [`Tool`] is one function that a model can call and the server carries out. A [`ToolKind`] makes tools of what a
//! request declares (`{"type": "code_execution"}`), and [`Tools`] is all the kinds that a server has. The turn engine
//! declares the tools to the model beside the client's functions, shows each call and its [`Outcome`] as typed steps, and
//! lets the model read the outcome; a tool touches neither log nor model.

pub mod citation;
mod code_execution;
mod computer_use;
pub mod google_search;
mod kind;
mod mcp_server;
mod tool;
mod tool_search;
mod url_context;

pub use code_execution::{CodeExecution, CodeExecutionSettings, CodeLanguage, ImageLimits};
pub use computer_use::ComputerUse;
pub use kind::{OpenError, Opened, Setting, ToolKind, Tools};
pub use mcp_server::{McpServer, McpSettings, mcp_function_name};
pub use tool::{Call, Conduct, Outcome, Source, Tool};
pub use tool_search::ToolSearch;
pub use url_context::{UrlContext, UrlContextSettings};
