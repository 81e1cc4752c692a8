//! Every limit, each by a program that does not want to be limited.

use std::path::Path;
use std::time::Duration;

use antiphon_environments::{Command, Ending, Error, Outcome, SandboxPolicy, Tier};

use crate::harness::{Harness, python, shell, text};

const MIB: u64 = 1 << 20;

/// Starts processes that leave the session, ignore the polite signal and never end.
const STAYS: &str = "trap '' TERM HUP INT; for i in 1 2 3; do setsid sh -c \"trap '' TERM; while :; do sleep 100; done\" & done; \
                     touch started; while :; do sleep 100; done";

fn small() -> SandboxPolicy {
    SandboxPolicy {
        memory_bytes: 96 * MIB,
        processes: 24,
        disk_bytes: 8 * MIB,
        disk_entries: 500,
        temporary_bytes: 4 * MIB,
        output_bytes: 1000,
        wall_time: Duration::from_secs(30),
        ..SandboxPolicy::default()
    }
}

fn errors(outcome: &Outcome) -> String {
    String::from_utf8_lossy(&outcome.stderr.bytes).into_owned()
}

/// How many processes of the workspace's owner the machine has, beside those of the sandbox itself.
fn left(harness: &Harness, environment: &str) -> Vec<String> {
    use std::os::unix::fs::MetadataExt;
    let folder = harness.folder.path().join("environments").join(environment);
    let owner = std::fs::metadata(folder).unwrap().uid();
    if owner == 0 || owner == nix::unistd::getuid().as_raw() {
        return Vec::new();
    }
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter(|entry| entry.metadata().is_ok_and(|metadata| metadata.uid() == owner))
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("cmdline")).ok())
        .filter(|line| !line.is_empty() && !line.starts_with("antiphon-sandbox-helper"))
        .collect()
}

async fn late(tier: Tier) {
    let Some(harness) = Harness::new(tier).await else {
        return;
    };
    let environment = harness.open("late", small()).await;
    let command = Command {
        timeout: Some(Duration::from_millis(500)),
        ..shell(STAYS)
    };
    let outcome = environment.run(command).await.unwrap();
    assert_eq!(outcome.ending, Ending::TimedOut);
    assert_eq!(left(&harness, "late"), Vec::<String>::new());
    assert!(
        environment
            .run(shell("test -e started"))
            .await
            .unwrap()
            .ending
            .is_success()
    );
}

#[tokio::test]
async fn a_late_command_is_killed_with_all_it_started() {
    late(Tier::Namespaces).await;
}

#[tokio::test]
async fn a_late_command_is_killed_with_all_it_started_without_namespaces() {
    late(Tier::Landlock).await;
}

async fn cancelled(tier: Tier) {
    let Some(harness) = Harness::new(tier).await else {
        return;
    };
    let environment = harness.open("cancelled", small()).await;
    {
        let run = environment.run(shell(STAYS));
        tokio::pin!(run);
        let started = async {
            while environment.read_file(Path::new("started"), 1).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            outcome = &mut run => panic!("it ended by itself: {outcome:?}"),
            () = started => {}
        }
    }
    // Takes its turn after the killing.
    assert!(environment.run(shell("true")).await.unwrap().ending.is_success());
    assert_eq!(left(&harness, "cancelled"), Vec::<String>::new());
}

#[tokio::test]
async fn dropping_the_future_kills_everything() {
    cancelled(Tier::Namespaces).await;
}

#[tokio::test]
async fn dropping_the_future_kills_everything_without_namespaces() {
    cancelled(Tier::Landlock).await;
}

/// In a namespace nobody can kill its first process. Without, the sandbox dies, and all of it.
#[tokio::test]
async fn killing_the_init_frees_nobody() {
    let script = "setsid sh -c 'sleep 1000' & kill -STOP $PPID; kill -KILL $PPID; echo alive; touch started; sleep 1";
    if let Some(harness) = Harness::new(Tier::Namespaces).await {
        let environment = harness.open("init", small()).await;
        let outcome = environment.run(shell(script)).await.unwrap();
        assert_eq!((outcome.ending, text(&outcome)), (Ending::Exited(0), "alive"));
        assert_eq!(left(&harness, "init"), Vec::<String>::new());
    }
    if let Some(harness) = Harness::new(Tier::Landlock).await {
        let environment = harness.open("init", small()).await;
        let result = environment.run(shell(script)).await;
        assert!(matches!(result, Err(Error::Crashed { .. })), "{result:?}");
        assert_eq!(left(&harness, "init"), Vec::<String>::new());
        assert!(environment.run(shell("true")).await.unwrap().ending.is_success());
    }
}

#[tokio::test]
async fn what_a_command_leaves_running_ends_with_it() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let environment = harness.open("leaves", small()).await;
    let outcome = environment
        .run(shell("(setsid sleep 1000 &) ; sleep 1000 & echo done"))
        .await
        .unwrap();
    assert_eq!((outcome.ending, text(&outcome)), (Ending::Exited(0), "done"));
    assert_eq!(left(&harness, "leaves"), Vec::<String>::new());
}

