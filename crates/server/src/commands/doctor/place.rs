use std::fs::{self, File};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use antiphon_store::Inspection;
use serde_json::Value;
use tokio::net::TcpListener;

use super::borrowed::Borrowed;
use super::database;
use super::report::Finding;
use crate::commands::runtime;
use crate::data_dir::DataDir;
use crate::options::StoreOptions;
use crate::terminal::causes;
use crate::{terminal, wiring};

/// Below this the disk is as good as full.
const LEAST_SPACE: u64 = 100_000_000;
/// A small model and its conversations take more.
const LITTLE_SPACE: u64 = 2_000_000_000;
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

pub(super) fn settings(named: Option<&Path>) -> Finding {
    match named {
        Some(path) => Finding::good("settings", format!("{}, flags and ANTIPHON_*", path.display())),
        None if Path::new(crate::options::FILE_NAME).exists() => Finding::good(
            "settings",
            format!("{} of this folder, flags and ANTIPHON_*", crate::options::FILE_NAME),
        ),
        None => Finding::good("settings", "flags and ANTIPHON_*; there is no settings file"),
    }
}

/// The data folder and what is in it.
pub(super) struct Folder {
    pub(super) findings: Vec<Finding>,
    /// Where it is, unless it cannot be made.
    pub(super) data_dir: Option<DataDir>,
    /// Whether there is a store, and of this build's format.
    pub(super) is_current: bool,
    /// How many keys there are; unknown when the database cannot be read.
    keys: Option<usize>,
    /// Whether a server that runs here would be seen by its lock.
    is_exclusive: bool,
    is_locked: bool,
    /// Made for the look, like all that `serve` would make.
    _borrowed: Option<Borrowed>,
}

impl Folder {
    pub(super) fn path(&self) -> Option<&Path> {
        self.data_dir.as_ref().map(DataDir::path)
    }

    fn look(&mut self, options: &StoreOptions, data_dir: &DataDir, was_there: bool) {
        let path = data_dir.path();
        if let Err(error) = probe(path) {
            let said = format!("{} cannot be written: {error}", path.display());
            self.findings.push(
                Finding::bad("data folder", said)
                    .mend("give yourself the right to write there, or name another with --data-dir"),
            );
            return;
        }
        self.findings.push(space(path, was_there));
        self.is_locked = data_dir.is_locked();
        if self.is_exclusive {
            self.findings.push(if self.is_locked {
                Finding::good("server", "one serves from this folder now")
            } else {
                Finding::open("server", "none serves from this folder now")
            });
            if !data_dir.has_database() {
                self.keys = Some(0);
                let none = Finding::open("database", "none yet; the first `antiphon serve` makes it");
                self.findings.push(none);
                return;
            }
        }
        let inspected = wiring::stores::location(data_dir, options)
            .and_then(|location| Ok((location, inspect(data_dir, options, self.is_locked)?)));
        match inspected {
            Ok((location, inspection)) => {
                self.findings
                    .push(Finding::good("database", format!("{location} can be read")));
                self.findings.extend(database::findings(&inspection));
                self.keys = usize::try_from(inspection.keys).ok();
                self.is_current = inspection.format.stored == inspection.format.current;
            }
            Err(error) => self.findings.push(Finding::bad("database", causes(&error))),
        }
    }
}

pub(super) fn folder(options: &StoreOptions) -> Folder {
    let mut folder = Folder {
        findings: Vec::new(),
        data_dir: None,
        is_current: false,
        keys: None,
        is_exclusive: options.database.is_none(),
        is_locked: false,
        _borrowed: None,
    };
    let named = options.data_dir.as_deref();
    let opened = DataDir::at(named).and_then(|data_dir| {
        let borrowed = Borrowed::new(data_dir.path());
        DataDir::open(named).map(|_| (data_dir, borrowed))
    });
    let (data_dir, borrowed) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            folder.findings.push(Finding::bad("data folder", causes(&error)));
            return folder;
        }
    };
    folder.look(options, &data_dir, borrowed.was_there());
    folder.data_dir = Some(data_dir);
    folder._borrowed = Some(borrowed);
    folder
}

fn inspect(folder: &DataDir, options: &StoreOptions, served: bool) -> anyhow::Result<Inspection> {
    runtime()?.block_on(wiring::stores::inspect(folder, options, database::WEBHOOKS, served))
}

