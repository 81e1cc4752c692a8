//! Concrete parts, made from settings.

#[cfg(feature = "bundled-model")]
pub(crate) mod bundled;
pub(crate) mod engine;
pub(crate) mod logging;
pub(crate) mod models;
pub(crate) mod signals;
pub(crate) mod stores;
pub(crate) mod tools;
