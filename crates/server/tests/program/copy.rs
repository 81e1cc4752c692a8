//! `antiphon copy`, and what operators look at before and after.

use antiphon_interaction::{CreateInteraction, Interaction, Status};
use antiphon_testkit::{FakeUpstream, Gate, Script};

use crate::antiphon::Machine;
use crate::database::{fresh, in_background};

fn next(after: Option<&Interaction>, text: &str) -> CreateInteraction {
    CreateInteraction {
        model: Some("gemini-3-flash".to_owned()),
        input: Some(text.into()),
        previous_interaction_id: after.map(|after| after.id.clone()),
        ..CreateInteraction::default()
    }
}

/// A file is filled, copied to a database, worked on there, and copied into another file.
#[tokio::test]
async fn everything_moves_from_a_file_to_a_database_and_back() {
    let machine = Machine::new();
    let upstream = FakeUpstream::start().await.unwrap();
    let (url, database) = (upstream.url(), fresh());
    let arguments = ["--upstream", url.as_str(), "--grace-seconds", "0"];
    let server = machine.serve(&arguments).await;
    let client = server.client();
    upstream.push(Script::reply("one"));
    let root = client.create(&next(None, "first")).await.unwrap();
    upstream.push(Script::reply("two"));
    let leaf = client.create(&next(Some(&root), "second")).await.unwrap();
    upstream.push(Script::reply("gone"));
    let erased = client.create(&next(Some(&leaf), "third")).await.unwrap();
    client.delete(&erased.id).await.unwrap();
    let gate = Gate::new();
    upstream.push(Script::reply("half").gate(&gate));
    let waiting = client.create(&in_background("later")).await.unwrap();
    gate.reached().await;

    let folder = format!("sqlite:{}", machine.data("").display());
    let copy = ["copy", "--from", &folder, "--to", &database];
    let refused = machine.run(&copy).await;
    assert!(
        !refused.ok && refused.err.contains("another antiphon serves from"),
        "{refused:?}"
    );
    server.terminate().await;
    assert!(server.ended().await.success());
    let copied = machine.run(&copy).await;
    assert!(
        copied.ok && copied.out.contains("read back and is the same"),
        "{copied:?}"
    );
    for line in [
        "interactions         4",
        "inputs               3",
        "jobs                 1",
        "secrets ",
    ] {
        assert!(copied.out.contains(line), "{line}: {}", copied.out);
    }
    let again = machine.run(&copy).await;
    assert!(!again.ok && again.err.contains("needs an empty store"), "{again:?}");
    let doctor = machine
        .run(&["doctor", "--database", &database, "--listen", "127.0.0.1:0"])
        .await;
    assert!(doctor.out.contains("run: 1 waiting"), "{}", doctor.out);

    // Into another folder before anything changes: the same sums.
    let other = format!("sqlite:{}", machine.path("other").display());
    let back = machine.run(&["copy", "--from", &database, "--to", &other]).await;
    assert_eq!((back.ok, &back.out), (true, &copied.out), "{}", back.err);

    upstream.push(Script::reply("at last"));
    let serving = [&arguments[..], &["--database", &database, "--blobs", "database"]].concat();
    let server = machine.serve(&serving).await;
    let client = server.client();
    let mut stream = client.stream_from(&waiting.id, None).await.unwrap();
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
    let run = client.get(&waiting.id, false).await.unwrap();
    assert_eq!(run.status, Status::Completed);
    upstream.push(Script::reply("three"));
    assert_eq!(
        client.create(&next(Some(&leaf), "third again")).await.unwrap().status,
        Status::Completed
    );
    assert!(client.create(&next(Some(&erased), "below")).await.is_err());

    let busy = machine
        .run(&["copy", "--from", &database, "--to", &format!("{other}2")])
        .await;
    assert!(
        !busy.ok && busy.err.contains("servers or workers run on --from"),
        "{busy:?}"
    );
}

#[tokio::test]
async fn a_store_is_migrated_when_asked_and_only_then() {
    let machine = Machine::new();
    let database = fresh();
    let folder = "sqlite:data".to_owned();
    for (place, store) in [
        (["--data-dir", "data"], folder),
        (["--database", &database], database.clone()),
    ] {
        let missing = machine.run(&["copy", "--from", &store, "--to", "sqlite:other"]).await;
        assert!(!missing.ok && missing.err.contains("holds no"), "{missing:?}");
        let check = [&["migrate", "--check"][..], &place].concat();
        let open = machine.run(&check).await;
        assert!(
            !open.ok && open.out.contains("none yet") && open.err.contains("antiphon migrate"),
            "nothing was made by a look: {open:?}"
        );
        assert!(!machine.path("other").exists());
        let done = machine.run(&[&["migrate"][..], &place].concat()).await;
        assert!(done.ok && done.out.contains("migrated"), "{done:?}");
        let done = machine.run(&check).await;
        assert!(done.ok && !done.out.contains("none yet"), "{done:?}");
    }
}
