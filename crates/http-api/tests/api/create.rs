//! `POST /{version}/interactions`, unary.

use std::time::Duration;

use antiphon_model_engine::{Error, FinishReason, ModelUsage};
use antiphon_testkit::{CallState, Gate, Script, ServerSetup, TestServer};
use antiphon_turn_engine::Limits;
use http::Method;
use serde_json::{Value, json};

fn hi() -> Value {
    json!({ "model": "scripted", "input": "hi" })
}

#[tokio::test]
async fn a_reply_has_the_documented_form_under_every_version() {
    let server = TestServer::start().await;
    for version in ["v1", "v1beta", "v1alpha"] {
        let usage = ModelUsage {
            input_tokens: 7,
            cached_tokens: 3,
            output_tokens: 2,
            thought_tokens: 1,
        };
        server.engine.push(Script::new().text("Hel").text("lo").usage(usage));
        let request = server
            .request(Method::POST, &format!("/{version}/interactions?alt=sse"))
            .header("api-revision", "2026-05-20")
            .json(&json!({ "model": "gemini-3-flash", "input": "hi", "service_tier": "priority" }));
        let reply = server.send(request).await;
        let mut body = reply.ok();
        assert_eq!(reply.header("content-type"), "application/json");
        assert_eq!(reply.header("x-gemini-service-tier"), "standard");
        let id = body.as_object_mut().unwrap().remove("id").unwrap();
        assert!(id.as_str().unwrap().starts_with("v1_Ch"), "{id}");
        assert_eq!(
            body,
            json!({
                "object": "interaction",
                "model": "gemini-3-flash",
                "status": "completed",
                "created": "2026-01-02T03:04:05Z",
                "updated": "2026-01-02T03:04:05Z",
                "steps": [{ "type": "model_output", "content": [{ "type": "text", "text": "Hello" }] }],
                "usage": {
                    "total_input_tokens": 7, "total_output_tokens": 2, "total_thought_tokens": 1, "total_cached_tokens": 3,
                    "total_tool_use_tokens": 0, "total_tokens": 10,
                    "input_tokens_by_modality": [{ "modality": "text", "tokens": 7 }],
                    "output_tokens_by_modality": [{ "modality": "text", "tokens": 2 }],
                    "cached_tokens_by_modality": [{ "modality": "text", "tokens": 3 }],
                },
                "service_tier": "standard",
            })
        );
    }
}

#[tokio::test]
async fn settings_reach_the_model_and_are_echoed() {
    let server = TestServer::start().await;
    server.engine.push(Script::reply("{}"));
    let settings = json!({
        "system_instruction": "be brief",
        "tools": [{ "type": "function", "name": "f", "description": "does", "parameters": { "type": "object", "minLength": 3 } }],
        "generation_config": {
            "max_output_tokens": 9, "seed": -4, "stop_sequences": ["END"], "thinking_level": "low", "temperature": 0.5, "top_p": 0.9,
        },
        "response_format": { "type": "text", "mime_type": "application/json", "schema": { "type": "OBJECT" } },
        "labels": { "team": "a" },
        "safety_settings": [{ "type": "jailbreak", "threshold": "off" }],
    });
    let mut body = settings.clone();
    body["model"] = "models/scripted".into();
    body["input"] = json!([{ "type": "text", "text": "a" }, { "type": "text", "text": "b" }]);
    let reply = server.create(&body).await.ok();
    for (name, value) in settings.as_object().unwrap() {
        assert_eq!(reply[name], *value, "{name}");
    }
    // Keywords that the API documents as ignored never reach a model.
    assert_eq!(
        server.engine.render(),
        "model scripted\nsystem be brief\nfunction f does {\"type\":\"object\"}\ntools validated\n\
         format schema {\"type\":\"object\"}\nthinking low\n\
         sampling temperature=0.5 top_p=0.9 seed=-4 stop=[\"END\"] max_output_tokens=9\nuser a | b\n"
    );
}

