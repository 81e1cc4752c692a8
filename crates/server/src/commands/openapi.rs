use std::io::{Write as _, stdout};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;

/// Print the API's description.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Compare with FILE instead, and fail when they differ.
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let document = antiphon_http_api::openapi_document();
    let Some(path) = &arguments.check else {
        let mut out = stdout().lock();
        out.write_all(document.as_bytes())?;
        return Ok(out.flush()?);
    };
    let checked_in = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    if checked_in != document {
        bail!(
            "{} is out of date; write it again with `antiphon openapi > {}`",
            path.display(),
            path.display()
        );
    }
    Ok(())
}
