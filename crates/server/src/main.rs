//! The `antiphon` program: the only place that names concrete engines and stores.
//!
//! Settings come from flags, then `ANTIPHON_*`, then `antiphon.toml`; each command is a file in [`commands`].

mod commands;
mod data_dir;
mod hub;
mod options;
mod terminal;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

/// The Gemini Interactions API on your own machine, with your own models.
#[derive(Parser)]
#[command(name = "antiphon", version)]
struct Cli {
    #[command(subcommand)]
    command: commands::Command,
}

#[expect(clippy::print_stderr, reason = "the message for the person at the terminal")]
fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    if let Some(code) = antiphon_environments::helper_main_if_requested() {
        // This process is a sandbox: it reads no argument and no setting.
        return code;
    }
    let cli = Cli::parse();
    match commands::run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("antiphon: {error:#}");
            ExitCode::FAILURE
        }
    }
}
