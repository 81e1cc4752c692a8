//! A disk that takes no more: the batch fails for all its callers, and nothing of it is there.

use std::collections::BTreeSet;
use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use antiphon_store::{Commit, Error, Store as _};
use futures::future::join_all;
use tempfile::tempdir;

use crate::crash::{acks, say};
use crate::sample::{completed, create, id, open, project, step};

const FILE: &str = "ANTIPHON_TEST_FILE";
const CALLERS: usize = 16;
const ROUNDS: usize = 40;

fn name(round: usize, caller: usize) -> String {
    format!("{round}/{caller}")
}

#[tokio::test]
#[ignore = "the child of `a_full_disk_fails_whole_batches_and_no_more`"]
async fn child() {
    let Ok(path) = env::var(FILE) else { return };
    let store = open(Path::new(&path));
    let mut failed = 0;
    for round in 0..ROUNDS {
        let started = (0..CALLERS).map(|caller| {
            let text = "text ".repeat(2000);
            let turn = Commit {
                steps: vec![step(0, &text)],
                update: completed(),
                ..create(&name(round, caller), &text)
            };
            store.commit(turn)
        });
        for (caller, done) in join_all(started.collect::<Vec<_>>()).await.into_iter().enumerate() {
            match done {
                Ok(()) => say(&format!("ack {}", name(round, caller))),
                Err(Error::Unavailable { .. }) => failed += 1,
                Err(other) => panic!("not what a full disk is: {other}"),
            }
        }
    }
    assert!(failed > 0, "the limit was never met");
    assert!(
        store.read(project(), id(&name(0, 0))).await.unwrap().is_some(),
        "reads go on"
    );
    let mut healthy = 0;
    while store.check().await.is_ok() {
        healthy += 1;
        assert!(healthy < 2000, "the check does not write");
    }
    say("ack end");
}

/// The limit is one on the size of a file, which the kernel enforces as it does a full disk: with a failed write.
#[tokio::test]
async fn a_full_disk_fails_whole_batches_and_no_more() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 4000; exec \"$0\" \"$@\""])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "disk_full::child", "--ignored", "--nocapture"])
        .env(FILE, &path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut acknowledged: BTreeSet<String> = acks(&mut child).collect();
    assert!(child.wait().unwrap().success());
    assert!(acknowledged.remove("end"));

    let store = open(&path);
    for round in 0..ROUNDS {
        for caller in 0..CALLERS {
            let name = name(round, caller);
            let there = store.read(project(), id(&name)).await.unwrap().is_some();
            assert_eq!(there, acknowledged.contains(&name), "{name}");
        }
    }
    store.commit(create("with room again", "text")).await.unwrap();
}
