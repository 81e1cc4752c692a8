use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use antiphon_client::{Client, Config};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

/// A machine with nothing on it but the program: its own home, its own environment.
pub(crate) struct Machine {
    home: TempDir,
    variables: Vec<(String, String)>,
}

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) ok: bool,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self {
            home: TempDir::new().unwrap(),
            variables: Vec::new(),
        }
    }

    pub(crate) fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// A path in the folder where commands run, which is also the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// A path in the data folder.
    pub(crate) fn data(&self, name: &str) -> PathBuf {
        self.path(".local/share/antiphon").join(name)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_antiphon"));
        command
            .args(arguments)
            .current_dir(self.home.path())
            .env_clear()
            .env("HOME", self.home.path())
            // It takes a moment to load, and no test here asks it anything.
            .env("ANTIPHON_BUNDLED_MODEL", "false")
            .envs(self.variables.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).output().await.unwrap();
        Said {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            ok: output.status.success(),
        }
    }

    /// Runs a command that reads `input`.
    pub(crate) async fn type_into(&self, arguments: &[&str], input: &str) -> Said {
        let mut typing = self.start(arguments);
        typing.line(input).await;
        typing.end().await
    }

    /// Starts a command whose input the test writes line by line.
    pub(crate) fn start(&self, arguments: &[&str]) -> Typing {
        Typing(self.command(arguments).stdin(Stdio::piped()).spawn().unwrap())
    }

    /// Starts `serve` on a port of its own.
    pub(crate) async fn serve(&self, arguments: &[&str]) -> Server {
        let mut command = self.command(&["serve"]);
        command.args(arguments).env("ANTIPHON_LISTEN", "127.0.0.1:0");
        self.announced(command, "listening on ").await
    }

    /// Starts `work`.
    pub(crate) async fn work(&self, arguments: &[&str]) -> Server {
        let mut command = self.command(&["work"]);
        command.args(arguments);
        self.announced(command, "working as ").await
    }

    /// Starts a command and waits until it says what it is ready for.
    async fn announced(&self, mut command: Command, announcement: &str) -> Server {
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).await.unwrap();
        match line.trim_end().strip_prefix(announcement) {
            Some(url) => Server {
                url: url.to_owned(),
                child,
                _out: out,
            },
            None => panic!("it did not start: {:?}", child.wait_with_output().await),
        }
    }
}

/// A command that is still being typed into.
pub(crate) struct Typing(Child);

impl Typing {
    pub(crate) async fn line(&mut self, line: &str) {
        let input = self.0.stdin.as_mut().unwrap();
        // A command that ended early says why at its end.
        input.write_all(format!("{line}\n").as_bytes()).await.ok();
        input.flush().await.ok();
    }

    /// Presses Ctrl-C.
    pub(crate) async fn interrupt(&self) {
        signal("-INT", &self.0).await;
    }

    /// Waits until the command has said `text` on its standard error, and gives all that it has said there.
    pub(crate) async fn until(&mut self, text: &str) -> String {
        let err = self.0.stderr.as_mut().unwrap();
        let mut said = Vec::new();
        while !String::from_utf8_lossy(&said).contains(text) {
            let byte = err.read_u8().await;
            said.push(byte.unwrap());
        }
        String::from_utf8(said).unwrap()
    }

    pub(crate) async fn end(mut self) -> Said {
        drop(self.0.stdin.take());
        let output = self.0.wait_with_output().await.unwrap();
        Said {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            ok: output.status.success(),
        }
    }
}

/// A running `serve` or `work`; ends with the test.
pub(crate) struct Server {
    pub(crate) url: String,
    child: Child,
    _out: BufReader<ChildStdout>,
}

impl Server {
    pub(crate) fn client(&self) -> Client {
        Client::new(Config::new(self.url.as_str())).unwrap()
    }

    /// `HOST:PORT`
    pub(crate) fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    pub(crate) async fn terminate(&self) {
        signal("-TERM", &self.child).await;
    }

    /// Ends it as a crash would.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    pub(crate) async fn ended(mut self) -> ExitStatus {
        self.child.wait().await.unwrap()
    }
}

async fn signal(name: &str, child: &Child) {
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args([name, &id]).status().await.unwrap().success());
}
