//! Where there is no sandbox nothing runs, and what the sandbox says of itself.

use std::path::Path;

use antiphon_environments::{Command, Ending, Error, NativeConfig, NativeProvider, SandboxPolicy, Tier};

use crate::harness::{Harness, config, shell};

async fn attacks_itself(tier: Tier) {
    let Some(harness) = Harness::new(tier).await else {
        return;
    };
    let report = harness.provider.self_attack().await.unwrap();
    assert_eq!(report.tier, tier);
    let broken: Vec<_> = report.probes.iter().filter(|probe| !probe.holds).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(report.holds());
    assert_eq!(report.probes.len(), 15);
}

#[tokio::test]
async fn the_self_attack_finds_that_all_holds() {
    attacks_itself(Tier::Namespaces).await;
}

#[tokio::test]
async fn the_self_attack_finds_that_all_holds_without_namespaces() {
    attacks_itself(Tier::Landlock).await;
}

/// A sandbox is itself a place where sandboxes are forbidden, much like a container with default settings.
#[tokio::test]
async fn where_namespaces_are_forbidden_nothing_runs_and_the_message_helps() {
    let Some(harness) = Harness::new(Tier::Namespaces).await else {
        return;
    };
    let environment = harness.open("nested", SandboxPolicy::default()).await;
    let program = std::fs::read(env!("CARGO_BIN_EXE_antiphon-sandbox")).unwrap();
    environment.write_file(Path::new("program"), program).await.unwrap();
    let outcome = environment
        .run(shell("chmod +x program && ./program run touch ran"))
        .await
        .unwrap();
    let message = String::from_utf8_lossy(&outcome.stderr.bytes);
    assert_eq!(outcome.ending, Ending::Exited(1), "{message}");
    for part in [
        "no sandbox can be had",
        "create a user namespace",
        "not permitted",
        "Remedy",
        "is not root",
    ] {
        assert!(message.contains(part), "{message}");
    }
}

#[tokio::test]
async fn a_helper_that_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let provider = NativeProvider::new(NativeConfig {
        helper: "/bin/true".into(),
        ..config(&folder)
    })
    .unwrap();
    let error = provider.tier().await.unwrap_err();
    assert!(matches!(error, Error::Crashed { .. }), "{error}");
    assert!(error.to_string().contains("/bin/true"), "{error}");
}

/// The second tier shows the machine's paths but runs ordinary programs.
#[tokio::test]
async fn the_second_tier_runs_programs() {
    let Some(harness) = Harness::new(Tier::Landlock).await else {
        return;
    };
    let environment = harness.open("second", SandboxPolicy::default()).await;
    let script = "import json, math, os; open('file', 'w').write('x'); print(os.getcwd() == os.environ['HOME'])";
    let outcome = environment.run(Command::new(["python3", "-c", script])).await.unwrap();
    assert_eq!(
        outcome.stdout.bytes,
        b"True\n",
        "{}",
        String::from_utf8_lossy(&outcome.stderr.bytes)
    );
    assert_eq!(environment.read_file(Path::new("file"), 10).await.unwrap(), b"x");
}
