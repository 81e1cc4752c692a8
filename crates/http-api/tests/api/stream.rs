//! Streams: the frames, errors before and after the start, keep-alives, clients that go away.

use std::time::Duration;

use antiphon_interaction::{InteractionEvent, Status};
use antiphon_model_engine::Error;
use antiphon_testkit::{CallState, Gate, Script, ServerSetup, TestServer};
use serde_json::{Value, json};

use crate::create::pass;

fn streamed(more: &Value) -> Value {
    let mut body = json!({ "model": "scripted", "input": "hi", "stream": true });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// The id, from the stream's first event.
pub fn id_of(event: &InteractionEvent) -> String {
    match event {
        InteractionEvent::Created(created) => created.interaction.id.to_string(),
        other => panic!("{other:?}"),
    }
}

fn names(events: &[InteractionEvent]) -> Vec<String> {
    events.iter().map(|event| event.type_name().into_owned()).collect()
}

#[tokio::test]
async fn a_stream_is_frames_of_one_line_each() {
    let server = TestServer::start().await;
    server
        .engine
        .push(Script::new().text("a\nb").tool_call("c", "f", json!({ "q": "ü" })));
    let mut stream = server
        .stream(&streamed(&json!({ "tools": [{ "type": "function", "name": "f" }] })))
        .await;
    assert_eq!(stream.response.headers()["x-gemini-service-tier"], "standard");
    let events = stream.rest().await;
    assert_eq!(
        names(&events),
        [
            "interaction.created",
            "interaction.status_update",
            "step.start",
            "step.delta",
            "step.stop",
            "step.start",
            "step.delta",
            "step.stop",
            "interaction.completed",
        ]
    );
    let frames: Vec<&str> = stream.raw.split_terminator("\n\n").collect();
    assert_eq!(frames.len(), events.len() + 1, "{}", stream.raw);
    for (frame, event) in frames.iter().zip(&events) {
        let data = serde_json::to_string(event).unwrap();
        assert_eq!(*frame, format!("event: {}\ndata: {data}", event.type_name()));
    }
    assert_eq!(frames[events.len()], "event: done\ndata: [DONE]");
    let start = serde_json::to_value(&events[5]).unwrap();
    assert_eq!(start["step"]["arguments"], json!({}));
    let delta = serde_json::to_value(&events[6]).unwrap();
    assert_eq!(
        delta["delta"],
        json!({ "type": "arguments_delta", "arguments": "{\"q\":\"ü\"}" })
    );
    let end = serde_json::to_value(&events[8]).unwrap();
    assert_eq!(end["interaction"]["status"], "requires_action");
    assert!(end["interaction"]["usage"]["total_tokens"].is_u64());
}

#[tokio::test]
async fn an_error_before_the_start_is_http_and_after_it_an_event() {
    let server = TestServer::start().await;
    let internal = || Error::Internal {
        message: "it broke".to_owned(),
        source: None,
    };
    server.engine.push(Script::new().fail(internal()));
    let (status, code, _) = server.create(&streamed(&json!({}))).await.error();
    assert_eq!((status, code.as_str()), (500, "api_error"));

    server.engine.push(Script::new().started().fail(internal()));
    let events = server.stream(&streamed(&json!({}))).await.rest().await;
    assert_eq!(
        names(&events),
        [
            "interaction.created",
            "interaction.status_update",
            "error",
            "interaction.completed"
        ]
    );
    let (InteractionEvent::Error(error), InteractionEvent::Completed(end)) = (&events[2], &events[3]) else {
        unreachable!()
    };
    assert_eq!(
        (error.error.code.as_str(), error.error.message.as_str()),
        ("api_error", "it broke")
    );
    assert_eq!(end.interaction.status, Status::Failed);
    // Told again to whoever asks later.
    let replay = server.replay(&id_of(&events[0]), None).await.rest().await;
    assert_eq!(names(&replay)[4..], names(&events)[2..]);
    assert_eq!(
        server
            .replay(&id_of(&events[0]), error.event_id.as_deref())
            .await
            .rest()
            .await,
        events[3..]
    );
}

#[tokio::test]
async fn silence_is_filled_with_comments() {
    let server = TestServer::start().await;
    let gate = Gate::new();
    server.engine.push(Script::new().started().gate(&gate).text("at last"));
    let mut stream = server.stream(&streamed(&json!({}))).await;
    stream.next().await;
    stream.next().await;
    pass(Duration::from_secs(16)).await;
    stream.read().await;
    assert!(stream.raw.ends_with("\n\n: keepalive\n\n"), "{}", stream.raw);
    gate.open();
    assert_eq!(stream.rest().await.len(), 4);
}

#[tokio::test]
async fn a_foreground_stream_that_is_closed_cancels_its_run() {
    let server = TestServer::start().await;
    let gate = Gate::new();
    server
        .engine
        .push(Script::new().text("so far").gate(&gate).text("never"));
    let mut stream = server.stream(&streamed(&json!({}))).await;
    let id = id_of(&stream.next().await.unwrap());
    let mut follower = server.replay(&id, None).await;
    gate.reached().await;
    drop(stream);
    assert_eq!(server.engine.call(0).await.over().await, CallState::Dropped);
    let events = follower.rest().await;
    let InteractionEvent::Completed(end) = events.last().unwrap() else {
        unreachable!()
    };
    assert_eq!(end.interaction.status, Status::Cancelled);
    let get = server.get(&format!("/v1/interactions/{id}")).await.ok();
    assert_eq!(
        (&get["status"], &get["steps"][1]["content"][0]["text"]),
        (&json!("cancelled"), &json!("so far"))
    );
}

#[tokio::test]
async fn a_background_run_outlives_its_stream_and_is_resumed_without_gap() {
    for setup in [ServerSetup::default(), ServerSetup::default().sqlite()] {
        let server = setup.start().await;
        let gate = Gate::new();
        server.engine.push(
            Script::new()
                .thought("hm")
                .text("one ")
                .gate(&gate)
                .text("two ")
                .text("three"),
        );
        let mut stream = server.stream(&streamed(&json!({ "background": true }))).await;
        let mut seen = Vec::new();
        // Up to the text: created, status, the thought's three events, a start and a delta.
        while seen.len() < 7 {
            seen.push(stream.next().await.unwrap());
        }
        drop(stream);
        let id = id_of(&seen[0]);
        // Followers that begin at every event while it runs, in the POST's numbering.
        let mut followers = Vec::new();
        for event in &seen {
            followers.push(server.replay(&id, event.event_id()).await);
        }
        gate.open();
        let get = server.replay(&id, None).await.rest().await;
        let InteractionEvent::Completed(end) = get.last().unwrap() else {
            unreachable!()
        };
        assert_eq!(end.interaction.status, Status::Completed);
        assert_eq!(server.engine.call(0).await.state(), CallState::Ended);
        for (at, follower) in followers.iter_mut().enumerate() {
            seen.truncate(7);
            let rest = follower.rest().await;
            assert_eq!(rest[..6 - at], seen[at + 1..]);
            seen.extend(rest[6 - at..].iter().cloned());
            let again = server.replay(&id, seen[at].event_id()).await.rest().await;
            assert_eq!(again, rest);
        }
        // The input's start and stop come in the GET's numbering only.
        assert_eq!(get.len(), seen.len() + 2);
    }
}

#[tokio::test]
async fn json_that_was_written_over_several_lines_is_one_line_of_data() {
    let server = TestServer::start().await;
    server.engine.push(Script::reply("fine"));
    let body = "{\"model\":\"scripted\",\"input\":[{\"type\":\"function_call\",\"id\":\"c\",\"name\":\"f\",\"arguments\":{\r\n \"a\": 1\r\n}},\
        {\"type\":\"function_result\",\"call_id\":\"c\",\"result\":{\n\t\"b\":\n2}}]}";
    let reply = server
        .send(server.request(http::Method::POST, "/v1/interactions").body(body))
        .await
        .ok();
    let mut stream = server.replay(reply["id"].as_str().unwrap(), None).await;
    assert_eq!(stream.rest().await.len(), 10);
    for line in stream.raw.lines().filter(|line| !line.is_empty()) {
        assert!(
            line.starts_with("event: ") || line.starts_with("data: {\"event_type\"") || line == "data: [DONE]",
            "{line}"
        );
    }
}
