//! Settings: one struct per component, read alike from flags, the environment and a file.

mod jobs;
mod key;
mod layered;
mod model;
mod origin;
mod outbound;
mod project;
mod sandbox;
mod search;
mod server;
mod store;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde::Deserialize;

pub(crate) use jobs::JobsOptions;
pub(crate) use key::Key;
pub(crate) use model::{ModelOptions, TokenLimitName};
pub(crate) use outbound::OutboundOptions;
pub(crate) use project::{ProjectOptions, policies, retentions};
pub(crate) use sandbox::SandboxOptions;
pub(crate) use search::SearchOptions;
pub(crate) use server::ServerOptions;
pub(crate) use store::{DatabaseUrl, StoreOptions, Synchronous};

/// The settings file that is read when none is named.
pub(crate) const FILE_NAME: &str = "antiphon.toml";

/// What the list of flags does not say of settings.
pub(crate) const HELP: &str = "\
A flag comes before its variable, and that before the settings file. There it is a key of the [section] it stands under here, without
the dashes, with `_` for `-`, and without the section's own name before it: --search-per-minute is `per_minute` of [search].

Flags that take a PATTERN, an ORIGIN, an ENTRY or a DOMAIN take several: repeat the flag, separate them by commas, or write a list in the
file.

Settings without a flag, since flags are seen by every user of the machine:
  ANTIPHON_ENCRYPTION_KEY     [store] encryption_key: keys of 32 bytes in base64, the first of which encrypts what is kept
  ANTIPHON_UPSTREAM_API_KEY   the key of --upstream
  ANTIPHON_SEARCH_BRAVE_KEY   [search] brave_key
  ANTIPHON_SEARCH_TAVILY_KEY  [search] tavily_key
  ANTIPHON_SEARCH_EXA_KEY     [search] exa_key
  RUST_LOG, OTEL_EXPORTER_OTLP_ENDPOINT   what is logged, and where traces go

In the file only, for the keys of one project: [projects.NAME] with priority, queued (instead of queued_per_project) and
retention_days (1 at least).";

/// Everything that `serve` can be told.
#[derive(Debug, Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Options {
    #[command(flatten)]
    #[serde(default)]
    pub(crate) server: ServerOptions,
    #[command(flatten)]
    #[serde(default)]
    pub(crate) store: StoreOptions,
    #[command(flatten)]
    #[serde(default)]
    pub(crate) jobs: JobsOptions,
    #[command(flatten)]
    #[serde(default)]
    pub(crate) model: ModelOptions,
    #[command(flatten)]
    #[serde(default)]
    pub(crate) search: SearchOptions,
    #[command(flatten)]
    #[serde(default)]
    pub(crate) sandbox: SandboxOptions,
    #[command(flatten)]
    #[serde(default)]
    pub(crate) outbound: OutboundOptions,
    /// `[projects.NAME]`.
    #[arg(skip)]
    #[serde(default)]
    pub(crate) projects: BTreeMap<String, ProjectOptions>,
    /// The settings file; `antiphon.toml` in this folder when there is one.
    #[arg(long, env = "ANTIPHON_CONFIG", value_name = "FILE", help_heading = None)]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,
}

impl Options {
    /// These flags, with what the settings file says where they are silent.
    pub(crate) fn with_file(self) -> anyhow::Result<Self> {
        let path = match &self.config {
            Some(path) => path.clone(),
            None if Path::new(FILE_NAME).exists() => PathBuf::from(FILE_NAME),
            None => return Ok(self),
        };
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("the settings file {} cannot be read", path.display()))?;
        let file: Self =
            toml::from_str(&text).with_context(|| format!("the settings file {} is wrong", path.display()))?;
        Ok(Self {
            server: self.server.or(file.server),
            store: self.store.or(file.store),
            jobs: self.jobs.or(file.jobs),
            model: self.model.or(file.model),
            search: self.search.or(file.search),
            sandbox: self.sandbox.or(file.sandbox),
            outbound: self.outbound.or(file.outbound),
            projects: file.projects,
            config: self.config,
        })
    }
}
