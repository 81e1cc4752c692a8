//! The life of environments: what stays, what goes, and when.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use antiphon_environments::{
    Command, Ending, EnvironmentId, EnvironmentProvider, Error, NativeProvider, SandboxPolicy, Tier,
};

use crate::harness::{Harness, shell, text};

#[tokio::test]
async fn files_stay_and_the_sandbox_is_kept_for_the_next_command() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let environment = harness.open("warm", SandboxPolicy::default()).await;
    environment
        .run(shell("echo 1 > file; echo 2 > /tmp/file"))
        .await
        .unwrap();
    let outcome = environment.run(shell("cat file /tmp/file")).await.unwrap();
    assert_eq!(text(&outcome), "1\n2");
}

#[tokio::test]
async fn an_idle_sandbox_makes_room_and_its_files_stay() {
    let Some(harness) = Harness::with(Tier::Namespaces, |config| config.most_active = 1).await else {
        return;
    };
    let first = harness.open("first", SandboxPolicy::default()).await;
    let second = harness.open("second", SandboxPolicy::default()).await;
    first.run(shell("echo 1 > file; echo 2 > /tmp/file")).await.unwrap();
    second.run(shell("true")).await.unwrap();
    let outcome = first.run(shell("cat file; test -e /tmp/file")).await.unwrap();
    assert_eq!((text(&outcome), outcome.ending), ("1", Ending::Exited(1)));
}

#[tokio::test]
async fn a_sandbox_without_commands_is_put_to_rest() {
    let Some(harness) = Harness::with(Tier::Namespaces, |config| config.idle_after = Duration::ZERO).await else {
        return;
    };
    let environment = harness.open("rests", SandboxPolicy::default()).await;
    environment.run(shell("touch /tmp/mark")).await.unwrap();
    // A test that hangs here says that it never rests.
    while environment
        .run(shell("test -e /tmp/mark"))
        .await
        .unwrap()
        .ending
        .is_success()
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn what_nobody_uses_any_more_is_swept() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let begin = std::fs::metadata(&harness.config.directory)
        .unwrap()
        .modified()
        .unwrap();
    let sweep = |days: u64| {
        let now = begin + Duration::from_secs(days * 24 * 60 * 60);
        harness.provider.sweep(now)
    };
    let path = |name: &str| harness.config.directory.join(name);
    let held = harness.open("held", SandboxPolicy::default()).await;
    let left = harness.open("left", SandboxPolicy::default()).await;
    // A program can make its files as new as it likes.
    let script = "echo 1 > file; touch -d 2100-01-01 file .; echo 2 > /tmp/file";
    left.run(shell(script)).await.unwrap();
    held.run(shell(script)).await.unwrap();
    drop(left);
    assert_eq!(sweep(6).await.unwrap(), 0);
    // The files are still there, and the sandbox was put to rest.
    let left = harness.open("left", SandboxPolicy::default()).await;
    let outcome = left.run(shell("cat file; test -e /tmp/file")).await.unwrap();
    assert_eq!((text(&outcome), outcome.ending), ("1", Ending::Exited(1)));
    drop(left);
    assert_eq!(sweep(8).await.unwrap(), 1);
    assert!(!path("left").exists() && !path(".used-left").exists());
    let outcome = held.run(shell("cat /tmp/file")).await.unwrap();
    assert_eq!(text(&outcome), "2");
    drop(held);
    assert_eq!(sweep(8).await.unwrap(), 1);
    assert_eq!(sweep(8).await.unwrap(), 0);
}

#[tokio::test]
async fn environments_survive_the_server() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let before = harness.open("lasting", SandboxPolicy::default()).await;
    harness.open("other", SandboxPolicy::default()).await;
    before.run(shell("echo kept > file")).await.unwrap();
    let Harness {
        provider,
        config,
        folder: _folder,
    } = harness;
    drop((before, provider));

    let provider = NativeProvider::new(config).unwrap();
    let id = EnvironmentId::new("lasting").unwrap();
    let after = provider.open(id, SandboxPolicy::default()).await.unwrap();
    let outcome = after.run(shell("cat file; echo more >> file")).await.unwrap();
    assert_eq!((text(&outcome), outcome.ending), ("kept", Ending::Exited(0)));
}

