//! The commands, one file each.

mod chat;
mod copy;
mod doctor;
mod keys;
mod migrate;
mod models;
mod openapi;
mod pull;
mod serve;
mod work;

use clap::Subcommand;

/// What `antiphon` can be asked to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve the API.
    #[command(after_long_help = crate::options::HELP)]
    Serve(Box<crate::options::Options>),
    /// Run background interactions and webhooks without serving the API: more hands for the same `--database`.
    #[command(
        after_long_help = crate::options::HELP,
        // A file or environment may be shared with servers, so they are taken all the same.
        mut_arg("listen", |unused| unused.hide(true)),
        mut_arg("max_body_bytes", |unused| unused.hide(true)),
        mut_arg("keep_alive_seconds", |unused| unused.hide(true)),
        mut_arg("cors_origin", |unused| unused.hide(true))
    )]
    Work(Box<crate::options::Options>),
    /// List the models and names that `serve` would answer to with the same settings.
    #[command(after_long_help = crate::options::HELP)]
    Models(Box<crate::options::Options>),
    /// Make, list and revoke API keys.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    Migrate(migrate::Arguments),
    Copy(copy::Arguments),
    Pull(pull::Arguments),
    Chat(chat::Arguments),
    /// Say what is missing on this machine for `serve` with the same settings, and how to mend it.
    #[command(after_long_help = crate::options::HELP)]
    Doctor(Box<crate::options::Options>),
    /// Print the API's description.
    Openapi(openapi::Arguments),
}

/// Runs one command to its end.
pub(crate) fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(options) => serve::run(options.with_file()?),
        Command::Work(options) => work::run(&options.with_file()?),
        Command::Models(options) => models::run(&options.with_file()?),
        Command::Keys(command) => keys::run(command),
        Command::Migrate(arguments) => migrate::run(arguments),
        Command::Copy(arguments) => copy::run(&arguments),
        Command::Pull(arguments) => pull::run(&arguments),
        Command::Chat(arguments) => chat::run(arguments),
        Command::Doctor(options) => doctor::run(*options),
        Command::Openapi(arguments) => openapi::run(&arguments),
    }
}

/// A runtime for the short commands.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
