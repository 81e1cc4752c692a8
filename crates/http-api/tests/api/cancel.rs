//! Background runs, and `POST /{version}/interactions/{id}/cancel`.

use antiphon_interaction::{InteractionEvent, Status};
use antiphon_testkit::{CallState, Gate, Script, ServerSetup, TestServer};
use http::Method;
use serde_json::{Value, json};

use crate::stream::id_of;

fn background() -> Value {
    json!({ "model": "scripted", "input": "hi", "background": true })
}

async fn post(server: &TestServer, path: &str) -> antiphon_testkit::Reply {
    server.send(server.request(Method::POST, path)).await
}

#[tokio::test]
async fn a_background_run_is_accepted_at_once_and_found_at_once() {
    let server = ServerSetup::default().sqlite().start().await;
    let gate = Gate::new();
    server.engine.push(Script::new().started().gate(&gate).text("done"));
    let accepted = server.create(&background()).await.ok();
    assert_eq!(
        (&accepted["status"], &accepted["steps"]),
        (&json!("in_progress"), &json!([]))
    );
    let id = accepted["id"].as_str().unwrap();
    let path = format!("/v1/interactions/{id}");
    assert_eq!(server.get(&path).await.ok()["status"], "in_progress");
    gate.reached().await;
    let mut follower = server.replay(id, None).await;
    gate.open();
    follower.rest().await;
    let get = server.get(&path).await.ok();
    assert_eq!(
        (&get["status"], &get["steps"][1]["content"][0]["text"]),
        (&json!("completed"), &json!("done"))
    );
}

#[tokio::test]
async fn both_forms_of_cancel_end_a_background_run_for_good() {
    let server = ServerSetup::default().sqlite().start().await;
    for (call, suffix) in ["/cancel", ":cancel"].into_iter().enumerate() {
        let gate = Gate::new();
        server
            .engine
            .push(Script::new().text("so far").gate(&gate).text("never"));
        let mut body = background();
        body["stream"] = true.into();
        let mut stream = server.stream(&body).await;
        let id = id_of(&stream.next().await.unwrap());
        gate.reached().await;
        let path = format!("/v1/interactions/{id}");
        let reply = post(&server, &format!("{path}{suffix}")).await.ok();
        assert_eq!((&reply["id"], &reply["status"]), (&json!(id), &json!("cancelled")));
        assert_eq!(server.engine.call(call).await.over().await, CallState::Dropped);
        gate.open();
        let events = stream.rest().await;
        let InteractionEvent::Completed(end) = events.last().unwrap() else {
            unreachable!()
        };
        assert_eq!(end.interaction.status, Status::Cancelled);
        assert!(!events.iter().any(|event| event.type_name() == "error"));
        let get = server.get(&path).await.ok();
        assert_eq!(
            (&get["status"], &get["steps"][1]["content"][0]["text"]),
            (&json!("cancelled"), &json!("so far"))
        );
        // Again: it still is cancelled.
        assert_eq!(
            post(&server, &format!("{path}/cancel")).await.ok()["status"],
            "cancelled"
        );
    }
}

#[tokio::test]
async fn what_does_not_run_in_the_background_cannot_be_cancelled() {
    let server = TestServer::start().await;
    server.engine.push(Script::reply("fine"));
    let done = server.create(&json!({ "model": "scripted", "input": "hi" })).await.ok();
    let path = format!("/v1/interactions/{}", done["id"].as_str().unwrap());
    let (status, code, message) = post(&server, &format!("{path}/cancel")).await.error();
    assert_eq!((status, code.as_str()), (400, "failed_precondition"));
    assert!(message.contains("completed"), "{message}");

    let gate = Gate::new();
    server.engine.push(Script::new().text("a").gate(&gate).text("b"));
    let mut stream = server
        .stream(&json!({ "model": "scripted", "input": "hi", "stream": true }))
        .await;
    let id = id_of(&stream.next().await.unwrap());
    let (status, code, message) = post(&server, &format!("/v1/interactions/{id}:cancel")).await.error();
    assert_eq!((status, code.as_str()), (400, "failed_precondition"));
    assert!(message.contains("foreground"), "{message}");
    gate.open();
    assert_eq!(stream.rest().await.len(), 6);

    assert_eq!(post(&server, "/v1/interactions/v1_none/cancel").await.error().0, 404);
    assert_eq!(post(&server, "/v1/interactions/v1_none:cancel").await.error().0, 404);
    assert_eq!(post(&server, "/v1/interactions/v1_none:explode").await.error().0, 404);
}

#[tokio::test]
async fn a_background_run_that_fails_before_it_says_anything_is_kept_as_failed() {
    let server = TestServer::start().await;
    let gate = Gate::new();
    let error = antiphon_model_engine::Error::Unavailable {
        message: "the upstream is down".to_owned(),
        source: None,
    };
    server.engine.push(Script::new().gate(&gate).fail(error));
    let id = server.create(&background()).await.ok()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut follower = server.replay(&id, None).await;
    gate.open();
    let names: Vec<String> = follower
        .rest()
        .await
        .iter()
        .map(|event| event.type_name().into_owned())
        .collect();
    assert_eq!(names[4..], ["error", "interaction.completed"]);
    let get = server.get(&format!("/v1/interactions/{id}")).await.ok();
    assert_eq!(
        get["errors"],
        json!([{ "code": "service_unavailable", "message": "the upstream is down" }])
    );
}

#[tokio::test]
async fn what_a_dead_process_ran_in_the_foreground_is_failed_with_what_was_committed() {
    let setup = ServerSetup::default();
    let (store, entropy) = (setup.store.clone(), setup.entropy.clone());
    let first = setup.start().await;
    let gate = Gate::new();
    first
        .engine
        .push(Script::new().thought("hm").text("so far").gate(&gate));
    let mut stream = first
        .stream(&json!({ "model": "scripted", "input": "hi", "stream": true }))
        .await;
    let mut seen = Vec::new();
    while seen.len() < 7 {
        seen.push(stream.next().await.unwrap());
    }
    let id = id_of(&seen[0]);
    // The next commit is durable only after those before it.
    first.turns.check().await.unwrap();

    // The first process is dead to the store: another one notices.
    store.retire(first.turns.worker_id().unwrap()).await.unwrap();
    let second = ServerSetup {
        store,
        entropy,
        ..Default::default()
    }
    .start()
    .await;
    let path = format!("/v1/interactions/{id}");
    let get = second.get(&path).await.ok();
    assert_eq!(
        (&get["status"], &get["errors"][0]["code"]),
        (&json!("failed"), &json!("aborted"))
    );
    assert_eq!(get["steps"][1]["type"], "thought");
    assert_eq!(get["steps"].as_array().unwrap().len(), 2);
    // Whoever had come this far reads on, to a typed end.
    for event in &seen {
        let rest = second.replay(&id, event.event_id()).await.rest().await;
        let names: Vec<String> = rest.iter().map(|event| event.type_name().into_owned()).collect();
        assert_eq!(names[names.len() - 2..], ["error", "interaction.completed"]);
    }
    // And the conversation goes on.
    second.engine.push(Script::reply("fine"));
    second
        .create(&json!({ "model": "scripted", "input": "again", "previous_interaction_id": id }))
        .await
        .ok();
}
