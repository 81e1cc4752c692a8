//! Concrete parts, made from settings.

#[cfg(feature = "bundled-model")]
pub(crate) mod bundled;
pub(crate) mod engine;
pub(crate) mod logging;
pub(crate) mod models;
pub(crate) mod signals;
pub(crate) mod stores;
pub(crate) mod tools;

use crate::options::{Options, retentions};

/// Refuses settings that are wrong in themselves, before anything is opened.
pub(crate) fn check(options: &Options) -> anyhow::Result<()> {
    stores::encryption_keys(&options.store)?;
    retentions(&options.projects, options.store.retention())?;
    models::aliases(&options.model)?;
    tools::outbound::rules(&options.outbound)?;
    tools::url_context(&options.outbound)?;
    Ok(())
}
