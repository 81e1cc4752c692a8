//! `tool_search`: functions that the model finds when it needs them.
//!
//! A request with many functions marks some with `defer_loading`; the model does not see their declarations, only that they
//! can be found. With `execution: "server"` (the default) this server searches: the model calls a function
//! `tool_search` with names or words, and what is found is declared from then on. With `execution: "client"` the search is a
//! function of the client's, whose result brings the declarations.

mod index;
mod kind;
mod tool;

pub use kind::ToolSearch;
