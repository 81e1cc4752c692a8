//! Limits and priorities of background runs, by project.

use antiphon_testkit::{Gate, Reply, Script, ServerSetup, TestServer};
use antiphon_turn_engine::{Limits, ProjectPolicy, Projects};
use http::Method;
use serde_json::json;

async fn ask(server: &TestServer, key: &str, text: &str) -> Reply {
    let body = json!({ "model": "scripted", "input": text, "background": true });
    let request = server.request(Method::POST, "/v1/interactions").json(&body);
    server.send(request.header("x-goog-api-key", key)).await
}

/// Three projects with a key of the same name.
async fn with_keys(setup: ServerSetup) -> TestServer {
    let server = setup.start().await;
    for project in ["plain", "hurried", "small"] {
        server.add_key(project, project, project).await;
    }
    server
}

#[tokio::test]
async fn a_project_with_too_many_unfinished_runs_is_told_when_to_come_back() {
    let server = with_keys(ServerSetup {
        limits: Limits {
            queued_per_project: Some(2),
            ..Limits::default()
        },
        projects: Projects::new([(
            "small".into(),
            ProjectPolicy {
                queued: Some(1),
                ..ProjectPolicy::default()
            },
        )]),
        ..ServerSetup::default().sqlite()
    })
    .await;
    let gate = Gate::new();
    for _ in 0..4 {
        server.engine.push(Script::new().gate(&gate).text("done"));
    }
    for key in ["plain", "plain", "small"] {
        ask(&server, key, "fits").await.ok();
    }
    for (key, limit) in [("plain", "2"), ("small", "1")] {
        let refused = ask(&server, key, "does not").await;
        assert_eq!((refused.status, refused.header("retry-after")), (429, "10"));
        let (_, code, message) = refused.error();
        assert!(
            code == "rate_limit_exceeded" && message.contains(limit),
            "{code}: {message}"
        );
    }
    // One project's limit is nobody else's.
    ask(&server, "hurried", "fits").await.ok();
    gate.open();
}

#[tokio::test]
async fn a_projects_priority_decides_what_waits_longer() {
    let mut setup = ServerSetup::default().sqlite();
    setup.jobs.concurrency = 1;
    setup.projects = Projects::new([(
        "hurried".into(),
        ProjectPolicy {
            priority: 5,
            ..ProjectPolicy::default()
        },
    )]);
    let server = with_keys(setup).await;
    let gate = Gate::new();
    server.engine.push(Script::new().gate(&gate).text("first"));
    for _ in 0..3 {
        server.engine.push(Script::reply("next"));
    }
    ask(&server, "plain", "first").await.ok();
    gate.reached().await;
    for (key, text) in [("plain", "second"), ("small", "third"), ("hurried", "at once")] {
        assert_eq!(ask(&server, key, text).await.ok()["status"], "queued");
    }
    gate.open();
    server.engine.call(3).await.over().await;
    let rendered = server.engine.render();
    let place = |text: &str| rendered.find(text).unwrap();
    assert!(
        place("first") < place("at once") && place("at once") < place("second").min(place("third")),
        "{rendered}"
    );
}

#[tokio::test]
async fn a_project_runs_no_more_at_once_than_it_may() {
    let mut setup = ServerSetup::default().sqlite();
    setup.jobs.per_project = Some(1);
    let server = with_keys(setup).await;
    let (first, other) = (Gate::new(), Gate::new());
    server.engine.push(Script::new().gate(&first).text("done"));
    server.engine.push(Script::new().gate(&other).text("done"));
    server.engine.push(Script::reply("done"));
    ask(&server, "plain", "first").await.ok();
    first.reached().await;
    let second = ask(&server, "plain", "second").await.ok();
    // Another project's run begins behind it and overtakes it.
    ask(&server, "small", "other").await.ok();
    other.reached().await;
    let path = format!("/v1/interactions/{}", second["id"].as_str().unwrap());
    let get = || server.send(server.request(Method::GET, &path).header("x-goog-api-key", "plain"));
    assert_eq!(get().await.ok()["status"], "queued");
    first.open();
    server.engine.call(2).await.over().await;
    other.open();
    assert!(server.engine.render().find("other") < server.engine.render().find("second"));
}
