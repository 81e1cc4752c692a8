use std::path::PathBuf;
use std::time::Duration;

use super::layered::layered;

layered! {
    /// `[store]`: where things are kept.
    pub(crate) struct StoreOptions {
        /// The folder for everything that is kept [default: the user's data folder].
        #[arg(long, env = "ANTIPHON_DATA_DIR", value_name = "FOLDER")]
        pub(crate) data_dir: Option<PathBuf>,
        /// Erase conversations this long after their last turn [default: never].
        #[arg(long, env = "ANTIPHON_RETENTION_DAYS", value_name = "DAYS")]
        pub(crate) retention_days: Option<u64>,
        /// `full` keeps every acknowledged turn through a power cut, `normal` through a crash of the program only
        /// [default: full].
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

impl StoreOptions {
    pub(crate) fn retention(&self) -> Option<Duration> {
        const DAY: u64 = 24 * 60 * 60;
        self.retention_days
            .map(|days| Duration::from_secs(days.saturating_mul(DAY)))
    }
}
