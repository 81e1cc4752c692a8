//! `GET` and `DELETE /{version}/interactions/{id}`.

use antiphon_testkit::{CallState, Gate, Script, ServerSetup, TestServer};
use http::Method;
use serde_json::{Value, json};

use crate::stream::id_of;

async fn one(server: &TestServer, body: &Value) -> (String, Value) {
    server.engine.push(Script::new().thought("hm").text("hello"));
    let reply = server.create(body).await.ok();
    (reply["id"].as_str().unwrap().to_owned(), reply)
}

#[tokio::test]
async fn a_get_shows_the_input_first_and_a_post_does_not() {
    let server = TestServer::start().await;
    let (id, post) = one(&server, &json!({ "model": "scripted", "input": "hi" })).await;
    let get = server
        .get(&format!("/v1beta/interactions/{id}?stream=false&last_event_id=ignored"))
        .await
        .ok();
    let mut expected = post.clone();
    expected["steps"].as_array_mut().unwrap().insert(
        0,
        json!({ "type": "user_input", "content": [{ "type": "text", "text": "hi" }] }),
    );
    assert_eq!(get, expected);
    expected["input"] = "hi".into();
    assert_eq!(
        server
            .get(&format!("/v1/interactions/{id}?include_input=True"))
            .await
            .ok(),
        expected
    );

    for input in [
        json!([{ "type": "text", "text": "a" }, { "type": "text", "text": "b" }]),
        json!([
            { "type": "user_input", "content": [{ "type": "text", "text": "a" }] },
            { "type": "model_output", "content": [{ "type": "text", "text": "b" }] },
            { "type": "user_input", "content": [{ "type": "text", "text": "c" }] },
        ]),
    ] {
        let (id, _) = one(&server, &json!({ "model": "scripted", "input": input })).await;
        assert_eq!(
            server
                .get(&format!("/v1/interactions/{id}?include_input=true"))
                .await
                .ok()["input"],
            input
        );
    }
}

#[tokio::test]
async fn thoughts_are_sealed_and_shown_on_request_only() {
    let server = TestServer::start().await;
    for (summaries, shown) in [(json!(null), false), (json!("none"), false), (json!("auto"), true)] {
        let config = json!({ "thinking_summaries": summaries });
        let (id, post) = one(
            &server,
            &json!({ "model": "scripted", "input": "hi", "generation_config": config }),
        )
        .await;
        let thought = &post["steps"][0];
        assert!(
            thought["signature"].as_str().is_some_and(|text| text.len() > 20),
            "{thought}"
        );
        let summary = shown.then(|| json!([{ "type": "text", "text": "hm" }]));
        assert_eq!(thought.get("summary"), summary.as_ref());
        assert_eq!(
            server
                .get(&format!("/v1/interactions/{id}"))
                .await
                .text
                .contains("\"hm\""),
            shown
        );
    }
}

#[tokio::test]
async fn parameters_are_checked() {
    let server = TestServer::start().await;
    let (id, _) = one(&server, &json!({ "model": "scripted", "input": "hi" })).await;
    server
        .get(&format!(
            "/v1/interactions/{id}?fields=*&stream=&$alt=json&prettyPrint=false&key=local"
        ))
        .await
        .ok();
    for (query, says) in [
        ("fields=status", "fields"),
        (
            "foo=1",
            "foo: unknown parameter `foo`; known here: stream, last_event_id",
        ),
        ("steam=true", "steam: unknown parameter `steam`, did you mean `stream`?"),
        ("stream=true&stream=false", "stream: is there twice"),
        ("stream=maybe", "maybe"),
        ("include_input=2", "2"),
        ("stream=true&last_event_id=nonsense", "last_event_id"),
        ("stream=true&last_event_id=p1.s0.7", "last_event_id"),
        ("stream=true&last_event_id=p1.s7.0", "last_event_id"),
        ("stream=true&last_event_id=g1.s4294967295.4294967295", "last_event_id"),
        ("stream=true&last_event_id=p9.s0.0", "last_event_id"),
        ("stream=true&last_event_id=p1.%C3%A9", "last_event_id"),
        ("stream=true&last_event_id=%F0%9F%98%80", "last_event_id"),
        ("stream=true&last_event_id=p1.", "last_event_id"),
    ] {
        let (status, code, message) = server.get(&format!("/v1/interactions/{id}?{query}")).await.error();
        assert_eq!((status, code.as_str()), (400, "invalid_request"), "{query}: {message}");
        assert!(message.contains(says), "{query}: {message}");
    }
    // Where there are none, too.
    let reply = server.send(server.request(Method::DELETE, &format!("/v1/interactions/{id}?force=true")));
    assert_eq!(
        reply.await.error().2,
        "force: unknown parameter `force`; there is none here"
    );
    // An empty id asks for the beginning.
    assert_eq!(
        server.replay(&id, Some("")).await.rest().await.len(),
        server.replay(&id, None).await.rest().await.len()
    );
}

#[tokio::test]
async fn what_is_deleted_is_gone() {
    for setup in [ServerSetup::default(), ServerSetup::default().sqlite()] {
        let server = setup.start().await;
        let (id, _) = one(&server, &json!({ "model": "scripted", "input": "hi" })).await;
        let path = format!("/v1/interactions/{id}");
        let reply = server.send(server.request(Method::DELETE, &path)).await;
        assert_eq!((reply.status, reply.text.as_str()), (200, "{}"));
        for method in [Method::GET, Method::DELETE] {
            let (status, code, message) = server.send(server.request(method, &path)).await.error();
            assert_eq!((status, code.as_str()), (404, "not_found"));
            assert!(message.contains(&id), "{message}");
        }
        assert_eq!(
            server
                .send(server.request(Method::POST, &format!("{path}/cancel")))
                .await
                .error()
                .0,
            404
        );
    }
}

#[tokio::test]
async fn deleting_a_background_run_ends_it() {
    let server = TestServer::start().await;
    let gate = Gate::new();
    server.engine.push(Script::new().text("so far").gate(&gate));
    let body = json!({ "model": "scripted", "input": "hi", "background": true, "stream": true });
    let mut stream = server.stream(&body).await;
    let id = id_of(&stream.next().await.unwrap());
    gate.reached().await;
    let path = format!("/v1/interactions/{id}");
    server.send(server.request(Method::DELETE, &path)).await.ok();
    assert_eq!(server.get(&path).await.error().0, 404);
    assert_eq!(server.engine.call(0).await.over().await, CallState::Dropped);
    // Who reads along still hears that it is over.
    let events = stream.rest().await;
    assert_eq!(events.last().unwrap().type_name(), "interaction.completed");
    assert_eq!(server.get(&path).await.error().0, 404);
}

#[tokio::test]
async fn a_foreground_run_that_is_deleted_goes_on_for_its_client() {
    let server = TestServer::start().await;
    let gate = Gate::new();
    server.engine.push(Script::new().text("a").gate(&gate).text("b"));
    let mut stream = server
        .stream(&json!({ "model": "scripted", "input": "hi", "stream": true }))
        .await;
    let id = id_of(&stream.next().await.unwrap());
    gate.reached().await;
    let path = format!("/v1/interactions/{id}");
    server.send(server.request(Method::DELETE, &path)).await.ok();
    gate.open();
    let end = serde_json::to_value(stream.rest().await.last().unwrap()).unwrap();
    assert_eq!(end["interaction"]["status"], "completed");
    assert_eq!(server.get(&path).await.error().0, 404);
}