#[tokio::test]
async fn a_failure_before_any_output_is_an_http_error_and_stores_nothing() {
    let server = TestServer::start().await;
    let unavailable = || Error::Unavailable {
        message: "the upstream is down".to_owned(),
        source: None,
    };
    for (error, status, code) in [
        (unavailable(), 503, "service_unavailable"),
        (
            Error::Rejected {
                message: "no".to_owned(),
            },
            400,
            "invalid_request",
        ),
        (
            Error::PromptTooLong {
                model: "m".to_owned(),
                prompt_tokens: 9,
                limit: 8,
            },
            400,
            "invalid_request",
        ),
        (
            Error::TimedOut {
                what: "the first byte",
                after: Duration::from_secs(3),
            },
            504,
            "gateway_timeout",
        ),
    ] {
        for stream in [false, true] {
            let again = match &error {
                Error::Unavailable { .. } => unavailable(),
                Error::Rejected { message } => Error::Rejected {
                    message: message.clone(),
                },
                Error::PromptTooLong { .. } => Error::PromptTooLong {
                    model: "m".to_owned(),
                    prompt_tokens: 9,
                    limit: 8,
                },
                _ => Error::TimedOut {
                    what: "the first byte",
                    after: Duration::from_secs(3),
                },
            };
            server.engine.push(Script::new().fail(again));
            let mut body = hi();
            body["stream"] = stream.into();
            let (got, name, message) = server.create(&body).await.error();
            assert_eq!((got, name.as_str()), (status, code), "{message}");
        }
    }
    // Begun, but nothing said yet.
    server.engine.push(Script::new().started().cut());
    assert_eq!(server.create(&hi()).await.error().0, 500);
    assert!(server.store.orphans(jiff::Timestamp::MAX, 10).await.unwrap().is_empty());
    let overloaded = Error::Overloaded {
        message: "the queue is full".to_owned(),
        retry_after: Some(Duration::from_secs(7)),
    };
    server.engine.push(Script::new().fail(overloaded));
    let reply = server.create(&hi()).await;
    assert_eq!((reply.error().0, reply.header("retry-after")), (429, "7"));

    let (status, code, message) = server
        .create(&json!({ "model": "unheard-of", "input": "hi" }))
        .await
        .error();
    assert_eq!((status, code.as_str()), (404, "model_not_found"));
    assert!(message.contains("unheard-of"), "{message}");
}

#[tokio::test]
async fn a_failure_after_some_output_is_a_failed_interaction_with_its_steps() {
    let server = TestServer::start().await;
    server.engine.push(
        Script::new()
            .thought("hm")
            .text("so far")
            .error_object("the upstream tripped", "500"),
    );
    let reply = server.create(&hi()).await.ok();
    assert_eq!(reply["status"], "failed");
    assert_eq!(reply["steps"][1]["content"][0]["text"], "so far");
    assert_eq!(
        reply["errors"],
        json!([{ "code": "api_error", "message": "the upstream tripped" }])
    );
    let get = server
        .get(&format!("/v1/interactions/{}", reply["id"].as_str().unwrap()))
        .await
        .ok();
    assert_eq!((&get["status"], &get["errors"]), (&reply["status"], &reply["errors"]));
    assert_eq!(get["steps"][2], reply["steps"][1]);
}

#[tokio::test]
async fn a_token_limit_leaves_the_partial_text() {
    let server = TestServer::start().await;
    server.engine.push(
        Script::new()
            .text("cut of")
            .tool_call("c", "f", json!({}))
            .finish(FinishReason::Length),
    );
    let mut body = hi();
    body["tools"] = json!([{ "type": "function", "name": "f" }]);
    body["generation_config"] = json!({ "max_output_tokens": 2 });
    let reply = server.create(&body).await.ok();
    assert_eq!(reply["status"], "incomplete");
    assert_eq!(
        reply["steps"],
        json!([{ "type": "model_output", "content": [{ "type": "text", "text": "cut of" }] }])
    );
    assert_eq!(reply.get("errors"), None);

    server
        .engine
        .push(Script::new().text("bl").finish(FinishReason::ContentFilter));
    let reply = server.create(&hi()).await.ok();
    assert_eq!(
        (&reply["status"], &reply["errors"][0]["code"]),
        (&json!("failed"), &json!("content_blocked"))
    );
}

