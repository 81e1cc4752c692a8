//! Several processes on one database.

use std::path::PathBuf;
use std::process::Command;

use antiphon_interaction::{CreateInteraction, Status};
use antiphon_testkit::{FakeUpstream, Gate, Script};

use crate::antiphon::Machine;

/// The URL of a schema of a test's own, in the tests' throw-away server or in the one that the environment names.
pub(crate) fn fresh() -> String {
    let server = std::env::var("ANTIPHON_TEST_POSTGRES").unwrap_or_else(|_| {
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres.sh");
        let done = Command::new(script).arg("start").output().unwrap();
        assert!(done.status.success(), "these tests need PostgreSQL: {done:?}");
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    });
    format!("{server}?schema=test_{:016x}", fastrand::u64(..))
}

pub(crate) fn in_background(text: &str) -> CreateInteraction {
    CreateInteraction {
        model: Some("gemini-3-flash".to_owned()),
        input: Some(text.into()),
        background: Some(true),
        ..CreateInteraction::default()
    }
}

#[tokio::test]
async fn processes_share_a_database_and_any_answers_for_all() {
    let url = fresh();
    let upstream = FakeUpstream::start().await.unwrap();
    upstream.push(Script::reply("done by another"));
    let (one, other, worker) = (Machine::new(), Machine::new(), Machine::new());
    let upstream_url = upstream.url();
    let arguments = [
        "--database",
        &url,
        "--blobs",
        "database",
        "--upstream",
        &upstream_url,
        "--grace-seconds",
        "0",
    ];
    let first = one.serve(&arguments).await;
    let second = other.serve(&arguments).await;
    let client = second.client();
    let interaction = client.create(&in_background("a question")).await.unwrap();
    let mut stream = first.client().stream_from(&interaction.id, None).await.unwrap();
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
    let seen = first.client().get(&interaction.id, false).await.unwrap();
    assert_eq!(seen.status, Status::Completed);
    assert!(!one.data("antiphon.db").exists() && !one.data("antiphon.lock").exists());
    let looking = [&["doctor", "--listen", first.address()][..], &arguments[..6]].concat();
    let said = worker.run(&looking).await;
    let line = format!("✓ address      an antiphon answers on {}", first.address());
    assert!(said.ok && said.out.contains(&line), "{said:?}");

    // What a server that stops hands back, a worker without HTTP goes on with.
    let gate = Gate::new();
    upstream.push(Script::reply("half ").gate(&gate).text("never said"));
    upstream.push(Script::reply("whole"));
    let interaction = client.create(&in_background("another")).await.unwrap();
    gate.reached().await;
    let working = worker.work(&arguments).await;
    let mut stream = first.client().stream_from(&interaction.id, None).await.unwrap();
    second.terminate().await;
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
    let seen = first.client().get(&interaction.id, false).await.unwrap();
    assert_eq!(seen.status, Status::Completed);
    working.terminate().await;
    assert!(working.ended().await.success());
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    let machine = Machine::new().variable("ANTIPHON_DATABASE", "postgres://me:hunter2@127.0.0.1:1/data");
    for command in [
        ["serve", "--database-seconds", "1"],
        ["work", "--database-seconds", "1"],
    ] {
        let refused = machine.run(&command).await;
        let told = format!("{}{}", refused.out, refused.err);
        assert!(!refused.ok && told.contains("postgres://me@127.0.0.1:1/data"), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
    let help = machine.run(&["serve", "--help"]).await;
    assert!(help.ok && !help.out.contains("hunter2"), "{help:?}");
}
