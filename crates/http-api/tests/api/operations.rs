//! What operators and newcomers ask for: `/`, health, metrics, `openapi.json`; and paths that are none.

use std::sync::Arc;

use antiphon_testkit::{Script, ScriptedEngine, ServerSetup, TestServer, scripted_model};
use http::Method;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};

#[tokio::test]
async fn the_page_shows_models_and_snippets_and_escapes_what_it_shows() {
    let mut model = scripted_model("<script>alert(1)</script>");
    model.description = "\"quoted\" & 'single'".to_owned();
    let server = ServerSetup {
        engine: ScriptedEngine::with_models(vec![model]),
        ..Default::default()
    }
    .start()
    .await;
    let reply = server
        .send(server.request(Method::GET, "/").header("host", "localhost:1\"><b>"))
        .await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    for raw in ["<script>", "<b>", "\"quoted\"", "'single'"] {
        assert!(!reply.text.contains(raw), "{raw} is not escaped");
    }
    assert!(reply.text.contains("&lt;script&gt;") && reply.text.contains("GEMINI_API_KEY=local"));
    let without = ServerSetup {
        without_models: true,
        ..Default::default()
    }
    .start()
    .await;
    assert!(without.get("/").await.text.contains("--upstream URL"));
}

#[tokio::test]
async fn health_is_told() {
    let server = ServerSetup::default().sqlite().start().await;
    assert_eq!(server.get("/healthz").await.ok(), json!({ "status": "ok" }));
    assert_eq!(server.get("/readyz").await.ok(), json!({ "status": "ready" }));
}

#[tokio::test]
async fn requests_are_counted_by_route_and_never_with_their_query() {
    let recorder = PrometheusBuilder::new().install_recorder().unwrap();
    let server = ServerSetup {
        metrics: Arc::new(move || recorder.render()),
        ..Default::default()
    }
    .start()
    .await;
    server.engine.push(Script::reply("fine"));
    server.create(&json!({ "model": "scripted", "input": "hi" })).await.ok();
    server.get("/v1/interactions/v1_none?key=sk-secret").await.error();
    let metrics = server.get("/metrics").await;
    assert!(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
    for line in [
        r#"antiphon_http_requests_total{method="POST",route="/v1/interactions",status="200"} 1"#,
        r#"antiphon_http_requests_total{method="GET",route="/v1/interactions/{id}",status="404"} 1"#,
        "antiphon_runs_in_progress 0",
    ] {
        assert!(
            metrics.text.lines().any(|found| found == line),
            "{line} is not in\n{}",
            metrics.text
        );
    }
    assert!(!metrics.text.contains("sk-secret"));
}

#[tokio::test]
async fn replies_carry_a_request_id() {
    let server = TestServer::start().await;
    let reply = |id: String| server.send(server.request(Method::GET, "/healthz").header("x-request-id", id));
    assert_eq!(reply("mine-1".to_owned()).await.header("x-request-id"), "mine-1");
    for strange in ["with space".to_owned(), "x".repeat(65), String::new()] {
        let given = reply(strange.clone()).await;
        assert!(given.header("x-request-id").starts_with('r') && given.header("x-request-id") != strange);
    }
}

/// Every route, with an id that does not exist.
const ROUTES: [(&str, &str); 18] = [
    ("post", "/interactions"),
    ("get", "/interactions/{id}"),
    ("delete", "/interactions/{id}"),
    ("post", "/interactions/{id}/cancel"),
    ("get", "/models"),
    ("get", "/models/{id}"),
    ("post", "/webhooks"),
    ("get", "/webhooks"),
    ("get", "/webhooks/{id}"),
    ("patch", "/webhooks/{id}"),
    ("delete", "/webhooks/{id}"),
    ("post", "/webhooks/{id}:ping"),
    ("post", "/webhooks/{id}:rotateSigningSecret"),
    ("post", "/webhooks/{id}/rotate_secret"),
    ("get", "/webhooks/{id}/deliveries"),
    ("get", "/healthz"),
    ("get", "/metrics"),
    ("get", "/.well-known/jwks.json"),
];

#[tokio::test]
async fn the_description_covers_the_routes_and_every_reference_is_there() {
    let server = TestServer::start().await;
    let reply = server.get("/openapi.json").await;
    let document = reply.ok();
    assert_eq!(document["openapi"], "3.1.0");
    for (method, path) in ROUTES {
        let versioned = !matches!(path, "/healthz" | "/metrics" | "/.well-known/jwks.json");
        let versions: &[&str] = if versioned {
            &["/v1", "/v1beta", "/v1alpha"]
        } else {
            &[""]
        };
        for version in versions {
            let described = &document["paths"][format!("{version}{path}")][method];
            assert!(
                described["responses"]["200"].is_object(),
                "{method} {version}{path} is not described"
            );
            let asked = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let status = server
                .send(server.request(asked, &format!("{version}{path}")))
                .await
                .status;
            assert_ne!(status, 405, "{method} {version}{path} is described and not routed");
        }
    }
    let mut references = Vec::new();
    find_references(&document, &mut references);
    assert!(references.len() > 20);
    for reference in references {
        assert!(
            document.pointer(&reference[1..]).is_some(),
            "{reference} points nowhere"
        );
    }
}

fn find_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| find_references(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| find_references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn paths_and_methods_that_are_none_are_told_in_the_documented_form() {
    let server = TestServer::start().await;
    assert_eq!(server.get("/v2/interactions").await.error().0, 404);
    for (method, path, allowed) in [
        (Method::GET, "/v1/interactions", "POST"),
        (Method::PUT, "/v1/interactions", "POST"),
        (Method::PATCH, "/v1/interactions/v1_a", "DELETE,POST,GET,HEAD"),
        (Method::GET, "/v1/interactions/v1_a/cancel", "POST"),
        (Method::POST, "/v1/interactions/v1_a", "GET,HEAD,DELETE"),
        (Method::POST, "/healthz", "GET,HEAD"),
    ] {
        let reply = server.send(server.request(method.clone(), path)).await;
        let (status, _, message) = reply.error();
        assert_eq!((status, reply.header("allow")), (405, allowed), "{method} {path}");
        assert!(
            message.ends_with(&format!("it takes {}", allowed.replace(',', ", "))),
            "{message}"
        );
        assert_ne!(reply.header("x-request-id"), "");
    }
}
