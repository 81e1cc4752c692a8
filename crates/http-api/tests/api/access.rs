//! Who may call: keys and their projects, and without keys this machine only.

use std::time::Duration;

use antiphon_http_api::Reach;
use antiphon_testkit::{CallState, Gate, Reply, Script, ServerSetup, TestServer};
use http::Method;
use serde_json::json;

use crate::create::pass;

async fn asked(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Reply {
    let request = headers
        .iter()
        .fold(server.request(Method::GET, path), |request, (name, value)| {
            request.header(*name, *value)
        });
    server.send(request).await
}

#[tokio::test]
async fn a_key_is_taken_in_three_places_and_no_other_is() {
    let server = TestServer::start().await;
    server.add_key("one", "sk-one", "p1").await;
    for headers in [
        vec![("x-goog-api-key", "sk-one")],
        vec![("authorization", "Bearer sk-one")],
        vec![("authorization", "bearer  sk-one")],
        vec![
            ("x-goog-api-key", "sk-one"),
            ("host", "example.com"),
            ("origin", "https://example.com"),
        ],
    ] {
        assert_eq!(asked(&server, "/v1/models", &headers).await.status, 200, "{headers:?}");
    }
    assert_eq!(asked(&server, "/v1/models?alt=sse&key=sk-one", &[]).await.status, 200);
    for (path, headers) in [
        ("/v1/models", vec![]),
        ("/v1/models", vec![("x-goog-api-key", "sk-two")]),
        ("/v1/models", vec![("x-goog-api-key", "")]),
        ("/v1/models", vec![("authorization", "Basic sk-one")]),
        ("/v1/models?key=sk-two", vec![]),
        ("/v1/models/scripted", vec![]),
        ("/v1/interactions/v1_a", vec![]),
    ] {
        let (status, code, _) = asked(&server, path, &headers).await.error();
        assert_eq!((status, code.as_str()), (401, "authentication"), "{path} {headers:?}");
    }
    let body = json!({ "model": "scripted", "input": "hi", "stream": true });
    assert_eq!(server.create(&body).await.error().0, 401);
    assert!(server.engine.calls().is_empty());
    // The page says so, and its snippets work once the key is filled in.
    let page = server.get("/").await.text;
    for part in [
        "<li>this server needs a key",
        "GEMINI_API_KEY=YOUR_KEY",
        "-H 'x-goog-api-key: YOUR_KEY'",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    assert!(
        !page.contains("class=\"failure\"") && !page.contains("scripted"),
        "{page}"
    );
    // What says nothing of anybody's needs no key.
    for path in ["/healthz", "/readyz", "/openapi.json", "/"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_revoked_key_is_refused() {
    let server = TestServer::start().await;
    server.add_key("one", "sk-one", "p1").await;
    server.add_key("two", "sk-two", "p1").await;
    let key = [("x-goog-api-key", "sk-one")];
    assert_eq!(asked(&server, "/v1/models", &key).await.status, 200);
    server.store.revoke_key("one".to_owned()).await.unwrap();
    pass(Duration::from_secs(1)).await;
    assert_eq!(asked(&server, "/v1/models", &key).await.error().0, 401);
}

#[tokio::test]
async fn what_is_another_projects_does_not_exist() {
    let server = ServerSetup::default().sqlite().start().await;
    server.add_key("one", "sk-one", "p1").await;
    server.add_key("two", "sk-two", "p2").await;
    server.add_key("three", "sk-three", "p1").await;
    let post = |key: &str, body: serde_json::Value| {
        server.send(
            server
                .request(Method::POST, "/v1/interactions")
                .header("x-goog-api-key", key)
                .json(&body),
        )
    };
    server.engine.push(Script::new().thought("hm").text("mine"));
    let first = post("sk-one", json!({ "model": "scripted", "input": "hi" })).await.ok();
    let id = first["id"].as_str().unwrap();
    let path = format!("/v1/interactions/{id}");
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::GET, format!("{path}?stream=true")),
        (Method::POST, format!("{path}/cancel")),
        (Method::DELETE, path.clone()),
    ] {
        let request = server.request(method, &path).header("x-goog-api-key", "sk-two");
        let (status, code, message) = server.send(request).await.error();
        assert_eq!((status, code.as_str()), (404, "not_found"), "{path}");
        assert!(!message.contains("mine"), "{message}");
    }
    let on = json!({ "model": "scripted", "input": "on", "previous_interaction_id": id });
    assert_eq!(post("sk-two", on.clone()).await.error().0, 404);
    // Nor do its thoughts open.
    let resent = json!({ "model": "scripted", "input": [first["steps"][0], { "type": "user_input", "content": [{ "type": "text", "text": "a" }] }] });
    assert_eq!(post("sk-two", resent).await.error().1, "missing_thought_signature");
    // Nor is a run that is under way any business of theirs.
    let gate = Gate::new();
    server.engine.push(Script::new().text("still mine").gate(&gate));
    let body = json!({ "model": "scripted", "input": "hi", "background": true });
    let running = post("sk-one", body).await.ok()["id"].as_str().unwrap().to_owned();
    gate.reached().await;
    let path_of_run = format!("/v1/interactions/{running}");
    for (method, path) in [
        (Method::GET, path_of_run.clone()),
        (Method::GET, format!("{path_of_run}?stream=true")),
        (Method::POST, format!("{path_of_run}:cancel")),
        (Method::DELETE, path_of_run.clone()),
    ] {
        let request = server.request(method, &path).header("x-goog-api-key", "sk-two");
        assert_eq!(server.send(request).await.error().0, 404, "{path}");
    }
    assert_eq!(server.engine.call(1).await.state(), CallState::Running);
    gate.open();
    assert_eq!(server.engine.call(1).await.over().await, CallState::Ended);
    // A second key of the same project sees it.
    server.engine.push(Script::reply("fine"));
    post("sk-three", on).await.ok();
    assert_eq!(
        asked(&server, &path, &[("x-goog-api-key", "sk-three")]).await.status,
        200
    );
}

#[tokio::test]
async fn without_keys_only_this_machine_is_answered() {
    let setup = ServerSetup {
        origins: vec!["https://app.example".to_owned()],
        ..Default::default()
    };
    let server = setup.start().await;
    for headers in [
        vec![],
        vec![("x-goog-api-key", "anything")],
        vec![("host", "localhost:8080")],
        vec![("host", "[::1]:8080")],
        vec![("origin", "http://localhost:5173")],
        vec![("origin", "https://app.example")],
    ] {
        assert_eq!(asked(&server, "/v1/models", &headers).await.status, 200, "{headers:?}");
    }
    for headers in [
        vec![("host", "rebound.example")],
        vec![("host", "localhost.example.com")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
        vec![("origin", "https://app.example.evil.example")],
        vec![("host", "192.168.0.1:8080"), ("origin", "http://localhost")],
    ] {
        let (status, code, _) = asked(&server, "/v1/models", &headers).await.error();
        assert_eq!((status, code.as_str()), (403, "permission_denied"), "{headers:?}");
    }
}

#[tokio::test]
async fn pages_of_allowed_origins_may_call() {
    let server = TestServer::start().await;
    let preflight = |origin: &'static str| {
        let request = server
            .request(Method::OPTIONS, "/v1beta/interactions")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "content-type,x-goog-api-client,x-goog-api-key",
            );
        server.send(request)
    };
    let allowed = preflight("http://localhost:5173").await;
    assert_eq!(allowed.status, 200);
    assert_eq!(allowed.header("access-control-allow-origin"), "http://localhost:5173");
    assert_eq!(
        allowed.header("access-control-allow-headers"),
        "content-type,x-goog-api-client,x-goog-api-key"
    );
    assert!(allowed.header("access-control-allow-methods").contains("POST"));
    assert_eq!(
        preflight("https://evil.example")
            .await
            .header("access-control-allow-origin"),
        ""
    );
    // An error is readable for the page, too.
    let refused = asked(
        &server,
        "/v1/interactions/v1_none",
        &[("origin", "http://localhost:5173")],
    )
    .await;
    assert_eq!(
        (refused.status, refused.header("access-control-allow-origin")),
        (404, "http://localhost:5173")
    );
}

#[tokio::test]
async fn beyond_loopback_a_key_is_needed_even_when_there_is_none() {
    let setup = ServerSetup {
        reach: Reach::Beyond,
        ..Default::default()
    };
    let server = setup.start().await;
    for headers in [
        vec![],
        vec![("host", "localhost")],
        vec![("x-goog-api-key", "anything")],
    ] {
        let (status, code, _) = asked(&server, "/v1/models", &headers).await.error();
        assert_eq!((status, code.as_str()), (401, "authentication"), "{headers:?}");
    }
}
