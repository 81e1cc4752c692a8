use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

use super::layered::layered;

layered! {
    /// `[sandbox]`: where the programs of the tool `code_execution` run, and how much they may use.
    #[command(next_help_heading = "[sandbox] where programs of code_execution run")]
    pub(crate) struct SandboxOptions {
        /// Whether models may run programs, always in a sandbox [default: true].
        #[arg(long, env = "ANTIPHON_CODE_EXECUTION", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
        pub(crate) code_execution: Option<bool>,
        /// The system that programs see, read-only: `host` for this machine's `/usr`, a folder with a whole system, or an
        /// uncompressed tar file of one [default: host].
        #[arg(id = "sandbox_root", long = "sandbox-root", env = "ANTIPHON_SANDBOX_ROOT", value_name = "host|FOLDER|FILE.tar")]
        pub(crate) root: Option<PathBuf>,
        /// Where conversations' files lie; where the machine forbids user namespaces, every user must be able to pass through the
        /// folders above it [default: `environments` in the data folder].
        #[arg(id = "sandbox_folder", long = "sandbox-folder", env = "ANTIPHON_SANDBOX_FOLDER", value_name = "FOLDER")]
        pub(crate) folder: Option<PathBuf>,
        /// How long a program may run [default: 30].
        #[arg(id = "sandbox_seconds", long = "sandbox-seconds", env = "ANTIPHON_SANDBOX_SECONDS", value_name = "SECONDS")]
        pub(crate) seconds: Option<NonZeroU64>,
        /// Memory of a conversation's programs, in MiB [default: 1024].
        #[arg(id = "sandbox_memory_mib", long = "sandbox-memory-mib", env = "ANTIPHON_SANDBOX_MEMORY_MIB", value_name = "MIB")]
        pub(crate) memory_mib: Option<NonZeroU32>,
        /// Disk of a conversation's files, in MiB [default: 1024].
        #[arg(id = "sandbox_disk_mib", long = "sandbox-disk-mib", env = "ANTIPHON_SANDBOX_DISK_MIB", value_name = "MIB")]
        pub(crate) disk_mib: Option<NonZeroU32>,
        /// Remove a conversation's files this long after they were last used [default: 7].
        #[arg(id = "sandbox_keep_days", long = "sandbox-keep-days", env = "ANTIPHON_SANDBOX_KEEP_DAYS", value_name = "DAYS")]
        pub(crate) keep_days: Option<NonZeroU64>,
        /// User ids for programs, one for each conversation, where the server is root; two servers on one machine need ids of
        /// their own [default: 200000-265535].
        #[arg(id = "sandbox_user_ids", long = "sandbox-user-ids", env = "ANTIPHON_SANDBOX_USER_IDS", value_name = "FIRST-LAST")]
        pub(crate) user_ids: Option<String>,
        ;
        /// A domain that programs may reach by TLS, such as `pypi.org` and `files.pythonhosted.org` for `pip`; `*.NAME` for all
        /// below one [default: none, programs have no network].
        #[arg(id = "sandbox_allow", long = "sandbox-allow", env = "ANTIPHON_SANDBOX_ALLOW", value_name = "DOMAIN", value_delimiter = ',')]
        pub(crate) allow: Vec<String>,
        /// Those of these domains that may have private addresses, such as a mirror of one's own.
        #[arg(id = "sandbox_allow_private", long = "sandbox-allow-private", env = "ANTIPHON_SANDBOX_ALLOW_PRIVATE", value_name = "DOMAIN", value_delimiter = ',')]
        pub(crate) allow_private: Vec<String>,
    }
}
