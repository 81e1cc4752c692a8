mod get;
mod list;
mod resource;

pub(crate) use get::{get, other_api};
pub(crate) use list::list;
pub(crate) use resource::{Model, ModelList};
