//! The model list.

use std::time::Duration;

use antiphon_model_engine::openai::{Config, OpenAiEngine};
use antiphon_model_engine::{Error, ModelEngine};
use antiphon_testkit::{FakeUpstream, Gate, Refusal, Script, unused_address};
use futures::join;
use serde_json::json;

use crate::support::{ManualTimer, engine, good, impatient, question, timed, upstream};

async fn names(engine: &OpenAiEngine) -> Vec<String> {
    engine
        .models()
        .await
        .unwrap()
        .into_iter()
        .map(|model| model.name)
        .collect()
}

#[tokio::test]
async fn the_list_is_the_servers_with_the_configured_default_first() {
    let upstream = upstream().await;
    upstream
        .serve_model_list(json!({ "data": [{ "id": "a", "max_model_len": 4096 }, { "id": "b" }, { "id": "a" }, {}] }));
    let models = engine(&upstream).models().await.unwrap();
    let seen: Vec<_> = models
        .iter()
        .map(|model| (model.name.as_str(), model.input_token_limit))
        .collect();
    assert_eq!(seen, [("a", Some(4096)), ("b", None)]);

    let mut config = Config {
        default_model: Some("b".to_owned()),
        ..Config::new(format!("{}/v1/", upstream.url()))
    };
    config.image_models = vec!["b*".to_owned()];
    let models = OpenAiEngine::new(config).unwrap().models().await.unwrap();
    let seen: Vec<_> = models
        .iter()
        .map(|model| (model.name.as_str(), model.capabilities.image_input))
        .collect();
    assert_eq!(seen, [("b", true), ("a", false)]);
}

#[tokio::test]
async fn the_list_is_fetched_once_and_renewed_behind_the_callers_back() {
    let upstream = upstream().await;
    let (engine, timer) = timed(&upstream);
    let first = join!(engine.models(), engine.models());
    assert!(first.0.is_ok() && first.1.is_ok());
    upstream.push(Script::reply("a"));
    good(&engine, question()).await;
    assert_eq!(upstream.model_list_requests(), 1);

    // Past its time the old list is given at once, while the new one is held back.
    let gate = Gate::new();
    upstream.serve_models(&["newer"]);
    upstream.hold_models(&gate);
    timer.advance(Config::new("").models_ttl);
    assert_eq!(names(&engine).await, ["fake-model"]);
    gate.reached().await;
    assert_eq!(names(&engine).await, ["fake-model"]);
    assert_eq!(upstream.model_list_requests(), 2);
    gate.open();
    until(async || names(&engine).await == ["newer"]).await;
}

#[tokio::test]
async fn a_list_that_cannot_be_had_leaves_the_default_model() {
    let config = Config::new(format!("http://{}", unused_address().unwrap()));
    let with_default = Config {
        default_model: Some("mine".to_owned()),
        ..config.clone()
    };
    let (engine, _) = patient(config);
    assert!(matches!(engine.models().await, Err(Error::Unavailable { .. })));
    let (engine, _) = patient(with_default);
    assert_eq!(names(&engine).await, ["mine"]);
}

#[tokio::test]
async fn a_failure_is_remembered_for_a_moment_and_the_server_asked_again_later() {
    let upstream = upstream().await;
    let (engine, timer) = timed(&upstream);
    upstream.refuse_models(Refusal::new(401, "no"));
    assert!(matches!(engine.models().await, Err(Error::Credentials { .. })));
    upstream.serve_models(&["back"]);
    assert!(engine.models().await.is_err());
    assert_eq!(upstream.model_list_requests(), 1);
    timer.advance(Duration::from_secs(5));
    assert_eq!(names(&engine).await, ["back"]);
    // An old list outlives a failure.
    upstream.refuse_models(Refusal::new(500, "no"));
    timer.advance(Config::new("").models_ttl);
    names(&engine).await;
    until(async || upstream.model_list_requests() == 3).await;
    assert_eq!(names(&engine).await, ["back"]);
}

#[tokio::test]
async fn a_list_that_does_not_come_times_out() {
    let upstream = upstream().await;
    upstream.hold_models(&Gate::new());
    let (engine, _) = impatient(Config::new(upstream.url()));
    assert!(matches!(engine.models().await, Err(Error::Unavailable { .. })));
}

#[tokio::test]
async fn what_is_no_list_is_an_error() {
    let upstream: FakeUpstream = upstream().await;
    upstream.serve_model_list(json!({ "detail": "hello" }));
    assert!(matches!(
        engine(&upstream).models().await,
        Err(Error::Unavailable { .. })
    ));
}

fn patient(config: Config) -> (OpenAiEngine, ManualTimer) {
    let timer = ManualTimer::new();
    (
        OpenAiEngine::with_timer(config, std::sync::Arc::new(timer.clone())).unwrap(),
        timer,
    )
}

/// Lets other tasks run until `condition` holds.
async fn until(condition: impl AsyncFn() -> bool) {
    while !condition().await {
        tokio::task::yield_now().await;
    }
}