#[tokio::test]
async fn a_sandbox_that_dies_is_replaced() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("SKIPPED: needs root to tell the sandbox's processes by their user");
        return;
    }
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let environment = harness.open("dies", SandboxPolicy::default()).await;
    let run = environment.run(shell("touch started; sleep 1000"));
    let kill = async {
        while environment.read_file("started".as_ref(), 1).await.is_err() {
            tokio::task::yield_now().await;
        }
        kill_helper_of(&harness, "dies");
    };
    let (result, ()) = futures::join!(run, kill);
    assert!(matches!(result, Err(Error::Crashed { .. })), "{result:?}");
    let outcome = environment.run(shell("ls")).await.unwrap();
    assert_eq!(text(&outcome), "started");
}

fn kill_helper_of(harness: &Harness, name: &str) {
    use std::os::unix::fs::MetadataExt;
    let folder = harness.folder.path().join("environments").join(name);
    let owner = std::fs::metadata(folder).unwrap().uid();
    assert!(owner >= 300_000);
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_str().unwrap().parse::<i32>() else {
            continue;
        };
        let line = std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        let status = std::fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let is_owned = status.contains(&format!("\nUid:\t{owner}\t"));
        if is_owned && line.starts_with("antiphon-sandbox-helper") {
            nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).ok();
        }
    }
}

#[tokio::test]
async fn commands_get_what_they_are_given_and_nothing_else() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let environment = harness.open("given", SandboxPolicy::default()).await;
    environment
        .write_file("deep/er/file".as_ref(), Vec::new())
        .await
        .unwrap();
    let command = Command {
        stdin: vec![b'x'; 300_000],
        env: BTreeMap::from([("NAME".to_owned(), "välue".to_owned())]),
        cwd: PathBuf::from("deep/er"),
        ..shell("env | grep -v ^PWD= | sort; pwd; ls; wc -c; exit 7")
    };
    let outcome = environment.run(command).await.unwrap();
    let expected = "HOME=/workspace\nLANG=C.UTF-8\nNAME=välue\nPATH=/usr/local/bin:/usr/bin:/bin\nTMPDIR=/tmp\n\
                    /workspace/deep/er\nfile\n300000";
    assert_eq!((text(&outcome), outcome.ending), (expected, Ending::Exited(7)));
    let killed = environment.run(shell("kill -SEGV $$")).await.unwrap();
    assert_eq!(killed.ending, Ending::Signaled(11));
}

#[tokio::test]
async fn bad_commands_are_refused_and_harm_nothing() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let environment = harness.open("bad", SandboxPolicy::default()).await;
    let missing = environment.run(Command::new(["no-such-program"])).await;
    assert!(matches!(&missing, Err(Error::NotStarted { program, .. }) if program == "no-such-program"));
    let empty = environment.run(Command::default()).await;
    assert!(matches!(empty, Err(Error::InvalidCommand { .. })), "{empty:?}");
    let long = environment
        .run(Command::new(["true".to_owned(), "x".repeat(200_000)]))
        .await;
    assert!(matches!(long, Err(Error::InvalidCommand { .. })), "{long:?}");
    let outside = environment
        .run(Command {
            cwd: PathBuf::from("../other"),
            ..shell("true")
        })
        .await;
    assert!(matches!(outside, Err(Error::InvalidPath { .. })), "{outside:?}");
    let differs = SandboxPolicy {
        processes: 3,
        ..SandboxPolicy::default()
    };
    let again = harness
        .provider
        .open(environment.id().clone(), differs)
        .await
        .map(|_| ());
    assert!(matches!(again, Err(Error::PolicyDiffers { .. })), "{again:?}");
    assert!(EnvironmentId::new("../up").is_err());
    assert!(environment.run(shell("true")).await.unwrap().ending.is_success());
}
