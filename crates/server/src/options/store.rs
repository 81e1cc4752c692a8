use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use super::key::Key;
use super::layered::layered;

layered! {
    /// `[store]`: where things are kept.
    #[command(next_help_heading = "[store] where things are kept")]
    pub(crate) struct StoreOptions {
        /// The folder for everything that is kept; with `--database`, for what can be made anew [default: the user's data
        /// folder].
        #[arg(long, env = "ANTIPHON_DATA_DIR", value_name = "FOLDER")]
        pub(crate) data_dir: Option<PathBuf>,
        /// A Postgres database to keep everything in, `postgres://USER:PASSWORD@HOST:PORT/DATABASE[?schema=NAME]`; any number of
        /// servers and workers share one. With a password, better by `ANTIPHON_DATABASE`, since flags are seen by every user of the
        /// machine [default: a file in the data folder].
        #[arg(long, env = "ANTIPHON_DATABASE", hide_env_values = true, value_name = "URL")]
        pub(crate) database: Option<DatabaseUrl>,
        /// The most connections to that database, at least 3 [default: 16].
        #[arg(long, env = "ANTIPHON_DATABASE_CONNECTIONS", value_name = "COUNT")]
        pub(crate) database_connections: Option<u32>,
        /// How long to go on trying while that database does not answer [default: 30].
        #[arg(long, env = "ANTIPHON_DATABASE_SECONDS", value_name = "SECONDS")]
        pub(crate) database_seconds: Option<std::num::NonZeroU64>,
        /// Where media and long texts are kept: a folder, a bucket such as `s3://BUCKET/FOLDER` (its keys from the usual variables of
        /// the cloud), or `database` [default: `blobs` in the data folder; with `--database` it must be named].
        #[arg(long, env = "ANTIPHON_BLOBS", value_name = "PLACE")]
        pub(crate) blobs: Option<String>,
        /// That folder is the same on all machines that share the database [default: false].
        #[arg(long, env = "ANTIPHON_BLOBS_SHARED", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
        pub(crate) blobs_shared: Option<bool>,
        /// How many bytes a piece of content may have before it is kept there [default: 65536].
        #[arg(long, env = "ANTIPHON_BLOBS_OVER_BYTES", value_name = "BYTES")]
        pub(crate) blobs_over_bytes: Option<usize>,
        /// Encrypts what is kept: keys of 32 bytes in base64, the first of which encrypts. Also from `ANTIPHON_ENCRYPTION_KEY`; no
        /// flag, since flags are seen by every user of the machine.
        #[arg(skip)]
        pub(crate) encryption_key: Option<Key>,
        /// Erase conversations this long after their last turn, 1 day at least [default: never].
        #[arg(long, env = "ANTIPHON_RETENTION_DAYS", value_name = "DAYS")]
        pub(crate) retention_days: Option<Days>,
        /// `full` keeps every acknowledged turn through a power cut, `normal` through a crash of the program only; for the file in
        /// the data folder [default: full].
        #[arg(long, env = "ANTIPHON_SYNCHRONOUS", value_name = "LEVEL")]
        pub(crate) synchronous: Option<Synchronous>,
    }
}

/// How durable an acknowledged turn is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Synchronous {
    Full,
    Normal,
}

/// A database's URL, which may hold a password and is never shown.
#[derive(Clone, serde::Deserialize)]
pub(crate) struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The whole text, for the store only.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for DatabaseUrl {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DatabaseUrl(…)")
    }
}

impl StoreOptions {
    pub(crate) fn retention(&self) -> Option<Duration> {
        self.retention_days.map(Days::length)
    }
}

/// How many days something is kept. None at all is no way to say "for ever", nor to ask for everything to be erased.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(try_from = "u64")]
pub(crate) struct Days(u64);

impl Days {
    pub(super) fn length(self) -> Duration {
        const DAY: u64 = 24 * 60 * 60;
        Duration::from_secs(self.0.saturating_mul(DAY))
    }
}

impl TryFrom<u64> for Days {
    type Error = &'static str;

    fn try_from(count: u64) -> Result<Self, Self::Error> {
        match count {
            0 => Err("0 days would erase everything at once; leave the setting out to keep it for ever"),
            count => Ok(Self(count)),
        }
    }
}

impl FromStr for Days {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let count: u64 = text.parse().map_err(|_| "write a whole number of days, 1 at least")?;
        count.try_into()
    }
}
