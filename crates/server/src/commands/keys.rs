use std::io::{Write as _, stderr, stdout};
use std::path::PathBuf;
use std::sync::Arc;

use antiphon_http_api::hash_key;
use antiphon_store::{ApiKey, NewApiKey, ProjectId, Store};
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
    /// Refuse a key, within a second in servers that run.
    Revoke {
        /// The key's id, as `list` shows it.
        #[arg(allow_hyphen_values = true)]
        id: String,
        /// Revoke it even if it is the last one: then a server that listens on this machine only is open to every program of the
        /// machine, without a key or with any, and one that listens beyond refuses every request.
        #[arg(long)]
        last: bool,
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
    fn settings(&self) -> anyhow::Result<StoreOptions> {
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
        Ok(options.with_file()?.store)
    }

    /// The store, which has to be there.
    async fn open(&self) -> anyhow::Result<Arc<dyn Store>> {
        let settings = self.settings()?;
        wiring::stores::existing(&DataDir::at(settings.data_dir.as_deref())?, &settings).await
    }

    /// The store, made when there is none, and where it is.
    async fn make(&self) -> anyhow::Result<(Arc<dyn Store>, String)> {
        let settings = self.settings()?;
        let folder = DataDir::open(settings.data_dir.as_deref())?;
        let is_new = wiring::stores::is_missing(wiring::stores::format(&folder, &settings).await?.as_ref());
        let store = wiring::stores::beside(&folder, &settings).await?;
        let made = if is_new { ", which was made for it" } else { "" };
        Ok((
            store,
            format!("{}{made}", wiring::stores::location(&folder, &settings)?),
        ))
    }
}

pub(crate) fn run(command: KeysCommand) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        match command {
            KeysCommand::Create { name, project, place } => create(name, &project, &place).await,
            KeysCommand::List { place } => list(&place).await,
            KeysCommand::Revoke { id, last, place } => revoke(id, last, &place).await,
        }
    })
}

async fn create(name: String, project: &str, place: &Place) -> anyhow::Result<()> {
    if project.is_empty() {
        bail!("a project has a name");
    }
    let id = random_text(ID_LENGTH);
    let text = format!("{KEY_PREFIX}{}", random_text(KEY_LENGTH));
    let key = ApiKey {
        id: id.clone(),
        project: ProjectId::from(project),
        name,
        created: SystemClock.now(),
    };
    let hash = hash_key(&text);
    let (store, location) = place.make().await?;
    store.add_key(NewApiKey { key, hash }).await?;
    writeln!(stdout(), "{text}")?;
    writeln!(
        stderr(),
        "The key `{id}` of project `{project}`, shown this once, in the store {location}. Within a second every server of this store needs a \
         key."
    )?;
    Ok(())
}

async fn list(place: &Place) -> anyhow::Result<()> {
    let keys = place.open().await?.keys().await?;
    if keys.is_empty() {
        writeln!(stderr(), "There are no keys; `antiphon keys create` makes one.")?;
        return Ok(());
    }
    let projects = keys.iter().map(|key| key.project.as_str()).chain(["PROJECT"]);
    let width = projects.map(|name| name.chars().count()).max().unwrap_or_default();
    let mut out = stdout().lock();
    writeln!(out, "{:ID_LENGTH$}  {:width$}  {:20}  NAME", "ID", "PROJECT", "CREATED")?;
    for ApiKey {
        id,
        project,
        name,
        created,
    } in &keys
    {
        let (project, created) = (project.as_str(), format!("{created:.0}"));
        writeln!(out, "{id:ID_LENGTH$}  {project:width$}  {created:20}  {name}")?;
    }
    Ok(())
}

async fn revoke(id: String, last: bool, place: &Place) -> anyhow::Result<()> {
    let store = place.open().await?;
    let keys = store.keys().await?;
    let is_last = matches!(keys.as_slice(), [only] if only.id == id);
    if is_last && !last {
        bail!(
            "`{id}` is the last key: without one, a server that listens on this machine only is open to every program of the machine, which \
             may even send this key. Make another with `antiphon keys create` first, or mean it with --last"
        );
    }
    if !store.revoke_key(id.clone()).await? {
        bail!("there is no key `{id}`; `antiphon keys list` shows them");
    }
    let now = match is_last {
        true => {
            "gone, and no key is left: within a second a server that listens on this machine only needs none, and one that listens beyond \
             refuses every request"
        }
        false => "refused within a second",
    };
    writeln!(stdout(), "The key `{id}` is {now}.")?;
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
