//! The tool `google_search`: finds sources that the model can cite.
//!
//! A [`SearchBackend`] finds [`Hit`]s for one query; which backends there are is the operator's choice. [`GoogleSearch`]
//! makes the API's tool of them: it asks all of them in parallel, for each of the model's queries, and merges what they
//! find by rank, each page once. A backend that fails says so to the model. [`Limited`] keeps a backend within a rate.
//!
//! [`LocalDocuments`] searches a folder; [`Searxng`], [`Brave`], [`Tavily`] and [`Exa`] ask servers that the operator named,
//! which may be private addresses. Their answers are hostile all the same: bounded in time and size, and no redirect is
//! followed.

mod arguments;
mod backend;
mod brave;
mod error;
mod exa;
mod hit;
mod http;
mod limited;
mod local;
mod merge;
mod search;
mod searxng;
mod suggestions;
mod tavily;
mod tool;

pub use backend::{Query, SearchBackend, SearchKind};
pub use brave::Brave;
pub use error::Error;
pub use exa::Exa;
pub use hit::Hit;
pub use http::Limits;
pub use limited::{Limited, Rate};
pub use local::{LocalConfig, LocalDocuments, Rescan};
pub use searxng::Searxng;
pub use tavily::Tavily;
pub use tool::{GoogleSearch, Options};
