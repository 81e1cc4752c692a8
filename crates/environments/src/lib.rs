//! Where a model's code runs: sandboxed environments.
//!
//! An [`Environment`] is a folder of files (the workspace) and a sandbox around it in which commands run. The files
//! stay from one command to the next; processes never do. [`SandboxPolicy`] says as data what commands see and how much
//! they may use, an [`EnvironmentProvider`] makes environments, and the backend of this crate is [`NativeProvider`]:
//! Linux itself, no container engine, no setuid program, nothing to install.
//!
//! # What stands between a command and the machine
//!
//! Every layer is set up by a helper: the program's own binary, run again with an empty environment
//! (see [`helper_main_if_requested`]). Each stops something that the others do not:
//!
//! | layer | stops |
//! |---|---|
//! | an unprivileged user id of its own, for each environment, when the server is root | being root on the machine, also where root is "mapped" (`/proc/sys` asks the real id); other environments' files and processes |
//! | user, mount, process, network, IPC, host name and cgroup namespaces | seeing or reaching other processes, mounts, network interfaces, abstract sockets, shared memory |
//! | where names are allowed, a proxy that checks name, TLS server name and address | reaching anything else, also by address or through a name of one's own |
//! | a new root folder by `pivot_root`: system folders read-only, small `/dev`, `/tmp` in memory, `/workspace` | the machine's files, sockets and devices |
//! | pid 1 of the sandbox: not dumpable, empty environment | reading the server's secrets through `/proc/1` |
//! | no capabilities, `no_new_privs` | setuid programs, mounts, anything a "root" inside could do |
//! | Landlock | writing outside the workspace and `/tmp`, TCP, signals and abstract sockets across the border, should a layer above fail |
//! | seccomp | nested namespaces, mounts, `ptrace`, `bpf`, `io_uring`, `keyctl`, `userfaultfd`, modules, every socket but Unix ones (and, with a proxy, TCP over IPv4), system calls newer than this program |
//! | cgroup v2 or v1 where writable, resource limits, a watch over memory and disk | fork bombs, memory bombs, full disks, a machine without processor time |
//! | `SIGKILL` to everything at the end of each command | processes that leave their session, ignore `SIGTERM` or outlive their parent |
//!
//! Where the system refuses user namespaces and the server is root (a container with default settings), the second
//! tier remains: the user id, Landlock, seccomp and the limits. Where that is impossible too, nothing runs:
//! [`Error::SandboxUnavailable`] says what failed and how to allow it. There is no unsandboxed mode.
//!
//! What it does not stop: an error in the kernel itself, which is shared.
//!
//! # Use
//!
//! ```no_run
//! # #[cfg(target_os = "linux")] mod example {
//! use antiphon_environments::{
//!     Command, EnvironmentId, EnvironmentProvider, NativeConfig, NativeProvider, SandboxPolicy, helper_main_if_requested,
//! };
//!
//! fn main() -> std::process::ExitCode {
//!     if let Some(code) = helper_main_if_requested() {
//!         return code; // this process is a sandbox
//!     }
//!     // … start a tokio runtime, then:
//! #   std::process::ExitCode::SUCCESS
//! }
//!
//! async fn example() -> Result<(), Box<dyn std::error::Error>> {
//!     let provider = NativeProvider::new(NativeConfig::in_directory("/var/lib/antiphon/environments"))?;
//!     let environment = provider
//!         .open(EnvironmentId::new("conversation-1")?, SandboxPolicy::default())
//!         .await?;
//!     let outcome = environment
//!         .run(Command::new(["python3", "-c", "print(6 * 7)"]))
//!         .await?;
//!     assert_eq!(outcome.stdout.bytes, b"42\n");
//!     Ok(())
//! }
//! # }
//! ```

mod command;
mod egress;
mod environment;
mod error;
#[cfg(target_os = "linux")]
mod helper;
#[cfg(target_os = "linux")]
mod native;
mod policy;

pub use command::{Captured, Command, Ending, Outcome};
pub use egress::{AllowedDomains, InvalidDomain};
#[cfg(target_os = "linux")]
pub use egress::{Resolver, SystemResolver};
pub use environment::{Environment, EnvironmentId, EnvironmentProvider, FileEntry};
pub use error::{Attempt, Error};
#[cfg(target_os = "linux")]
pub use helper::{HELPER_NAME, helper_main_if_requested};
#[cfg(target_os = "linux")]
pub use native::{NativeConfig, NativeProvider, ProbeReport, SelfAttack};
pub use policy::{Network, RootTree, SandboxPolicy, Tier};
