//! The `antiphon` program: the only place that names concrete engines and stores.
//!
//! Settings come from flags, then `ANTIPHON_*`, then `antiphon.toml`; each command is a file in [`commands`].

mod commands;
mod data_dir;
mod hub;
mod options;
mod terminal;
mod wiring;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser;

/// The Gemini Interactions API on your own machine, with your own models.
#[derive(Parser)]
#[command(name = "antiphon", version)]
struct Cli {
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    if let Some(code) = antiphon_environments::helper_main_if_requested() {
        // This process is a sandbox: it reads no argument and no setting.
        return code;
    }
    let cli = Cli::parse();
    match commands::run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has gone, so there is nothing left to do or to say.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody may be reading it.
            writeln!(io::stderr(), "antiphon: {}", terminal::causes(&error)).ok();
            ExitCode::FAILURE
        }
    }
}

/// Errors of connections come wrapped; one that is bare is that of an output.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
