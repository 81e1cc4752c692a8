//! A ciphertext is good in its own place only. The test is the one who can write to the database: it goes through the store
//! below.

use std::sync::Arc;

use antiphon_interaction::Step;
use antiphon_store::memory::MemoryStore;
use antiphon_store::{
    Commit, Document, DocumentStore as _, Error, FollowStore as _, Known, OpenEntry, Store as _, StoredStep,
};

use crate::sample::{FIRST, delta, document, encrypted, failed, id, project, run};

fn is_damage<T: std::fmt::Debug>(read: Result<T, Error>) {
    match read {
        Err(Error::Damaged { message, .. }) => assert!(message.contains("another's place"), "{message}"),
        other => panic!("{other:?}"),
    }
}

async fn everything_fails(store: &crate::sample::Stack, name: &str) {
    is_damage(store.read(project(), id(name)).await);
    is_damage(store.news(project(), id(name), Known::default()).await);
}

/// Steps, entries, inputs and heads cannot be put into another interaction, nor steps and entries elsewhere in their own.
#[tokio::test]
async fn what_is_moved_is_damaged() {
    let inner = MemoryStore::default();
    let store = encrypted(Arc::new(inner.clone()), FIRST).await;
    store.commit(run("victim")).await.unwrap();
    let victim = inner.read(project(), id("victim")).await.unwrap().unwrap();
    let below = |name: &str| {
        let mut record = victim.record.clone();
        record.id = id(name);
        record.head = antiphon_store::Head::default();
        Commit {
            create: Some((record, Vec::new())),
            attempt: Some(1),
            ..Commit::new(project(), id(name))
        }
    };
    let step = |index: u32, from: usize| StoredStep {
        index,
        ..victim.steps[from].clone()
    };

    let stolen = Commit {
        steps: vec![step(0, 0)],
        ..below("steps")
    };
    inner.commit(stolen).await.unwrap();
    everything_fails(&store, "steps").await;
    is_damage(store.conversation(project(), id("steps")).await);

    let stolen = Commit {
        open: victim.open.clone(),
        ..below("entries")
    };
    inner.commit(stolen).await.unwrap();
    everything_fails(&store, "entries").await;

    let mut stolen = below("input");
    stolen.create.as_mut().unwrap().1 = victim.input.clone();
    inner.commit(stolen).await.unwrap();
    is_damage(store.read(project(), id("input")).await);
    is_damage(store.conversation(project(), id("input")).await);

    let mut stolen = below("head");
    stolen.create.as_mut().unwrap().0.head = victim.record.head.clone();
    inner.commit(stolen).await.unwrap();
    everything_fails(&store, "head").await;

    inner.erase(project(), id("victim")).await.unwrap();
    inner.sweep(None, jiff::Timestamp::MAX, 100).await.unwrap();
    let again = MemoryStore::default();
    let swapped = encrypted(Arc::new(again.clone()), FIRST).await;
    let exchanged = Commit {
        steps: vec![step(0, 1), step(1, 0)],
        ..below("victim")
    };
    again.commit(exchanged).await.unwrap();
    everything_fails(&swapped, "victim").await;
    is_damage(swapped.conversation(project(), id("victim")).await);

    let again = MemoryStore::default();
    let shifted = encrypted(Arc::new(again.clone()), FIRST).await;
    let entry = OpenEntry {
        ordinal: 5,
        ..victim.open[1].clone()
    };
    let moved = Commit {
        open: vec![entry],
        ..below("victim")
    };
    again.commit(moved).await.unwrap();
    everything_fails(&shifted, "victim").await;
}

/// A document cannot take another's body, nor an altered one.
#[tokio::test]
async fn a_moved_or_altered_body_is_damaged() {
    let inner = MemoryStore::default();
    let store = encrypted(Arc::new(inner.clone()), FIRST).await;
    store.put_document(document("a"), vec![]).await.unwrap();
    let raw = inner
        .document("webhooks", project(), "a".to_owned())
        .await
        .unwrap()
        .unwrap();
    let moved = Document {
        id: "b".to_owned(),
        ..raw.clone()
    };
    inner.put_document(moved, vec![]).await.unwrap();
    is_damage(store.document("webhooks", project(), "b".to_owned()).await);
    let swap = |letter| if letter == 'A' { 'B' } else { 'A' };
    let middle = raw.body.len() / 2;
    let mut body = raw.body.clone();
    let letter = body.remove(middle);
    body.insert(middle, swap(letter));
    let altered = Document {
        id: "c".to_owned(),
        body,
        ..raw
    };
    inner.put_document(altered, vec![]).await.unwrap();
    is_damage(store.document("webhooks", project(), "c".to_owned()).await);
}

/// What was written before encryption was switched on reads as it is, and goes on encrypted.
#[tokio::test]
async fn the_unencrypted_past_stays_readable() {
    let inner = MemoryStore::default();
    let before = run("run");
    inner.commit(before.clone()).await.unwrap();
    inner.secret("sealing", b"old".to_vec()).await.unwrap();
    let store = encrypted(Arc::new(inner.clone()), FIRST).await;
    let entry = delta(2, 2, "new");
    let more = Commit {
        attempt: Some(1),
        open: vec![entry.clone()],
        ..Commit::new(project(), id("run"))
    };
    store.commit(more).await.unwrap();
    let read = store.read(project(), id("run")).await.unwrap().unwrap();
    assert_eq!(read.steps, before.steps);
    assert_eq!(read.open, [before.open.clone(), vec![entry]].concat());
    assert_eq!(read.record.head, before.create.as_ref().unwrap().0.head);
    assert_eq!(store.secret("sealing", b"new".to_vec()).await.unwrap(), b"old");
    let end = Commit {
        update: failed(),
        steps: vec![crate::sample::stored(2, "end")],
        ..Commit::new(project(), id("run"))
    };
    store.commit(end).await.unwrap();
    let read = store.read(project(), id("run")).await.unwrap().unwrap();
    assert_eq!(read.steps[2], crate::sample::stored(2, "end"));
    let raw = inner.read(project(), id("run")).await.unwrap().unwrap();
    assert!(matches!(raw.steps[2].step, Step::Unknown(_)) && raw.steps[2].marks.is_empty());
    assert_eq!(raw.steps[0], before.steps[0]);
}