fn space(path: &Path, was_there: bool) -> Finding {
    let shown = match was_there {
        true => path.display().to_string(),
        false => format!("{}, which the first start makes,", path.display()),
    };
    match fs4::available_space(path) {
        Ok(free) if free < LEAST_SPACE => {
            Finding::bad("data folder", format!("{shown} has {} free", terminal::bytes(free)))
                .mend("make room, or name a folder on another disk with --data-dir")
        }
        Ok(free) if free < LITTLE_SPACE => Finding::open(
            "data folder",
            format!(
                "{shown} has {} free: enough to begin with, not for a model",
                terminal::bytes(free)
            ),
        ),
        Ok(free) => Finding::good(
            "data folder",
            format!("{shown} can be written, {} free", terminal::bytes(free)),
        ),
        Err(error) => Finding::open(
            "data folder",
            format!("{shown} can be written; how much is free is not known: {error}"),
        ),
    }
}

/// Writes a file and takes it away again.
fn probe(folder: &Path) -> std::io::Result<()> {
    let path = folder.join(format!(".doctor-{}", std::process::id()));
    File::create_new(&path)?;
    fs::remove_file(path)
}

/// The address that `serve` would listen on.
pub(super) struct Address {
    pub(super) findings: Vec<Finding>,
    /// Whether an antiphon answers there.
    pub(super) is_served: bool,
}

pub(super) async fn address(listen: &str, folder: &Folder) -> Address {
    let mut address = Address {
        findings: Vec::new(),
        is_served: false,
    };
    let resolved: Vec<SocketAddr> = match tokio::net::lookup_host(listen).await {
        Ok(resolved) => resolved.collect(),
        Err(error) => {
            let finding = Finding::bad("address", format!("`{listen}` cannot be listened on: {error}"));
            address
                .findings
                .push(finding.mend("write it as HOST:PORT, as in --listen 127.0.0.1:8080"));
            return address;
        }
    };
    let free = TcpListener::bind(resolved.as_slice()).await.map(drop);
    address.findings.push(match free {
        Ok(()) => Finding::good("address", format!("{listen} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            address.is_served = antiphon_answers(&resolved).await;
            // What serves from a database can be any server of it.
            match (address.is_served, folder.is_locked || !folder.is_exclusive) {
                (true, true) => Finding::good("address", format!("an antiphon answers on {listen}")),
                (true, false) => Finding::open(
                    "address",
                    format!("an antiphon with another data folder answers on {listen}"),
                )
                .mend("for a second server choose another address with --listen"),
                (false, _) => Finding::bad("address", format!("another program listens on {listen}"))
                    .mend("stop it, or choose another address with --listen"),
            }
        }
        Err(error) => Finding::bad("address", format!("{listen} cannot be listened on: {error}"))
            .mend("choose an address of this machine with --listen"),
    });
    let beyond = resolved
        .iter()
        .map(SocketAddr::ip)
        .find(|ip: &IpAddr| !ip.is_loopback());
    address.findings.push(match (beyond, folder.keys) {
        (_, None) => Finding::open("keys", "not known, because the database could not be read"),
        (Some(ip), Some(0)) => Finding::bad("keys", format!("none, and {ip} can be reached from other machines"))
            .mend("make one with `antiphon keys create`, or listen on 127.0.0.1"),
        (None, Some(0)) => Finding::good("keys", "none; none is needed on this machine alone, and any is taken"),
        (_, Some(1)) => Finding::good("keys", "1 key; each request needs it"),
        (_, Some(keys)) => Finding::good("keys", format!("{keys} keys; each request needs one")),
    });
    address
}

async fn antiphon_answers(addresses: &[SocketAddr]) -> bool {
    let Some(mut address) = addresses.first().copied() else {
        return false;
    };
    if address.ip().is_unspecified() {
        let loopback = if address.is_ipv4() {
            IpAddr::from([127, 0, 0, 1])
        } else {
            IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])
        };
        address.set_ip(loopback);
    }
    let ask = async || -> reqwest::Result<Value> {
        let client = reqwest::Client::builder().no_proxy().timeout(ANSWER_TIMEOUT).build()?;
        client
            .get(format!("http://{address}/healthz"))
            .send()
            .await?
            .json()
            .await
    };
    ask()
        .await
        .is_ok_and(|answer| answer.get("status").is_some_and(|status| status == "ok"))
}
