//! A disk that is full for a while.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use fastrand::Rng;
use tempfile::TempDir;

use crate::account::Tally;
use crate::client;
use crate::site::{Database, Site};
use crate::wave::{RUNS, Wave};

/// How long it stays full.
const LONG: Duration = Duration::from_secs(3);

/// A file system of a few megabytes, which goes with it.
struct TinyDisk(TempDir);

impl TinyDisk {
    /// `None` where this user may not mount one.
    fn mount() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"]).arg(folder.path());
        mount
            .output()
            .is_ok_and(|done| done.status.success())
            .then(|| Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all that is left of it. Deleting the file gives it back.
    fn fill(&self) {
        let mut file = fs::File::create(self.path().join("filler")).unwrap();
        for size in [1 << 16, 1 << 9, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn free(&self) {
        fs::remove_file(self.path().join("filler")).unwrap();
    }
}

impl Drop for TinyDisk {
    fn drop(&mut self) {
        // Lazily, because a server may still be ending.
        let done = Command::new("umount").arg("--lazy").arg(self.path()).status();
        assert!(
            done.is_ok_and(|done| done.success()) || std::thread::panicking(),
            "the tiny disk stays mounted"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a while and mounts a file system: scripts/crash.sh"]
async fn a_server_outlives_a_full_disk() {
    let Some(disk) = TinyDisk::mount() else {
        println!("LEFT OUT: a full disk, because this user may not mount a file system (be root)");
        return;
    };
    let seed = client::number("CRASH_SEED").unwrap_or_else(|| Rng::new().u64(0..1_000_000_000));
    println!("Full disk: CRASH_SEED={seed}");
    let mut rng = Rng::with_seed(seed);
    let mut site = Site::with_data_in(disk.path(), Database::Sqlite, &[("ANTIPHON_LEASE_SECONDS", "1")]).await;
    site.start().await;
    let mut tally = Tally::default();
    for (number, stops) in [(0, true), (1, false), (2, true)] {
        let wave = Wave::begin(&site, number * RUNS, stops, &mut rng);
        if stops {
            site.world.stopped(RUNS).await;
        }
        disk.fill();
        site.world.let_go();
        tokio::time::sleep(LONG).await;
        disk.free();
        for account in wave.end().await {
            let client = client::one_of(&site.servers(), 0);
            account.check(&client, &site.counter, false, &mut tally).await;
        }
    }
    let effects = site.finish().await;
    println!("Full disk: {tally:?}, {effects} effects");
}
