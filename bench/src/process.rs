//! Other programs, started and ended.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(120);

/// How `antiphon serve` is started.
pub(crate) struct Settings<'a> {
    pub(crate) data: &'a Path,
    /// Where its model is; none when `None`.
    pub(crate) upstream: Option<SocketAddr>,
    /// A Postgres database; a file in `data` when `None`.
    pub(crate) database: Option<&'a str>,
    pub(crate) arguments: &'a [String],
}

/// A server of ours, killed when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// From the start of the process to its `listening` line.
    pub(crate) start: Duration,
    child: Child,
    // A closed pipe would make the server's next line fail.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts `antiphon serve`.
    pub(crate) async fn antiphon(program: &Path, settings: &Settings<'_>) -> anyhow::Result<Self> {
        let mut command = Command::new(std::path::absolute(program)?);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(settings.data)
            .args(settings.arguments);
        // A settings file of the folder that the benchmark is started in has no say.
        command.current_dir(settings.data);
        match settings.upstream {
            Some(upstream) => command.args(["--upstream", &format!("http://{upstream}")]),
            None => command.args(["--bundled-model", "false"]),
        };
        match settings.database {
            Some(database) => command.env("ANTIPHON_DATABASE", database),
            None => command.env_remove("ANTIPHON_DATABASE"),
        };
        Self::start(command)
            .await
            .with_context(|| format!("{} cannot be measured", program.display()))
    }

    /// Starts the fixed-answer upstream.
    pub(crate) async fn upstream() -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("upstream");
        Self::start(command).await
    }

    async fn start(mut command: Command) -> anyhow::Result<Self> {
        command
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let began = Instant::now();
        let mut child = command.spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?);
        let mut line = String::new();
        timeout(PATIENCE, lines.read_line(&mut line))
            .await
            .context("it does not listen")??;
        let start = began.elapsed();
        let Some(address) = line.trim().strip_prefix("listening on http://") else {
            bail!("it says `{}` instead of where it listens", line.trim());
        };
        Ok(Self {
            address: address.parse()?,
            start,
            child,
            _stdout: lines,
        })
    }

    /// The memory that the process holds, in bytes.
    pub(crate) fn memory(&self) -> anyhow::Result<u64> {
        let id = self.child.id().context("the server is gone")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("no VmRSS")?;
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kibibytes * 1024)
    }

    /// Ends it by `SIGKILL`, and does not wait.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        Ok(self.child.start_kill()?)
    }

    /// Ends it by `SIGKILL`, and waits until it is gone.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }
}

/// Another project's server, killed when dropped.
pub(crate) struct Other {
    pub(crate) address: SocketAddr,
    _child: Child,
}

impl Other {
    /// Starts `command`, which is to listen at `address`.
    pub(crate) async fn start(mut command: Command, address: SocketAddr) -> anyhow::Result<Self> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut child = command.spawn()?;
        let began = Instant::now();
        while TcpStream::connect(address).await.is_err() {
            if let Some(status) = child.try_wait()? {
                bail!("it ended with {status}");
            }
            if began.elapsed() > PATIENCE {
                bail!("it does not listen on {address}");
            }
            sleep(Duration::from_millis(100)).await;
        }
        Ok(Self { address, _child: child })
    }
}

/// An address on this machine that nobody listens on.
pub(crate) fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
