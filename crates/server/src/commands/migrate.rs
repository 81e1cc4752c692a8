use std::io::{Write as _, stdout};

use antiphon_store::Format;
use anyhow::bail;

use crate::commands::runtime;
use crate::data_dir::DataDir;
use crate::options::{Options, StoreOptions};
use crate::wiring;

/// Bring the store to this build's format, which every start does too, and say which formats there were.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Change nothing; fail when there is something to do.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    store: StoreOptions,
    /// The settings file; `antiphon.toml` in this folder when there is one.
    #[arg(long, env = "ANTIPHON_CONFIG", value_name = "FILE", help_heading = None)]
    config: Option<std::path::PathBuf>,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { check, store, config } = arguments;
    let options = Options {
        store,
        config,
        ..Options::default()
    };
    let store = options.with_file()?.store;
    runtime()?.block_on(async {
        let folder = DataDir::at(store.data_dir.as_deref())?;
        let before = wiring::stores::format(&folder, &store).await?;
        writeln!(stdout(), "{}", told(before.as_ref()))?;
        if before.as_ref().is_some_and(Format::is_beyond) {
            bail!("a newer antiphon has changed the store so that this one must keep away; start the newer one");
        }
        if before.as_ref().is_some_and(|format| !format.is_behind()) {
            return Ok(());
        }
        if check {
            bail!("the store is to be migrated: antiphon migrate");
        }
        let folder = DataDir::open(store.data_dir.as_deref())?;
        drop(wiring::stores::beside(&folder, &store).await?);
        let after = wiring::stores::format(&folder, &store).await?;
        writeln!(stdout(), "migrated; {}", told(after.as_ref()))?;
        Ok(())
    })
}

fn told(format: Option<&Format>) -> String {
    let Some(Format {
        stored,
        reads_from,
        current,
    }) = format
    else {
        return "format: none yet".to_owned();
    };
    match stored {
        0 => format!("format: none yet; this build makes {current}"),
        stored => format!("format: {stored}, for builds that know {reads_from} or newer; this build makes {current}"),
    }
}
