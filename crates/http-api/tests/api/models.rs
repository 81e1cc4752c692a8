//! `GET /{version}/models`.

use antiphon_model_engine::{Capabilities, ModelInfo};
use antiphon_testkit::{ScriptedEngine, ServerSetup, TestServer, scripted_model};
use serde_json::{Value, json};

#[tokio::test]
async fn models_say_what_they_can_do() {
    let blind = scripted_model("blind");
    let seeing = ModelInfo {
        input_token_limit: Some(4096),
        output_token_limit: Some(512),
        capabilities: Capabilities {
            image_input: true,
            audio_input: false,
            function_calling: false,
            structured_output: false,
            thinking: false,
        },
        ..scripted_model("seeing")
    };
    let server = ServerSetup {
        engine: ScriptedEngine::with_models(vec![blind, seeing]),
        ..Default::default()
    }
    .start()
    .await;
    let list = server.get("/v1/models").await.ok();
    assert_eq!(list.get("nextPageToken"), None);
    let names: Vec<&Value> = list["models"]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| &model["name"])
        .collect();
    assert_eq!(names, ["models/blind", "models/seeing"]);
    let seeing = server.get("/v1beta/models/seeing").await.ok();
    assert_eq!(seeing, list["models"][1]);
    assert_eq!(
        (
            &seeing["inputTokenLimit"],
            &seeing["outputTokenLimit"],
            &seeing["thinking"]
        ),
        (&json!(4096), &json!(512), &json!(false))
    );
    assert_eq!(
        seeing["capabilities"],
        json!({
            "input": ["text", "image"], "output": ["text"], "function_calling": false, "structured_output": false,
            "thinking": false, "safety_settings": false,
        })
    );
    // An alias shows the model that answers to it.
    assert_eq!(
        server.get("/v1/models/gemini-3-flash").await.ok()["name"],
        "models/blind"
    );
    let (status, code, message) = server.get("/v1/models/none").await.error();
    assert_eq!((status, code.as_str()), (404, "model_not_found"));
    assert!(
        message.contains("`none`") && message.ends_with("lists what is: blind, seeing"),
        "{message}"
    );
    let (_, _, message) = server.get("/v1/models/seing").await.error();
    assert!(message.ends_with("did you mean `seeing`?"), "{message}");
    // And a request that it cannot honour is refused by name.
    let tools = json!([{ "type": "function", "name": "f" }]);
    let (status, _, message) = server
        .create(&json!({ "model": "seeing", "input": "hi", "tools": tools }))
        .await
        .error();
    assert!(
        status == 400 && message.starts_with("tools: ") && message.contains("`seeing`"),
        "{message}"
    );
    let tools = json!([{ "type": "function", "name": "f" }, { "type": "computer_use" }]);
    let (status, _, message) = server
        .create(&json!({ "model": "blind", "input": "hi", "tools": tools }))
        .await
        .error();
    assert!(
        status == 400 && message.starts_with("tools[1].type: ") && message.contains("`blind` does not take `image`"),
        "{message}"
    );
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    let models = (0..60).map(|number| scripted_model(&format!("m{number:02}"))).collect();
    let server = ServerSetup {
        engine: ScriptedEngine::with_models(models),
        ..Default::default()
    }
    .start()
    .await;
    let page = |query: String| {
        let server = &server;
        async move {
            let body = server.get(&format!("/v1/models{query}")).await.ok();
            let names: Vec<String> = body["models"]
                .as_array()
                .unwrap()
                .iter()
                .map(|m| m["baseModelId"].as_str().unwrap().to_owned())
                .collect();
            (names, body["nextPageToken"].as_str().map(str::to_owned))
        }
    };
    let (first, token) = page(String::new()).await;
    assert_eq!((first.len(), first[0].as_str()), (50, "m00"));
    let (rest, none) = page(format!("?pageToken={}", token.unwrap())).await;
    assert_eq!((rest.len(), rest[0].as_str(), none), (10, "m50", None));
    let (two, token) = page("?page_size=2".to_owned()).await;
    assert_eq!(two, ["m00", "m01"]);
    let (two, _) = page(format!("?pageSize=2&page_token={}", token.unwrap())).await;
    assert_eq!(two, ["m02", "m03"]);
    // Beyond the most, and exactly all.
    assert_eq!(page("?page_size=1001".to_owned()).await.0.len(), 60);
    assert_eq!(page("?page_size=60".to_owned()).await.1, None);
    assert_eq!(
        page("?page_token=18446744073709551615".to_owned()).await,
        (Vec::new(), None)
    );
    for (query, says) in [
        ("page_token=x", "page_token: `x`"),
        ("page_size=-1", "page_size: expected a whole number"),
        (
            "pageSize=many",
            "page_size: expected a whole number from 0 on, got `many`",
        ),
        ("pagesize=1", "did you mean `page_size`?"),
    ] {
        let (status, _, message) = server.get(&format!("/v1/models?{query}")).await.error();
        assert!(status == 400 && message.contains(says), "{query}: {message}");
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_had_is_an_error() {
    let server = TestServer::start().await;
    server.engine.lose_models("the upstream is down");
    for path in ["/v1/models", "/v1/models/scripted"] {
        let (status, code, message) = server.get(path).await.error();
        assert_eq!(
            (status, code.as_str(), message.as_str()),
            (503, "service_unavailable", "the upstream is down")
        );
    }
    assert!(server.get("/").await.text.contains("the upstream is down"));
}
