use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use antiphon_client::{Client, Config};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

/// A running `antiphon serve`. Killed when it is dropped.
pub(crate) struct Program {
    /// Where it listens.
    pub(crate) url: String,
    child: Child,
    log: PathBuf,
    _out: BufReader<ChildStdout>,
}

impl Program {
    /// Starts it with nothing of this process's environment but `variables`; what it logs goes to `log`.
    pub(crate) async fn start(folder: &Path, log: PathBuf, variables: &[(String, String)]) -> Self {
        let binary = std::env::var_os("ANTIPHON_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_antiphon").into());
        let to_log = std::fs::File::options().create(true).append(true).open(&log).unwrap();
        let mut child = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .current_dir(folder)
            .env_clear()
            .env("HOME", folder)
            .env("ANTIPHON_DATA_DIR", folder)
            .env("ANTIPHON_BUNDLED_MODEL", "false")
            .env("ANTIPHON_CODE_EXECUTION", "false")
            .envs(variables.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(to_log)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let said = tokio::time::timeout(Duration::from_secs(60), out.read_line(&mut line)).await;
        match line.trim_end().strip_prefix("listening on ") {
            Some(url) => Self {
                url: url.to_owned(),
                child,
                log,
                _out: out,
            },
            None => panic!("the server did not start ({said:?}):\n{}", last_lines(&log)),
        }
    }

    /// `kill -9`, and waits for its end.
    pub(crate) async fn kill(mut self) {
        if let Some(ended) = self.child.try_wait().unwrap() {
            panic!("the server ended by itself with {ended}:\n{}", last_lines(&self.log));
        }
        self.child.kill().await.unwrap();
    }

    /// Asks it to end, and waits until it has.
    pub(crate) async fn terminate(mut self) {
        let id = self.child.id().unwrap().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .await
                .unwrap()
                .success()
        );
        let ended = tokio::time::timeout(Duration::from_secs(60), self.child.wait()).await;
        let ended = ended.unwrap_or_else(|_| panic!("the server does not end:\n{}", last_lines(&self.log)));
        assert!(
            ended.unwrap().success(),
            "the server ended badly:\n{}",
            last_lines(&self.log)
        );
    }
}

/// A client of the server at `url`.
pub(crate) fn client(url: &str) -> Client {
    Client::new(Config {
        connect_timeout: Duration::from_secs(2),
        idle_timeout: Duration::from_secs(30),
        ..Config::new(url)
    })
    .unwrap()
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
