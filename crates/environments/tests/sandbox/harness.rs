//! A provider on a folder of its own, with the crate's program as the helper.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use antiphon_environments::{
    Command, Environment, EnvironmentId, EnvironmentProvider, Error, NativeConfig, NativeProvider, Outcome,
    SandboxPolicy, Tier,
};
use tempfile::TempDir;

static PROVIDERS: AtomicU32 = AtomicU32::new(0);

pub struct Harness {
    pub provider: NativeProvider,
    pub config: NativeConfig,
    pub folder: TempDir,
}

impl Harness {
    /// A provider with one tier, or none where the machine forbids it.
    pub async fn new(tier: Tier) -> Option<Self> {
        Self::with(tier, |_| {}).await
    }

    pub async fn with(tier: Tier, change: impl FnOnce(&mut NativeConfig)) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        // The second tier needs a way through; the first does not care.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
        let mut config = config(&folder);
        config.tiers = vec![tier];
        change(&mut config);
        let provider = NativeProvider::new(config.clone()).unwrap();
        match provider.tier().await {
            Ok(found) => {
                assert_eq!(found, tier);
                Some(Self {
                    provider,
                    config,
                    folder,
                })
            }
            Err(Error::SandboxUnavailable { attempts }) => {
                assert!(!attempts.is_empty());
                assert!(attempts.iter().all(|attempt| !attempt.remedy.is_empty()));
                assert!(!is_possible(tier), "refused although possible: {attempts:?}");
                eprintln!("SKIPPED: this machine forbids {tier}: {attempts:?}");
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn open(&self, name: &str, policy: SandboxPolicy) -> Arc<dyn Environment> {
        let id = EnvironmentId::new(name).unwrap();
        self.provider.open(id, policy).await.unwrap()
    }
}

pub fn config(folder: &TempDir) -> NativeConfig {
    // Tests that run at the same time, in one process or in many, must not share user ids: the second tier kills by them.
    let number = PROVIDERS.fetch_add(1, Ordering::Relaxed);
    let first = 300_000 + (std::process::id() % 10_000 * 1_000 + number) * 10;
    NativeConfig {
        user_ids: first..=first + 9,
        helper: env!("CARGO_BIN_EXE_antiphon-sandbox").into(),
        ..NativeConfig::in_directory(folder.path().join("environments"))
    }
}

pub fn shell(script: &str) -> Command {
    Command::new(["sh", "-c", script])
}

pub fn python(script: &str) -> Command {
    Command::new(["python3", "-c", script])
}

pub fn text(outcome: &Outcome) -> &str {
    std::str::from_utf8(&outcome.stdout.bytes).unwrap().trim_end()
}

/// What the machine allows, found out without the code under test.
fn is_possible(tier: Tier) -> bool {
    match tier {
        Tier::Namespaces => std::process::Command::new("unshare")
            .args(["--user", "--mount", "--pid", "--net", "--fork", "--mount-proc", "true"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success()),
        Tier::Landlock => nix::unistd::geteuid().is_root(),
    }
}
