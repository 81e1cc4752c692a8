mod get;
mod list;
mod resource;

pub(crate) use get::get;
pub(crate) use list::list;
pub(crate) use resource::{Model, ModelList};
