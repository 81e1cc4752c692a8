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
    #[arg(long, env = "ANTIPHON_CONFIG", value_name = "FILE")]
    config: Option<std::path::PathBuf>,
}

#[expect(clippy::print_stdout, reason = "the output of the command")]
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { check, store, config } = arguments;
    let options = Options {
        store,
        config,
        ..Options::default()
    };
    let store = options.with_file()?.store;
    let folder = DataDir::open(store.data_dir.as_deref())?;
    runtime()?.block_on(async {
        let before = wiring::stores::format(&folder, &store).await?;
        println!("{}", told(&before));
        if before.is_beyond() {
            bail!("a newer antiphon has changed the store so that this one must keep away; start the newer one");
        }
        if !before.is_behind() {
            return Ok(());
        }
        if check {
            bail!("the store is to be migrated: antiphon migrate");
        }
        drop(wiring::stores::beside(&folder, &store).await?);
        let after = wiring::stores::format(&folder, &store).await?;
        println!("migrated; {}", told(&after));
        Ok(())
    })
}

fn told(format: &Format) -> String {
    let Format {
        stored,
        reads_from,
        current,
    } = format;
    match stored {
        0 => format!("format: none yet; this build makes {current}"),
        stored => format!("format: {stored}, for builds that know {reads_from} or newer; this build makes {current}"),
    }
}
