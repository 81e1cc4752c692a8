//! `mcp_server`: the tools of a remote MCP server, over streamable HTTP.
//!
//! A declaration names a server. [`McpServer`] checks it (`declaration`), asks the server for its tools or remembers them
//! from a moment ago (`listing`), and makes one tool of each (`tool`), called [`mcp_function_name`] towards the model.
//! All tools of a declaration share one session (`session`), which is opened when it is first needed and closed when the
//! last of them is dropped. Nothing that the server says is trusted: names and schemas are checked (`input_schema`),
//! sizes and times are bounded ([`McpSettings`]), and what it answers becomes content blocks (`answer`).

mod allowed;
mod answer;
mod declaration;
mod error;
mod input_schema;
mod kind;
mod listing;
mod name;
mod session;
mod settings;
mod tool;

pub use kind::McpServer;
pub use name::mcp_function_name;
pub use settings::McpSettings;
