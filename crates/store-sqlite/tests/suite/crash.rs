//! A process that is killed in mid-stream loses nothing that it had acknowledged.

use std::collections::BTreeSet;
use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use antiphon_interaction::Status;
use antiphon_store::{Commit, Store as _};
use tempfile::tempdir;

use crate::sample::{change, completed, create, id, open, project, step};

const FILE: &str = "ANTIPHON_TEST_FILE";
const ROUND: &str = "ANTIPHON_TEST_ROUND";
const CALLERS: usize = 8;
/// After how many acknowledged turns each round is killed.
const KILLS: [usize; 10] = [1, 300, 17, 2, 911, 64, 5, 140, 33, 450];

/// What a child of this binary says line by line: `ack NAME`.
pub fn acks(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines
        .map_while(Result::ok)
        .filter_map(|line| Some(line.strip_prefix("ack ")?.to_owned()))
}

/// Says so to the parent, at once, on a line of its own: `print!` would be captured, and the test harness has not
/// ended its line.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the child of `a_killed_process_loses_nothing_acknowledged`"]
async fn child() {
    let (Ok(path), Ok(round)) = (env::var(FILE), env::var(ROUND)) else {
        return;
    };
    let store = open(Path::new(&path));
    let callers = (0..CALLERS).map(|caller| {
        let (store, round) = (store.clone(), round.clone());
        tokio::spawn(async move {
            for turn in 0.. {
                let name = name(&round, caller, turn);
                let text = format!("{name} ").repeat(1 + turn % 600);
                let steps = vec![step(0, &text), step(1, &text)];
                let first = store.commit(Commit {
                    steps,
                    ..create(&name, &text)
                });
                let last = store.commit(Commit {
                    steps: vec![step(2, &text)],
                    update: completed(),
                    ..change(&name)
                });
                first.await.unwrap();
                last.await.unwrap();
                say(&format!("ack {name}"));
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
}

fn name(round: &str, caller: usize, turn: usize) -> String {
    format!("{round}/{caller}/{turn}")
}

#[tokio::test]
async fn a_killed_process_loses_nothing_acknowledged() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut acknowledged = BTreeSet::new();
    for (round, kill_after) in KILLS.into_iter().enumerate() {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "crash::child", "--ignored", "--nocapture"])
            .env(FILE, &path)
            .env(ROUND, round.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut acks = acks(&mut child);
        acknowledged.extend(acks.by_ref().take(kill_after));
        child.kill().unwrap();
        acknowledged.extend(acks);
        child.wait().unwrap();
    }
    assert!(acknowledged.len() >= KILLS.iter().sum());

    let store = open(&path);
    for name in &acknowledged {
        let stored = store.read(project(), id(name)).await.unwrap().unwrap();
        assert_eq!(
            (stored.record.status, stored.steps.len()),
            (Status::Completed, 3),
            "{name}"
        );
    }
    for round in 0..KILLS.len() {
        for caller in 0..CALLERS {
            whole_up_to_the_kill(&store, &round.to_string(), caller).await;
        }
    }
}

/// A caller's turns are whole, but for the last, which may have only its first commit; nothing follows a gap.
async fn whole_up_to_the_kill(store: &antiphon_store_sqlite::SqliteStore, round: &str, caller: usize) {
    let mut over = false;
    for turn in 0..5000 {
        let name = name(round, caller, turn);
        match store.read(project(), id(&name)).await.unwrap() {
            Some(stored) => {
                assert!(!over, "{name} is there and one before it is not whole");
                let expected = match stored.record.status {
                    Status::Completed => 3,
                    _ => 2,
                };
                assert_eq!(stored.steps.len(), expected, "{name} is half there");
                over = expected == 2;
            }
            None if over => return,
            None => over = true,
        }
    }
    panic!("more turns than were expected");
}