async fn forks(tier: Tier, cgroups: bool) {
    let Some(harness) = Harness::with(tier, |config| config.cgroups = cgroups).await else {
        return;
    };
    let environment = harness.open("forks", small()).await;
    let script = r#"
import os, time
count = 0
try:
    while count < 1000:
        if os.fork() == 0: time.sleep(1000)
        count += 1
except BlockingIOError: print(count)
"#;
    let outcome = environment.run(python(script)).await.unwrap();
    let count: u32 = text(&outcome).parse().unwrap();
    assert!((1..=small().processes).contains(&count), "{count} forks");
    assert_eq!(left(&harness, "forks"), Vec::<String>::new());
    assert!(environment.run(shell("true")).await.unwrap().ending.is_success());
}

#[tokio::test]
async fn a_fork_bomb_meets_its_limit() {
    forks(Tier::Namespaces, true).await;
}

#[tokio::test]
async fn a_fork_bomb_meets_its_limit_without_cgroups() {
    forks(Tier::Namespaces, false).await;
}

#[tokio::test]
async fn a_fork_bomb_meets_its_limit_without_namespaces() {
    forks(Tier::Landlock, false).await;
}

/// Uses memory for real, in several processes that are each within the limit.
const MEMORY_BOMB: &str = r#"
import os, time
for _ in range(4):
    if os.fork() == 0: break
keep = b"x" * (40 << 20)
time.sleep(100)
"#;

#[tokio::test]
async fn a_memory_bomb_is_told() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    if !harness.provider.self_attack().await.unwrap().memory_is_held_by_cgroup {
        eprintln!("SKIPPED: no memory cgroup can be written here");
        return;
    }
    let environment = harness.open("memory", small()).await;
    let outcome = environment
        .run(python("print('begin', flush=True); b'x' * (400 << 20)"))
        .await
        .unwrap();
    assert_eq!((outcome.ending, text(&outcome)), (Ending::OutOfMemory, "begin"));
    assert!(environment.run(shell("true")).await.unwrap().ending.is_success());
}

#[tokio::test]
async fn a_memory_bomb_of_many_processes_is_told_without_cgroups() {
    let Some(harness) = Harness::with(Tier::Namespaces, |config| config.cgroups = false).await else {
        return;
    };
    let environment = harness.open("memory", small()).await;
    let outcome = environment.run(python(MEMORY_BOMB)).await.unwrap();
    assert_eq!(outcome.ending, Ending::OutOfMemory, "{}", errors(&outcome));
}

#[tokio::test]
async fn one_file_stops_at_the_disk_limit() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let environment = harness.open("file", small()).await;
    let outcome = environment
        .run(shell("head -c 100000000 /dev/zero > big; stat -c %s big"))
        .await
        .unwrap();
    assert_eq!(text(&outcome), (8 * MIB).to_string());
}

/// Fills the workspace in ways that hide from a careless look, for ever.
async fn fills(name: &str, script: &str) {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let environment = harness.open(name, small()).await;
    let outcome = environment.run(python(script)).await.unwrap();
    assert_eq!(outcome.ending, Ending::DiskFull, "{}", errors(&outcome));
    let clean = r#"find . -type d -exec chmod u+rwx {} + ; find . -mindepth 1 -delete"#;
    let outcome = environment.run(shell(clean)).await.unwrap();
    assert_eq!(outcome.ending, Ending::Exited(0), "{}", errors(&outcome));
}

#[tokio::test]
async fn many_files_fill_the_disk() {
    let script = r#"
import itertools, time
for i in range(12): open(f"f{i}", "wb").write(b"x" * (1 << 20))
time.sleep(100)
"#;
    fills("bytes", script).await;
}

#[tokio::test]
async fn files_in_closed_folders_count() {
    let script = r#"
import os, time
os.mkdir("closed")
for i in range(12): open(f"closed/{i}", "wb").write(b"x" * (1 << 20))
os.chmod("closed", 0)
time.sleep(100)
"#;
    fills("closed", script).await;
}

#[tokio::test]
async fn empty_files_fill_the_disk() {
    fills(
        "entries",
        "import time\nfor i in range(800): open(str(i), 'w')\ntime.sleep(100)",
    )
    .await;
}

#[tokio::test]
async fn a_quick_command_that_overfills_is_told_too() {
    let script = "for i in range(12): open(str(i), 'wb').write(b'x' * (1 << 20))";
    fills("quick", script).await;
}

#[tokio::test]
async fn the_temporary_folder_is_limited() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let environment = harness.open("temporary", small()).await;
    let outcome = environment
        .run(shell("head -c 6000000 /dev/zero > /tmp/a"))
        .await
        .unwrap();
    assert!(!outcome.ending.is_success());
    assert!(errors(&outcome).contains("No space left"), "{}", errors(&outcome));
}

#[tokio::test]
async fn a_flood_of_output_is_counted_and_dropped() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let environment = harness.open("flood", small()).await;
    let outcome = environment
        .run(shell("yes | head -c 50000000; echo short >&2"))
        .await
        .unwrap();
    assert_eq!(outcome.ending, Ending::Exited(0));
    assert_eq!((outcome.stdout.bytes.len(), outcome.stdout.total), (1000, 50_000_000));
    assert!(outcome.stdout.is_truncated());
    assert!(!outcome.stderr.is_truncated());
}