#[tokio::test]
async fn unstored_interactions_are_gone_with_their_reply() {
    let server = TestServer::start().await;
    server.engine.push(Script::reply("fine"));
    let mut body = hi();
    body["store"] = false.into();
    let reply = server.create(&body).await.ok();
    let id = reply["id"].as_str().unwrap();
    assert_eq!(
        server.get(&format!("/v1/interactions/{id}")).await.error().1,
        "not_found"
    );
    assert_eq!(
        server
            .get(&format!("/v1/interactions/{id}?stream=true"))
            .await
            .error()
            .0,
        404
    );
}

#[tokio::test]
async fn a_client_that_goes_away_cancels_the_call_and_the_steps_so_far_stay() {
    let server = TestServer::start().await;
    let gate = Gate::new();
    server
        .engine
        .push(Script::new().thought("hm").text("so far").gate(&gate).text("never"));
    let body = hi();
    let request = server.create(&body);
    {
        tokio::pin!(request);
        tokio::select! {
            reply = &mut request => panic!("{reply:?}"),
            () = gate.reached() => {}
        }
    }
    let call = server.engine.call(0).await;
    assert_eq!(call.over().await, CallState::Dropped);
}

/// Moves tokio's time; the runtime's timers see it at once.
pub async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn deadlines_end_runs() {
    let limits = Limits {
        run: Duration::from_secs(3600),
        model_call: Duration::from_secs(1800),
        ..Limits::default()
    };
    for (limits, what, passes) in [
        (limits, "the model's answer took longer than the 1800s", 1801),
        (
            Limits {
                run: Duration::from_secs(60),
                ..limits
            },
            "the run took longer than the 60s",
            61,
        ),
    ] {
        let server = ServerSetup {
            limits,
            ..Default::default()
        }
        .start()
        .await;
        // Nothing said: an HTTP error.
        let gate = Gate::new();
        server.engine.push(Script::new().started().gate(&gate));
        let late = async {
            gate.reached().await;
            pass(Duration::from_secs(passes)).await;
        };
        let body = hi();
        let (reply, ()) = tokio::join!(server.create(&body), late);
        let (status, code, message) = reply.error();
        assert_eq!((status, code.as_str()), (504, "deadline_exceeded"));
        assert!(message.contains(what), "{message}");
        assert_eq!(server.engine.call(0).await.over().await, CallState::Dropped);

        // Something said: a failed interaction.
        let gate = Gate::new();
        server.engine.push(Script::new().text("so far").gate(&gate));
        let late = async {
            gate.reached().await;
            pass(Duration::from_secs(passes)).await;
        };
        let (reply, ()) = tokio::join!(server.create(&body), late);
        let reply = reply.ok();
        assert_eq!(
            (&reply["status"], &reply["errors"][0]["code"]),
            (&json!("failed"), &json!("deadline_exceeded"))
        );
        assert_eq!(reply["steps"][0]["content"][0]["text"], "so far");
    }
}

#[tokio::test]
async fn a_server_that_stops_takes_no_more_runs_and_ends_those_under_way() {
    let server = TestServer::start().await;
    let gate = Gate::new();
    server.engine.push(Script::new().text("so far").gate(&gate));
    let mut stream = server
        .stream(&json!({ "model": "scripted", "input": "hi", "stream": true }))
        .await;
    gate.reached().await;
    let stop = server.turns.shut_down(Duration::ZERO);
    let (events, ()) = tokio::join!(stream.rest(), stop);
    let told: Vec<Value> = events[events.len() - 2..]
        .iter()
        .map(|event| serde_json::to_value(event).unwrap())
        .collect();
    assert_eq!(
        (&told[0]["event_type"], &told[0]["error"]["code"]),
        (&json!("error"), &json!("service_unavailable"))
    );
    assert_eq!(told[1]["interaction"]["status"], "failed");
    let reply = server.create(&hi()).await;
    assert_eq!(
        (reply.error().0, reply.error().1.as_str()),
        (503, "service_unavailable")
    );
    assert_eq!(reply.header("retry-after"), "1");
    // What was acknowledged is still there.
    let id = told[1]["interaction"]["id"].as_str().unwrap();
    assert_eq!(
        server.get(&format!("/v1/interactions/{id}")).await.ok()["steps"][1]["content"][0]["text"],
        "so far"
    );
}
