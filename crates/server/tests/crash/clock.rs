//! Servers whose clocks jump.

use std::sync::Arc;
use std::time::Duration;

use antiphon_interaction::InteractionEvent;
use antiphon_store::Store;
use antiphon_store_sqlite::{Options, SqliteStore};
use antiphon_testkit::{CountingEntropy, Gate, Script, ScriptedEngine, ServerSetup, TestServer};
use serde_json::json;
use tempfile::TempDir;

/// Seconds: much longer than a lease, and shorter than a run may take.
const JUMP: i64 = 600;

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_ahead_takes_a_run_away_and_spoils_nothing() {
    jump(0, JUMP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_back_gives_a_run_away_and_spoils_nothing() {
    jump(-JUMP, 0).await;
}

/// While one server runs an interaction, its clock and another server's jump by so many seconds.
async fn jump(runner_jumps: i64, other_jumps: i64) {
    let folder = TempDir::new().unwrap();
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path().join("test.db"), Options::default()).unwrap());
    let (models, gate) = ([ScriptedEngine::new(), ScriptedEngine::new()], Gate::new());
    models[0].push(Script::new().text("from one ").gate(&gate).text("server"));
    models[1].push(Script::reply("from another"));
    // Servers with the same entropy would take each other for one.
    let entropy = Arc::new(CountingEntropy::default());
    let runner = server(&store, &models[0], &entropy).await;
    let other = server(&store, &models[1], &entropy).await;
    let body = json!({ "model": "scripted", "input": "hi", "background": true, "stream": true });
    let mut stream = runner.stream(&body).await;
    let mut told = Vec::new();
    loop {
        told.push(stream.next().await.unwrap());
        if matches!(told.last(), Some(InteractionEvent::StepDelta(_))) {
            break;
        }
    }
    let Some(InteractionEvent::Created(created)) = told.first() else {
        panic!("{told:?}")
    };
    let id = created.interaction.id.to_string();
    runner.clock.advance(runner_jumps);
    other.clock.advance(other_jumps);
    // The other server takes the lease for run out, and goes on with the run.
    let taken = tokio::time::timeout(Duration::from_secs(60), models[1].call(0)).await;
    assert!(taken.is_ok(), "nobody took the run over");
    // The first one says what it has to say too late.
    gate.open();
    let last = told.last().unwrap().event_id().unwrap().to_owned();
    let rest = other.replay(&id, Some(&last)).await.rest().await;
    let Some(InteractionEvent::Completed(completed)) = rest.last() else {
        panic!("{rest:?}")
    };
    assert_eq!(completed.interaction.status.as_str(), "completed");
    for server in [&runner, &other] {
        let path = format!("/v1/interactions/{id}");
        let ended = async {
            loop {
                let shown = server.get(&path).await.ok();
                if shown["status"] == "completed" {
                    return shown;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let shown = tokio::time::timeout(Duration::from_secs(60), ended).await.unwrap();
        let steps = shown["steps"].as_array().unwrap();
        assert_eq!(steps.len(), 2, "{shown}");
        assert_eq!(steps[1]["content"][0]["text"], "from another", "{shown}");
    }
}

async fn server(store: &Arc<dyn Store>, model: &ScriptedEngine, entropy: &Arc<CountingEntropy>) -> TestServer {
    let setup = ServerSetup {
        store: Arc::clone(store),
        entropy: Arc::clone(entropy),
        engine: model.clone(),
        ..ServerSetup::default()
    };
    setup.start().await
}
