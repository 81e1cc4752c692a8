//! Hostile programs and the machine around them.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;

use antiphon_environments::{Command, Ending, SandboxPolicy, Tier};
use serde_json::json;

use crate::harness::{Harness, python, text};

const ATTACKS: &str = include_str!("attacks.py");

/// So many attacks there are: a suite that lost some proves less than it seems to.
const COUNT: usize = 75;

#[tokio::test]
async fn every_attack_from_inside_is_refused() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    attack(&harness).await;
}

#[tokio::test]
async fn every_attack_from_inside_is_refused_without_namespaces() {
    let Some(harness) = Harness::new(Tier::Landlock).await else {
        return;
    };
    attack(&harness).await;
}

async fn attack(harness: &Harness) {
    let outside = harness.folder.path();
    let canary = outside.join("canary");
    std::fs::write(&canary, "secret").unwrap();
    std::fs::set_permissions(&canary, std::fs::Permissions::from_mode(0o644)).unwrap();
    let socket = outside.join("socket");
    let _files = UnixListener::bind(&socket).unwrap();
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o777)).unwrap();
    let name = format!("antiphon-attack-{}", canary.display());
    let _abstract = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    let neighbour = harness.open("neighbour", SandboxPolicy::default()).await;
    neighbour.write_file(Path::new("file"), b"x".to_vec()).await.unwrap();
    let (secret_name, secret) = std::env::vars()
        .find(|(name, value)| name.starts_with("CARGO") && value.len() > 8)
        .unwrap();

    let knowledge = json!({
        "canary": canary,
        "neighbour": outside.join("environments/neighbour/file"),
        "secret": secret,
        "pid": std::process::id(),
        "port": listener.local_addr().unwrap().port(),
        "address": own_address(),
        "abstract": name,
        "socket": socket,
    });
    let environment = harness.open("attacker", SandboxPolicy::default()).await;
    let command = Command {
        stdin: ATTACKS.into(),
        ..Command::new(["python3".to_owned(), "-".to_owned(), knowledge.to_string()])
    };
    let outcome = environment.run(command).await.unwrap();
    let errors = String::from_utf8_lossy(&outcome.stderr.bytes).into_owned();
    assert_eq!(outcome.ending, Ending::Exited(0), "{errors}");
    let results: BTreeMap<String, String> = serde_json::from_str(text(&outcome)).unwrap();
    let held = |result: &String| result.starts_with("refused");
    let broken: Vec<_> = results.iter().filter(|(_, result)| !held(result)).collect();
    assert!(broken.is_empty(), "the sandbox did not hold: {broken:#?}");
    assert_eq!(results.len(), COUNT);
    assert!(!errors.contains(&secret), "the secret {secret_name} was printed");
    let mode = std::fs::metadata(&canary).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644, "the canary was touched");
}

/// Proves by the kernel's own account that commands run in the sandbox and not beside it.
#[tokio::test]
async fn commands_really_run_inside() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let environment = harness.open("inside", SandboxPolicy::default()).await;
    let script = r#"
import json, os
spaces = {name: os.readlink("/proc/self/ns/" + name) for name in os.listdir("/proc/self/ns")}
status = dict(line.rstrip("\n").split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line)
pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
mounts = [line.split()[:4] for line in open("/proc/mounts")]
maps = open("/proc/self/uid_map").read().split()
print(json.dumps([spaces, status, pids, mounts, maps, os.getpid()]))
"#;
    let outcome = environment.run(python(script)).await.unwrap();
    let Inside(spaces, status, pids, mounts, map, pid) = serde_json::from_str(text(&outcome)).unwrap();

    for name in ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"] {
        let ours = std::fs::read_link(format!("/proc/self/ns/{name}")).unwrap();
        assert_ne!(Path::new(&spaces[name]), ours, "namespace {name} is shared");
    }
    assert_eq!(pids, [1, pid], "other processes are seen");
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(status[set], "0000000000000000", "{set}");
    }
    assert_eq!(status["NoNewPrivs"], "1");
    assert_eq!(status["Seccomp"], "2");
    assert_eq!(status["SigBlk"], "0000000000000000");
    assert_eq!((map[0].as_str(), map[2].as_str()), ("1000", "1"));
    if nix::unistd::geteuid().is_root() {
        let outer: u32 = map[1].parse().unwrap();
        assert!(outer >= 200_000, "the sandbox is user {outer} of the machine");
    }
    for [_, point, kind, options] in &mounts {
        let is_writable = options.split(',').any(|option| option == "rw");
        let may_be = matches!(point.as_str(), "/workspace" | "/tmp" | "/dev/shm" | "/proc") || kind == "devtmpfs";
        assert!(!is_writable || may_be, "{point} is writable");
    }
    let roots: Vec<_> = mounts.iter().filter(|mount| mount[1] == "/").collect();
    assert_eq!(roots.len(), 1, "the old root is still there: {roots:?}");
}

/// Ordinary programs notice little of all this.
#[tokio::test]
async fn ordinary_programs_work() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let environment = harness.open("ordinary", SandboxPolicy::default()).await;
    let script = r#"
import multiprocessing, os, subprocess, tempfile, threading, random, sqlite3
def square(x): return x * x
if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool: assert pool.map(square, [1, 2, 3]) == [1, 4, 9]
    thread = threading.Thread(target=lambda: None); thread.start(); thread.join()
    assert subprocess.run(["sh", "-c", "echo hi | tr h H"], capture_output=True).stdout == b"Hi\n"
    with tempfile.NamedTemporaryFile() as file: file.write(b"x")
    connection = sqlite3.connect("data.db"); connection.execute("create table t (x)"); connection.commit()
    open("/dev/stderr", "w").write("to stderr"); open("/dev/null", "w").write("x"); os.urandom(8)
    assert os.getuid() == 1000 and os.environ["HOME"] == os.getcwd() == "/workspace"
    print("fine")
"#;
    environment
        .write_file(Path::new("ordinary.py"), script.into())
        .await
        .unwrap();
    let outcome = environment.run(Command::new(["python3", "ordinary.py"])).await.unwrap();
    assert_eq!(
        text(&outcome),
        "fine",
        "{}",
        String::from_utf8_lossy(&outcome.stderr.bytes)
    );
    assert_eq!(outcome.stderr.bytes, b"to stderr");
}

/// Namespaces, status, processes, mounts, user map and own process, as a program inside sees them.
#[derive(serde::Deserialize)]
struct Inside(
    BTreeMap<String, String>,
    BTreeMap<String, String>,
    Vec<u32>,
    Vec<[String; 4]>,
    [String; 3],
    u32,
);

/// An address of the machine that is not loopback, if it has one.
fn own_address() -> String {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    // No packet is sent: this only chooses the way.
    match socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)) {
        Ok(()) => socket.local_addr().unwrap().ip().to_string(),
        Err(_) => Ipv4Addr::LOCALHOST.to_string(),
    }
}
