//! How much disk a conversation takes.

use std::fs;

use antiphon_store::{Commit, Store as _, StoredStep};
use tempfile::tempdir;

use crate::sample::{completed, create, open, step};

/// Bytes of text a token stands for, about.
const TOKEN: usize = 4;

fn generated(index: u32, length: usize) -> StoredStep {
    let text: String = "The quick brown fox jumps over the lazy dog. "
        .chars()
        .cycle()
        .take(length)
        .collect();
    StoredStep {
        marks: vec![TOKEN as u8; length / TOKEN],
        ..step(index, &text)
    }
}

/// The bytes of the steps' JSON, and those of the database that holds nothing else.
async fn sizes(interactions: usize, steps: u32, length: usize) -> (u64, u64) {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.db");
    drop(open(&path));
    let empty = fs::metadata(&path).unwrap().len();
    let store = open(&path);
    let mut json = 0;
    for n in 0..interactions {
        let steps: Vec<_> = (0..steps).map(|index| generated(index, length)).collect();
        json += steps
            .iter()
            .map(|step| serde_json::to_vec(&step.step).unwrap().len())
            .sum::<usize>();
        store
            .commit(Commit {
                steps,
                update: completed(),
                ..create(&n.to_string(), "go")
            })
            .await
            .unwrap();
    }
    drop(store);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the log is gone");
    (json as u64, fs::metadata(&path).unwrap().len() - empty)
}

#[tokio::test]
async fn a_long_text_with_a_mark_per_token_takes_at_most_twice_its_json() {
    let (json, disk) = sizes(1, 1, 1 << 20).await;
    assert!(disk <= 2 * json, "{disk} bytes on disk for {json} bytes of JSON");
}

#[tokio::test]
async fn turns_of_a_usual_length_take_at_most_twice_their_json() {
    for (interactions, steps, length) in [(100, 2, 800), (40, 3, 6_000), (20, 1, 40_000)] {
        let (json, disk) = sizes(interactions, steps, length).await;
        assert!(
            disk <= 2 * json,
            "{disk} bytes on disk for {json} bytes of JSON in steps of {length}"
        );
    }
}
