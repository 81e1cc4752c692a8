//! What is moved, and that it comes back.

use std::sync::Arc;

use antiphon_interaction::{Content, Status, Step, StepDelta, TextDelta};
use antiphon_store::memory::MemoryStore;
use antiphon_store::{Commit, Conversation, Error, FollowStore as _, Known, OpenEntry, OpenEvent, Store as _};
use tempfile::TempDir;

use crate::sample::{
    THRESHOLD, answered, change, create, ended, id, image, in_folder, json, long, objects, over, printed, project,
    said, stored,
};

/// Media, long texts and long results of tools are not in the log but in one object each, and every way of reading gives
/// them back to the byte; what is short stays.
#[tokio::test]
async fn large_bytes_lie_beside_the_log_and_read_back() {
    let folder = TempDir::new().unwrap();
    let inner = MemoryStore::default();
    let store = over(Arc::new(inner.clone()), in_folder(folder.path()), THRESHOLD);
    let input = vec![Step::user(vec![
        image(&long("picture")),
        Content::text("short"),
        image(&long("picture")),
    ])];
    let digits = format!("{{\"n\": 1.000, \"text\":{:?}}}", long("result"));
    let steps = vec![
        stored(0, printed(&long("printed"))),
        stored(1, answered(json(digits.clone()))),
        stored(2, said(&long("said"))),
        stored(
            3,
            Step::Unknown(json(format!("{{\"type\":\"new\",\"x\":{:?}}}", long("new")))),
        ),
    ];
    let open = vec![OpenEntry {
        index: 4,
        attempt: 1,
        ordinal: 0,
        event: OpenEvent::Delta(StepDelta::Text(TextDelta { text: long("delta") })),
    }];
    let commit = Commit {
        steps: steps.clone(),
        open: open.clone(),
        ..create("run", input.clone())
    };
    store.commit(commit).await.unwrap();

    let in_log = format!("{:?}", inner.read(project(), id("run")).await.unwrap().unwrap());
    for moved in ["picture ", "printed ", "result ", "said ", "new ", "delta "] {
        assert!(!in_log.contains(moved), "{moved}: {in_log}");
    }
    assert!(in_log.contains("short"));
    assert_eq!(objects(folder.path()).len(), 6, "the picture is stored once");

    let read = store.read(project(), id("run")).await.unwrap().unwrap();
    assert_eq!((&read.input, &read.steps, &read.open), (&input, &steps, &open));
    let Step::FunctionResult(result) = &read.steps[1].step else {
        panic!("{read:?}")
    };
    assert_eq!(result.result.text(), digits);
    let news = store
        .news(project(), id("run"), Known::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((news.steps, news.open), (steps.clone(), open));
    let end = Commit {
        update: ended(Status::Completed),
        ..change("run")
    };
    store.commit(end).await.unwrap();
    let Conversation::Turns(turns) = store.conversation(project(), id("run")).await.unwrap() else {
        panic!("no turns")
    };
    let output: Vec<Step> = steps.into_iter().map(|stored| stored.step).collect();
    assert_eq!((&turns[0].input, &turns[0].output), (&input, &output));
}

/// A client that sends what a reference looks like gets back what it sent, and nobody's bytes.
#[tokio::test]
async fn a_reference_cannot_be_sent() {
    let folder = TempDir::new().unwrap();
    let inner = MemoryStore::default();
    let store = over(Arc::new(inner.clone()), in_folder(folder.path()), THRESHOLD);
    let victim = create("victim", vec![Step::user(vec![image(&long("secret"))])]);
    store.commit(victim).await.unwrap();
    let held = inner.read(project(), id("victim")).await.unwrap().unwrap().input;
    let Step::UserInput(input) = &held[0] else {
        panic!("{held:?}")
    };
    let Content::Image(reference) = &input.content[0] else {
        panic!("{held:?}")
    };
    let reference = reference.data.clone().unwrap();
    assert!(reference.starts_with("antiphon-blob:@"), "{reference}");

    let forged = vec![
        Step::user(vec![image(&reference), Content::text(&reference)]),
        answered(json(format!("{reference:?}"))),
        Step::Unknown(json(format!(
            "{{\"antiphon-blob\":{:?}}}",
            reference.replace("antiphon-blob:", "")
        ))),
    ];
    for (name, padding) in [
        ("short", Vec::new()),
        ("with large ones", vec![Step::user(vec![image(&long("own"))])]),
    ] {
        let input = [forged.clone(), padding].concat();
        store.commit(create(name, input.clone())).await.unwrap();
        let read = store.read(project(), id(name)).await.unwrap().unwrap();
        assert_eq!(read.input, input);
    }
}

/// Bytes that are gone, or are others, are an error that names the object, and never an answer.
#[tokio::test]
async fn missing_and_altered_objects_are_named() {
    let folder = TempDir::new().unwrap();
    let store = over(Arc::new(MemoryStore::default()), in_folder(folder.path()), THRESHOLD);
    store
        .commit(create("run", vec![Step::user(vec![image(&long("x"))])]))
        .await
        .unwrap();
    let object = objects(folder.path()).remove(0);
    let name = object.file_name().unwrap().to_str().unwrap().to_owned();
    let damage = async || match store.read(project(), id("run")).await {
        Err(Error::Damaged { message, .. }) => message,
        other => panic!("{other:?}"),
    };
    std::fs::write(&object, long("y")).unwrap();
    assert!(damage().await.contains(&format!("{name} is not what was stored")));
    std::fs::remove_file(&object).unwrap();
    assert!(damage().await.contains(&format!("tests/v1_run/{name} is missing")));
}
