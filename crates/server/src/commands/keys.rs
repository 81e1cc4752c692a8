use std::path::PathBuf;

use antiphon_http_api::hash_key;
use antiphon_store::{ApiKey, NewApiKey, ProjectId};
use antiphon_turn_engine::{Clock as _, Entropy as _, SystemClock, SystemEntropy};
use anyhow::bail;
use clap::{Args, Subcommand};

use crate::commands::runtime;
use crate::data_dir::DataDir;
use crate::options::{DatabaseUrl, Options, StoreOptions};
use crate::wiring;

const KEY_PREFIX: &str = "ak_";
const ID_LENGTH: usize = 8;
const KEY_LENGTH: usize = 40;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Make, list and revoke API keys.
#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key and print it, once.
    Create {
        /// What it is for.
        #[arg(long, default_value = "")]
        name: String,
        /// Whose interactions it sees.
        #[arg(long, default_value = "default")]
        project: String,
        #[command(flatten)]
        place: Place,
    },
    /// List the keys, without their texts.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Refuse a key from now on.
    Revoke {
        /// The key's id, as `list` shows it.
        #[arg(allow_hyphen_values = true)]
        id: String,
        #[command(flatten)]
        place: Place,
    },
}

/// Where the keys are.
#[derive(Args)]
pub(crate) struct Place {
    /// The folder for everything that is kept [default: the user's data folder].
    #[arg(long, env = "ANTIPHON_DATA_DIR", value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// The Postgres database of the servers, if they have one.
    #[arg(long, env = "ANTIPHON_DATABASE", hide_env_values = true, value_name = "URL")]
    database: Option<DatabaseUrl>,
    /// The settings file; `antiphon.toml` in this folder when there is one.
    #[arg(long, env = "ANTIPHON_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Place {
    async fn open(&self) -> anyhow::Result<std::sync::Arc<dyn antiphon_store::Store>> {
        let flags = StoreOptions {
            data_dir: self.data_dir.clone(),
            database: self.database.clone(),
            ..StoreOptions::default()
        };
        let options = Options {
            store: flags,
            config: self.config.clone(),
            ..Options::default()
        };
        let store = options.with_file()?.store;
        let folder = DataDir::open(store.data_dir.as_deref())?;
        wiring::stores::beside(&folder, &store).await
    }
}

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output of the command, and what is said beside it"
)]
pub(crate) fn run(command: KeysCommand) -> anyhow::Result<()> {
    let runtime = runtime()?;
    match command {
        KeysCommand::Create { name, project, place } => {
            if project.is_empty() {
                bail!("a project has a name");
            }
            let id = random_text(ID_LENGTH);
            let text = format!("{KEY_PREFIX}{}", random_text(KEY_LENGTH));
            let key = ApiKey {
                id: id.clone(),
                project: ProjectId::from(project.as_str()),
                name,
                created: SystemClock.now(),
            };
            let hash = hash_key(&text);
            runtime.block_on(async { anyhow::Ok(place.open().await?.add_key(NewApiKey { key, hash }).await?) })?;
            println!("{text}");
            eprintln!(
                "The key `{id}` of project `{project}`. It is shown this once; from now on the server needs a key."
            );
        }
        KeysCommand::List { place } => {
            for ApiKey {
                id,
                project,
                name,
                created,
            } in runtime.block_on(async { anyhow::Ok(place.open().await?.keys().await?) })?
            {
                println!("{id}  {project}  {created:.0}  {name}");
            }
        }
        KeysCommand::Revoke { id, place } => {
            let revoked = runtime.block_on(async { anyhow::Ok(place.open().await?.revoke_key(id.clone()).await?) })?;
            if !revoked {
                bail!("there is no key `{id}`; `antiphon keys list` shows them");
            }
            println!("The key `{id}` is refused from now on.");
        }
    }
    Ok(())
}

fn random_text(length: usize) -> String {
    let mut bytes = vec![0; length];
    SystemEntropy.fill(&mut bytes);
    bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte & 63)]))
        .collect()
}
