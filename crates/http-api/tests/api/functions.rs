//! Calling functions.

use antiphon_testkit::{Script, ServerSetup, TestServer};
use serde_json::{Value, json};

fn tools() -> Value {
    json!([{ "type": "function", "name": "f" }, { "type": "function", "name": "g" }])
}

async fn two_calls(server: &TestServer) -> String {
    server.engine.push(
        Script::new()
            .text("wait")
            .tool_call("a", "f", json!({ "x": 1 }))
            .tool_call_without_id("g", json!({})),
    );
    let reply = server
        .create(&json!({ "model": "scripted", "input": "hi", "tools": tools() }))
        .await
        .ok();
    assert_eq!(reply["status"], "requires_action");
    assert_eq!(
        reply["steps"][1],
        json!({ "type": "function_call", "id": "a", "name": "f", "arguments": { "x": 1 } })
    );
    let made = reply["steps"][2]["id"].as_str().unwrap();
    assert!(
        made.len() == 8 && made.chars().all(|c| c.is_ascii_alphanumeric()),
        "{made}"
    );
    reply["id"].as_str().unwrap().to_owned()
}

fn answer(parent: &str, results: Value) -> Value {
    json!({ "model": "scripted", "input": results, "tools": tools(), "previous_interaction_id": parent })
}

fn result(call: &str, result: Value) -> Value {
    json!({ "type": "function_result", "call_id": call, "result": result })
}

#[tokio::test]
async fn results_come_in_any_form_and_order() {
    let server = ServerSetup::default().sqlite().start().await;
    let parent = two_calls(&server).await;
    let steps = server.get(&format!("/v1/interactions/{parent}")).await.ok()["steps"].clone();
    let second = steps[3]["id"].as_str().unwrap().to_owned();
    let mut failed = result("a", json!({ "code": 7 }));
    failed["is_error"] = true.into();
    failed["name"] = "f".into();
    let blocks = json!([{ "type": "text", "text": "one" }, { "type": "text", "text": "two" }]);
    server.engine.push(Script::reply("fine"));
    server
        .create(&answer(&parent, json!([result(&second, blocks), failed])))
        .await
        .ok();
    server.engine.push(Script::reply("fine"));
    let more = json!({ "type": "text", "text": "hurry" });
    server
        .create(&answer(
            &parent,
            json!([result("a", json!("plain")), result(&second, json!([1, 2])), more]),
        ))
        .await
        .ok();
    let seen = server.engine.render();
    let head = format!("user hi\nassistant wait\ncall a f({{\"x\":1}})\ncall {second} g({{}})\n");
    assert!(
        seen.contains(&format!(
            "{head}result {second} g one | two\nresult a f failed {{\"code\":7}}\n"
        )),
        "{seen}"
    );
    assert!(
        seen.contains(&format!(
            "{head}result a f plain\nresult {second} g [1,2]\nuser hurry\n"
        )),
        "{seen}"
    );
}

#[tokio::test]
async fn results_that_do_not_fit_are_refused_and_the_conversation_stays_usable() {
    let server = TestServer::start().await;
    let parent = two_calls(&server).await;
    let steps = server.get(&format!("/v1/interactions/{parent}")).await.ok()["steps"].clone();
    let second = steps[3]["id"].as_str().unwrap().to_owned();
    let ok = json!("fine");
    let both = || vec![result("a", ok.clone()), result(&second, ok.clone())];
    let with = |more: Value| json!([both()[0], both()[1], more]);
    let mut misnamed = result("a", ok.clone());
    misnamed["name"] = "g".into();
    let mut nameless = result("a", ok.clone());
    nameless.as_object_mut().unwrap().remove("call_id");
    for (input, path, says) in [
        (json!([result("zzz", ok.clone())]), "input[0].call_id", "`zzz`"),
        (json!([nameless]), "input[0].call_id", "missing"),
        (json!([result("a", ok.clone())]), "input", second.as_str()),
        (json!("never mind"), "input", "waits for the results"),
        (
            with(result("a", ok.clone())),
            "input[2].call_id",
            "has its result already",
        ),
        (json!([misnamed, both()[1]]), "input[0].name", "`f`"),
        (
            json!([{ "type": "function_result", "call_id": "a" }]),
            "input[0].result",
            "missing",
        ),
        (
            with(json!({ "type": "function_call", "id": "a", "name": "f" })),
            "input[2].id",
            "already",
        ),
        (
            with(json!({ "type": "function_call", "id": "n", "name": "f", "arguments": [] })),
            "input[2].arguments",
            "object",
        ),
        (
            with(json!({ "type": "function_call", "id": "n", "name": "f" })),
            "input",
            "`n`",
        ),
        (
            json!([result("a", json!([{ "type": "image", "data": "AAAA" }])), both()[1]]),
            "input[0].result[0].type",
            "image",
        ),
    ] {
        let (status, code, message) = server.create(&answer(&parent, input.clone())).await.error();
        assert_eq!((status, code.as_str()), (400, "invalid_request"), "{input}: {message}");
        assert!(
            message.starts_with(path) && message.contains(says),
            "{input}: {message}"
        );
    }
    server.engine.push(Script::reply("fine"));
    server.create(&answer(&parent, json!(both()))).await.ok();
    assert_eq!(server.engine.calls().len(), 2);
}

#[tokio::test]
async fn the_choice_of_tools_reaches_the_model() {
    let server = TestServer::start().await;
    let allowed = |mode: Value| json!({ "allowed_tools": { "mode": mode, "tools": ["g"] } });
    for (choice, seen) in [
        (json!(null), None),
        (json!("auto"), None),
        (json!("none"), Some("tools none")),
        (json!("any"), Some("tools any")),
        (json!("validated"), Some("tools validated")),
        (allowed(json!("any")), Some("tools any of g")),
        (allowed(json!("validated")), Some("tools validated of g")),
        (allowed(json!("auto")), Some("tools validated of g")),
        (allowed(json!(null)), Some("tools validated of g")),
    ] {
        server.engine.push(Script::reply("fine"));
        let config = json!({ "tool_choice": choice });
        server
            .create(&json!({ "model": "scripted", "input": "hi", "tools": tools(), "generation_config": config }))
            .await
            .ok();
        let rendered = server.engine.render();
        let last = rendered.rsplit("\n\n").next().unwrap();
        assert_eq!(last.lines().find(|line| line.starts_with("tools")), seen, "{choice}");
    }
    let calls = server.engine.calls().len();
    for (choice, tools, path, says) in [
        (
            json!("any"),
            json!([]),
            "generation_config.tool_choice",
            "nothing to call",
        ),
        (
            allowed(json!("any")),
            json!([]),
            "generation_config.tool_choice.allowed_tools.tools[0]",
            "`g`",
        ),
        (
            json!({ "allowed_tools": { "tools": [] } }),
            tools(),
            "generation_config.tool_choice.allowed_tools.tools",
            "at least one",
        ),
        (
            json!({ "allowed_tools": { "mode": "all" } }),
            tools(),
            "generation_config.tool_choice.allowed_tools.mode",
            "`all`",
        ),
    ] {
        let config = json!({ "tool_choice": choice });
        let body = json!({ "model": "scripted", "input": "hi", "tools": tools, "generation_config": config });
        let (status, _, message) = server.create(&body).await.error();
        assert_eq!(status, 400);
        assert!(
            message.starts_with(path) && message.contains(says),
            "{choice}: {message}"
        );
    }
    assert_eq!(server.engine.calls().len(), calls);
}
