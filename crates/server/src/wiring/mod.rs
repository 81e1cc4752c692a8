//! Concrete parts, made from settings.

#[cfg(feature = "bundled-model")]
pub(crate) mod bundled;
pub(crate) mod logging;
pub(crate) mod models;
pub(crate) mod stores;
