use antiphon_client::Client;
use antiphon_interaction::{CreateInteraction, ErrorCode, InteractionEvent, InteractionId, Status, Step};
use antiphon_testkit::{FakeUpstream, Gate, Script};

use crate::antiphon::Machine;

fn ask(text: &str) -> CreateInteraction {
    CreateInteraction {
        model: Some("gemini-3-flash".to_owned()),
        input: Some(text.into()),
        ..CreateInteraction::default()
    }
}

/// What the model said in a stored interaction.
async fn kept(client: &Client, id: &InteractionId) -> (Status, String) {
    let interaction = client.get(id, false).await.unwrap();
    let said = interaction.steps.into_iter().flatten().filter_map(|step| match step {
        Step::ModelOutput(output) => Some(output.content),
        _ => None,
    });
    let text = said
        .flatten()
        .filter_map(|content| content.as_text().map(str::to_owned))
        .collect();
    (interaction.status, text)
}

#[tokio::test]
async fn one_process_serves_from_a_folder() {
    let machine = Machine::new();
    let _first = machine.serve(&[]).await;
    let second = machine.run(&["serve", "--listen", "127.0.0.1:0"]).await;
    assert!(!second.ok);
    let folder = machine.data("").display().to_string();
    assert!(
        second.err.contains("another antiphon serves from") && second.err.contains(folder.trim_end_matches('/')),
        "{second:?}"
    );
}

#[tokio::test]
async fn beyond_this_machine_only_with_keys() {
    let machine = Machine::new();
    let open = machine.run(&["serve", "--listen", "0.0.0.0:0"]).await;
    assert!(!open.ok && open.err.contains("antiphon keys create"), "{open:?}");
    assert!(machine.run(&["keys", "create"]).await.ok);
    let server = machine.serve(&["--listen", "0.0.0.0:0"]).await;
    assert!(server.url.starts_with("http://0.0.0.0:"), "{}", server.url);
}

#[tokio::test]
async fn a_busy_port_is_one_clear_line() {
    let (machine, other) = (Machine::new(), Machine::new());
    let server = machine.serve(&[]).await;
    let refused = other.run(&["serve", "--listen", server.address()]).await;
    assert!(!refused.ok);
    assert_eq!(refused.err.lines().count(), 1, "{}", refused.err);
    assert!(
        refused.err.contains(server.address()) && refused.err.contains("--listen"),
        "{}",
        refused.err
    );
}

#[tokio::test]
async fn each_cause_is_told_once() {
    let refused = Machine::new()
        .run(&["serve", "--model", "nope.gguf", "--listen", "127.0.0.1:0"])
        .await;
    assert_eq!(refused.err.matches("No such file").count(), 1, "{}", refused.err);
}

#[tokio::test]
async fn a_worker_needs_a_database_and_says_so() {
    let machine = Machine::new();
    let refused = machine.run(&["work"]).await;
    assert!(!refused.ok && refused.err.contains("--database"), "{refused:?}");
    assert!(!machine.data("").exists(), "it takes no folder that it cannot use");
    let help = machine.run(&["work", "--help"]).await.out;
    assert!(
        help.contains("--grace-seconds") && !help.contains("--listen") && !help.contains("--cors-origin"),
        "{help}"
    );
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_alone() {
    let machine = Machine::new();
    assert!(machine.run(&["migrate"]).await.ok);
    let database = machine.data("antiphon.db");
    let mut bytes = std::fs::read(&database).unwrap();
    // The format stands here, with the highest byte first.
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(&database, &bytes).unwrap();
    let refused = machine.run(&["serve", "--listen", "127.0.0.1:0"]).await;
    assert!(!refused.ok);
    assert!(
        refused.err.contains("format 99") && refused.err.contains("--data-dir"),
        "{}",
        refused.err
    );
    assert_eq!(std::fs::read(&database).unwrap(), bytes);
}

#[tokio::test]
async fn a_signal_ends_streams_with_an_error_and_loses_nothing() {
    let machine = Machine::new();
    let upstream = FakeUpstream::start().await.unwrap();
    let gate = Gate::new();
    upstream.push(Script::reply("kept"));
    upstream.push(Script::reply("half of it").gate(&gate).text("never said"));
    let url = upstream.url();
    let arguments = ["--upstream", url.as_str(), "--grace-seconds", "0"];
    let server = machine.serve(&arguments).await;
    let client = server.client();
    let whole = client.create(&ask("first")).await.unwrap();
    assert_eq!(whole.status, Status::Completed);

    let mut stream = client.stream(&ask("second")).await.unwrap();
    gate.reached().await;
    server.terminate().await;
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        events.push(event.unwrap());
    }
    let error = events.iter().find_map(|event| match event {
        InteractionEvent::Error(error) => Some(error.error.code.clone()),
        _ => None,
    });
    assert_eq!(error, Some(ErrorCode::ServiceUnavailable), "{events:?}");
    let Some(InteractionEvent::Completed(ended)) = events.last() else {
        panic!("{events:?}")
    };
    assert_eq!(ended.interaction.status, Status::Failed);
    assert!(server.ended().await.success());

    let server = machine.serve(&arguments).await;
    let client = server.client();
    assert_eq!(kept(&client, &whole.id).await, (Status::Completed, "kept".to_owned()));
    assert_eq!(
        kept(&client, &ended.interaction.id).await,
        (Status::Failed, "half of it".to_owned())
    );
}
