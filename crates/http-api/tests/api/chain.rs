//! Conversations: stored, branched, resent.

use antiphon_testkit::ScriptedEngine;
use antiphon_testkit::{Gate, Script, ServerSetup, TestServer, scripted_model};
use http::Method;
use serde_json::{Value, json};

async fn say(server: &TestServer, text: &str, answer: &str, more: Value) -> String {
    server.engine.push(Script::reply(answer));
    let mut body = json!({ "model": "scripted", "input": text });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let reply = server.create(&body).await.ok();
    assert_eq!(reply["steps"].as_array().unwrap().len(), 1, "only this turn's steps");
    reply["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn turns_follow_their_parent_and_carry_nothing_but_content() {
    let setup = ServerSetup {
        engine: ScriptedEngine::with_models(vec![scripted_model("scripted"), scripted_model("other")]),
        ..Default::default()
    };
    let server = setup.sqlite().start().await;
    let settings = json!({
        "system_instruction": "be brief",
        "tools": [{ "type": "function", "name": "f" }],
        "generation_config": { "temperature": 0 },
        "response_format": { "type": "text", "mime_type": "application/json" },
    });
    let first = say(&server, "one", "1", settings).await;
    let second = say(&server, "two", "2", json!({ "previous_interaction_id": first })).await;
    // A branch, by another model; and the first branch goes on, unstored.
    say(
        &server,
        "deux",
        "2",
        json!({ "previous_interaction_id": first, "model": "other" }),
    )
    .await;
    let unstored = say(
        &server,
        "three",
        "3",
        json!({ "previous_interaction_id": second, "store": false }),
    )
    .await;
    assert_eq!(
        server.engine.render(),
        "model scripted\nsystem be brief\nfunction f\ntools validated\nformat json\nsampling temperature=0\nuser one\n\n\
         model scripted\nuser one\nassistant 1\nuser two\n\n\
         model other\nuser one\nassistant 1\nuser deux\n\n\
         model scripted\nuser one\nassistant 1\nuser two\nassistant 2\nuser three\n"
    );
    let get = server.get(&format!("/v1/interactions/{second}")).await.ok();
    assert_eq!(get["previous_interaction_id"], json!(first));
    assert_eq!(get["steps"].as_array().unwrap().len(), 2);
    let (status, code, _) = server
        .create(&json!({ "model": "scripted", "input": "four", "previous_interaction_id": unstored }))
        .await
        .error();
    assert_eq!((status, code.as_str()), (404, "not_found"));
}

#[tokio::test]
async fn a_parent_must_be_there_and_be_over() {
    for setup in [ServerSetup::default(), ServerSetup::default().sqlite()] {
        let server = setup.start().await;
        let on = |parent: &str| json!({ "model": "scripted", "input": "hi", "previous_interaction_id": parent });
        let (status, code, message) = server.create(&on("v1_unheard-of")).await.error();
        assert_eq!((status, code.as_str()), (404, "not_found"));
        assert!(
            message.starts_with("previous_interaction_id: ") && message.contains("v1_unheard-of"),
            "{message}"
        );

        let gate = Gate::new();
        server.engine.push(Script::new().started().gate(&gate));
        let running = server
            .create(&json!({ "model": "scripted", "input": "hi", "background": true }))
            .await
            .ok();
        let running = running["id"].as_str().unwrap();
        let (status, code, message) = server.create(&on(running)).await.error();
        assert_eq!((status, code.as_str()), (400, "failed_precondition"));
        assert!(message.contains("still in progress"), "{message}");
        gate.open();

        // A deleted ancestor: its children stay readable, and nothing new grows below it.
        let root = say(&server, "one", "1", json!({})).await;
        let child = say(&server, "two", "2", json!({ "previous_interaction_id": root })).await;
        server
            .send(server.request(Method::DELETE, &format!("/v1/interactions/{root}")))
            .await
            .ok();
        server.get(&format!("/v1/interactions/{child}")).await.ok();
        let (status, code, message) = server.create(&on(&child)).await.error();
        assert_eq!((status, code.as_str()), (404, "not_found"));
        assert!(message.contains(&root) && message.contains("deleted"), "{message}");
        assert_eq!(server.create(&on(&root)).await.error().0, 404);
    }
}

#[tokio::test]
async fn resent_thoughts_must_be_as_they_were_sealed() {
    let server = TestServer::start().await;
    server.engine.push(Script::new().thought("secret plan").text("hello"));
    let first = server
        .create(&json!({ "model": "scripted", "input": "hi", "store": false, "generation_config": { "thinking_summaries": "auto" } }))
        .await
        .ok();
    let thought = first["steps"][0].clone();
    let history = |thought: &Value| {
        json!({ "model": "scripted", "store": false, "input": [
            { "type": "user_input", "content": [{ "type": "text", "text": "hi" }] },
            thought,
            first["steps"][1],
            { "type": "user_input", "content": [{ "type": "text", "text": "and?" }] },
        ] })
    };
    server.engine.push(Script::reply("fine"));
    server.create(&history(&thought)).await.ok();
    assert!(
        server
            .engine
            .render()
            .ends_with("user hi\nthought secret plan\nassistant hello\nuser and?\n")
    );

    let altered = |field: &str, value: Value| {
        let mut thought = thought.clone();
        thought[field] = value;
        thought
    };
    let signature = thought["signature"].as_str().unwrap();
    let flipped = signature.chars().rev().collect::<String>();
    let elsewhere = ServerSetup {
        sealing_key: [8; 32],
        ..Default::default()
    }
    .start()
    .await;
    for (server, thought) in [
        (&server, altered("signature", json!(flipped))),
        (&server, altered("signature", json!(""))),
        (&server, altered("signature", json!("AAAA"))),
        (&server, altered("signature", json!(null))),
        (
            &server,
            altered("summary", json!([{ "type": "text", "text": "another plan" }])),
        ),
        (&server, altered("summary", json!([]))),
        (&elsewhere, thought.clone()),
    ] {
        let (status, code, message) = server.create(&history(&thought)).await.error();
        assert_eq!((status, code.as_str()), (400, "missing_thought_signature"), "{thought}");
        assert!(message.starts_with("input[1]"), "{message}");
    }
    // A history without thoughts is accepted.
    server.engine.push(Script::reply("fine"));
    let mut without = history(&thought);
    without["input"].as_array_mut().unwrap().remove(1);
    server.create(&without).await.ok();
}
