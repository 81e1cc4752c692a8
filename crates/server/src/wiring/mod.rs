//! Concrete parts, made from settings.

pub(crate) mod logging;
pub(crate) mod models;
pub(crate) mod stores;
