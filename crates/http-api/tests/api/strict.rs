//! What a request may not be: each refusal names the field by the path that the client wrote, and says what is wrong.

use antiphon_testkit::{ServerSetup, TestServer};
use http::Method;
use serde_json::{Value, json};

/// A valid request, changed.
fn request(more: Value) -> Value {
    let mut body = json!({ "model": "scripted", "input": "hi" });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn refusals(server: &TestServer, cases: &[(Value, &str, &str)]) {
    let mut wrong = Vec::new();
    for (more, path, says) in cases {
        let body = request(more.clone());
        let reply = server.create(&body).await;
        let (status, code, message) = reply.error();
        let named = path.is_empty() || message.starts_with(&format!("{path}: "));
        if (status, code.as_str()) != (400, "invalid_request") || !named || !message.contains(says) {
            wrong.push(format!(
                "{body}\n  expected `{path}: …{says}…`\n  got {status} {message}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(server.engine.calls().is_empty(), "a refused request reached the model");
}

#[tokio::test]
async fn names_and_values_are_checked_with_their_paths() {
    let server = TestServer::start().await;
    let user = |block: Value| json!({ "input": [{ "type": "user_input", "content": [block] }] });
    let config = |config: Value| json!({ "generation_config": config });
    let tool = |tool: Value| json!({ "tools": [tool] });
    refusals(
        &server,
        &[
            (json!({ "inputs": "hi" }), "inputs", "did you mean `input`?"),
            (
                json!({ "previousInteractionId": "v1_a" }),
                "previousInteractionId",
                "did you mean `previous_interaction_id`?",
            ),
            (
                json!({ "generationConfig": {} }),
                "generationConfig",
                "did you mean `generation_config`?",
            ),
            (
                json!({ "nothing_like_it": 1 }),
                "nothing_like_it",
                "known here: model, agent, input",
            ),
            (
                config(json!({ "topP": 1 })),
                "generation_config.topP",
                "did you mean `top_p`?",
            ),
            (
                config(json!({ "thinking_level": "maximal" })),
                "generation_config.thinking_level",
                "did you mean `minimal`?",
            ),
            (
                config(json!({ "temperature": 2.5 })),
                "generation_config.temperature",
                "2.5 is above 2",
            ),
            (
                config(json!({ "top_p": -1 })),
                "generation_config.top_p",
                "-1 is below 0",
            ),
            (
                config(json!({ "max_output_tokens": 0 })),
                "generation_config.max_output_tokens",
                "0 is below 1",
            ),
            (
                config(json!({ "max_output_tokens": 1.5 })),
                "generation_config.max_output_tokens",
                "integer",
            ),
            (config(json!({ "seed": 1e300 })), "generation_config.seed", "integer"),
            (
                config(json!({ "seed": 9_223_372_036_854_775_808_u64 })),
                "generation_config.seed",
                "above",
            ),
            (
                config(json!({ "stop_sequences": ["a", "b", "c", "d", "e", "f"] })),
                "generation_config.stop_sequences",
                "at most 5",
            ),
            (
                config(json!({ "stop_sequences": ["a", ""] })),
                "generation_config.stop_sequences",
                "empty",
            ),
            (
                config(json!({ "tool_choice": "must" })),
                "generation_config.tool_choice",
                "`must`",
            ),
            (
                config(json!({ "tool_choice": { "allowed": [] } })),
                "generation_config.tool_choice.allowed",
                "allowed_tools",
            ),
            (
                json!({ "service_tier": "gold" }),
                "service_tier",
                "flex, standard, priority, deferred",
            ),
            (json!({ "store": "yes" }), "store", "expected boolean"),
            (
                json!({ "system_instruction": { "parts": [] } }),
                "system_instruction",
                "expected string",
            ),
            (json!({ "model": 3 }), "model", "expected string"),
            (json!({ "model": null }), "model", "name a `model`"),
            (json!({ "agent": "a" }), "agent", "not both"),
            (json!({ "input": null }), "input", "missing"),
            (
                json!({ "input": "" , "model": "scripted", "background": true, "store": false }),
                "background",
                "store: true",
            ),
            (json!({ "input": 5 }), "input", ""),
            (json!({ "input": ["hi"] }), "input[0]", "string"),
            (json!({ "input": [] }), "input", "empty"),
            (
                json!({ "input": [{ "role": "user", "content": "hi" }] }),
                "input[0]",
                "no longer supported",
            ),
            (
                json!({ "input": { "type": "txt", "text": "hi" } }),
                "input.type",
                "did you mean `text`?",
            ),
            (
                json!({ "input": { "type": "text", "text": null } }),
                "input.text",
                "expected string",
            ),
            (json!({ "input": { "type": "text" } }), "input.text", "missing"),
            (
                user(json!({ "type": "image", "mimeType": "image/png" })),
                "input[0].content[0].mimeType",
                "did you mean `mime_type`?",
            ),
            (
                user(json!({ "type": "image", "data": "not base64!" })),
                "input[0].content[0].data",
                "base64",
            ),
            (
                user(json!({ "type": "image", "data": "AAAA", "resolution": "huge" })),
                "input[0].content[0].resolution",
                "ultra_high",
            ),
            (
                user(json!({ "type": "audio", "sample_rate": 4_294_967_296_u64 })),
                "input[0].content[0].sample_rate",
                "above",
            ),
            (
                user(json!({ "text": "hi" })),
                "input[0].content[0]",
                "`type` is missing",
            ),
            (
                tool(json!({ "type": "functoin", "name": "f" })),
                "tools[0].type",
                "did you mean `function`?",
            ),
            (tool(json!({ "name": "f" })), "tools[0].type", "is missing"),
            (tool(json!({ "type": "function" })), "tools[0].name", "missing"),
            (
                tool(json!({ "type": "function", "name": "f", "parameters": [] })),
                "tools[0].parameters",
                "array",
            ),
            (
                tool(json!({ "type": "file_search" })),
                "tools[0].file_search_store_names",
                "missing",
            ),
            (
                tool(json!({ "type": "code_execution", "timeout": 1 })),
                "tools[0].timeout",
                "unknown parameter",
            ),
            (json!({ "labels": { "a": 1 } }), "labels.a", "expected string"),
            (
                json!({ "safety_settings": [{ "type": "jailbreak", "threshold": "on" }] }),
                "safety_settings[0].threshold",
                "block_none",
            ),
            (
                json!({ "response_format": { "type": "text", "colour": "x" } }),
                "response_format.colour",
                "known here: mime_type",
            ),
            (
                json!({ "response_format": [{ "type": "text" }, { "type": "text", "schema": 1 }] }),
                "response_format[1].schema",
                "integer",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_this_server_or_its_model_cannot_do_is_refused_by_name() {
    let server = TestServer::start().await;
    let user = |block: Value| json!({ "input": [{ "type": "user_input", "content": [block] }] });
    refusals(
        &server,
        &[
            (json!({ "model": null, "agent": "antigravity" }), "agent", "no agents"),
            (
                json!({ "agent_config": { "type": "dynamic" } }),
                "agent_config",
                "goes with `agent`",
            ),
            (json!({ "environment": "remote" }), "environment", "no environments"),
            (json!({ "webhook_config": {} }), "webhook_config", "background"),
            (
                json!({ "webhook_config": { "uris": ["http://127.0.0.1/"] }, "background": true }),
                "webhook_config.uris[0]",
                "public https",
            ),
            (
                json!({ "continuation_token": "t" }),
                "continuation_token",
                "did not issue",
            ),
            (json!({ "cached_content": "c" }), "cached_content", "not stored"),
            (
                json!({ "response_modalities": ["text", "image"] }),
                "response_modalities[1]",
                "text only",
            ),
            (
                json!({ "response_mime_type": "text/html" }),
                "response_mime_type",
                "text/html",
            ),
            (
                json!({ "response_format": { "type": "audio" } }),
                "response_format.type",
                "scripted",
            ),
            (
                json!({ "response_format": [{ "type": "text" }, { "type": "image" }] }),
                "response_format[1].type",
                "text only",
            ),
            (
                json!({ "generation_config": { "speech_config": [] } }),
                "generation_config.speech_config",
                "speaks",
            ),
            (
                json!({ "tools": [{ "type": "google_search" }] }),
                "tools[0].type",
                "`google_search`",
            ),
            (
                json!({ "tools": [{ "type": "function", "name": "f" }, { "type": "bash" }] }),
                "tools[1].type",
                "`bash`",
            ),
            (
                user(json!({ "type": "image", "data": "AAAA", "mime_type": "image/png" })),
                "input[0].content[0].type",
                "`scripted`",
            ),
            (
                json!({ "input": [{ "type": "image", "data": "AAAA" }] }),
                "input[0].type",
                "`scripted`",
            ),
            (
                json!({ "input": { "type": "video", "uri": "u" } }),
                "input.type",
                "`video`",
            ),
            (
                json!({ "input": [{ "type": "model_output", "content": [{ "type": "text", "text": "a" }] }] }),
                "input",
                "ends with",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn functions_and_their_schemas_are_checked() {
    let server = TestServer::start().await;
    let parameters = |schema: Value| json!({ "tools": [{ "type": "function", "name": "f", "parameters": schema }] });
    let property = |schema: Value| parameters(json!({ "type": "object", "properties": { "a": schema } }));
    let answer = |schema: Value| json!({ "response_format": { "type": "text", "mime_type": "application/json", "schema": schema } });
    let mut deep = json!({ "type": "string" });
    for _ in 0..40 {
        deep = json!({ "type": "array", "items": deep });
    }
    let twice = json!({ "tools": [{ "type": "function", "name": "f" }, { "type": "function", "name": "f" }] });
    refusals(
        &server,
        &[
            (twice, "tools[1].name", "declared twice"),
            (
                json!({ "tools": [{ "type": "function", "name": "no spaces" }] }),
                "tools[0].name",
                "`no spaces`",
            ),
            (
                json!({ "tools": [{ "type": "function", "name": "f", "defer_loading": true }] }),
                "tools[0].defer_loading",
                "tool_search",
            ),
            (
                parameters(json!({ "type": "array" })),
                "tools[0].parameters.type",
                "`object`",
            ),
            (
                property(json!({ "type": "text" })),
                "tools[0].parameters.properties.a.type",
                "string",
            ),
            (
                property(json!({ "not": {} })),
                "tools[0].parameters.properties.a.not",
                "cannot be enforced",
            ),
            (
                property(json!({ "enum": [] })),
                "tools[0].parameters.properties.a.enum",
                "at least one",
            ),
            (
                property(json!({ "type": "array", "minItems": 3, "maxItems": 2 })),
                "tools[0].parameters.properties.a.maxItems",
                "smaller",
            ),
            (
                property(json!({ "$ref": "#/$defs/gone" })),
                "tools[0].parameters.properties.a.$ref",
                "does not point",
            ),
            (
                property(json!({ "$ref": "https://example.com/" })),
                "tools[0].parameters.properties.a.$ref",
                "does not point",
            ),
            (
                answer(json!({ "anyOf": [] })),
                "response_format.schema.anyOf",
                "at least one",
            ),
            (answer(json!({ "items": 3 })), "response_format.schema.items", "object"),
            (answer(deep), "", "too complex"),
            (
                json!({ "response_format": { "patternProperties": {} } }),
                "response_format.patternProperties",
                "cannot be enforced",
            ),
            (
                json!({ "response_format": { "type": "text", "mime_type": "text/plain", "schema": {} } }),
                "response_format.schema",
                "application/json",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn labels_keep_their_alphabet() {
    let server = TestServer::start().await;
    let long = "a".repeat(64);
    for (key, value) in [
        ("", "a"),
        ("1a", "a"),
        ("A", "a"),
        ("a b", "a"),
        (long.as_str(), "a"),
        ("a", "B"),
        ("a", long.as_str()),
    ] {
        let (status, _, message) = server
            .create(&request(json!({ "labels": { key: value } })))
            .await
            .error();
        assert_eq!(status, 400, "{key}: {value}");
        assert!(message.starts_with("labels."), "{message}");
    }
    server.engine.push(antiphon_testkit::Script::reply("fine"));
    let labels = json!({ "ä-1_b": "", "team": &long[1..] });
    let reply = server.create(&request(json!({ "labels": labels }))).await.ok();
    assert_eq!(reply["labels"], labels);
}

#[tokio::test]
async fn bodies_that_are_no_request_are_refused() {
    let server = ServerSetup {
        http_limits: antiphon_http_api::HttpLimits {
            body_bytes: 100_000,
            ..Default::default()
        },
        ..Default::default()
    }
    .start()
    .await;
    let post = |content_type: &'static str, body: Vec<u8>| {
        server.send(
            server
                .request(Method::POST, "/v1/interactions")
                .header("content-type", content_type)
                .body(body),
        )
    };
    let nested = [vec![b'['; 50_000], vec![b']'; 50_000]].concat();
    let json = "application/json";
    for (content_type, body, expected, says) in [
        (json, b"".to_vec(), 400, "not valid JSON"),
        (json, b"{\"model\":".to_vec(), 400, "not valid JSON"),
        (json, b"{\"model\":\"\xff\"}".to_vec(), 400, "not valid JSON"),
        (json, b"[]".to_vec(), 400, "must be a JSON object"),
        (json, b"null".to_vec(), 400, "must be a JSON object"),
        (
            json,
            br#"{"model":"a","model":"b","input":"hi"}"#.to_vec(),
            400,
            "duplicate field `model`",
        ),
        (
            json,
            [b"{\"model\":\"m\",\"input\":".to_vec(), nested[..99_000].to_vec()].concat(),
            400,
            "recursion limit",
        ),
        (json, vec![b' '; 100_001], 413, "100000 bytes"),
        ("text/plain", b"{}".to_vec(), 400, "`text/plain`"),
        (
            "application/x-www-form-urlencoded",
            b"{}".to_vec(),
            400,
            "content-type: application/json",
        ),
    ] {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let (status, code, message) = post(content_type, body).await.error();
        let expected_code = if expected == 413 {
            "request_too_large"
        } else {
            "invalid_request"
        };
        assert_eq!((status, code.as_str()), (expected, expected_code), "{shown}: {message}");
        assert!(message.contains(says), "{shown}: {message}");
    }
    let compressed = server
        .request(Method::POST, "/v1/interactions")
        .header("content-encoding", "gzip");
    let (status, _, message) = server.send(compressed.body(vec![0x1f, 0x8b])).await.error();
    assert!(
        status == 415 && message.contains("`content-encoding: gzip`"),
        "{message}"
    );
    // A charset is fine, and so is no content type at all.
    server.engine.push(antiphon_testkit::Script::reply("fine"));
    server.engine.push(antiphon_testkit::Script::reply("fine"));
    let body = br#"{"model":"scripted","input":"hi"}"#.to_vec();
    post("application/json; charset=utf-8", body.clone()).await.ok();
    server
        .send(server.request(Method::POST, "/v1/interactions").body(body))
        .await
        .ok();
}

#[tokio::test]
async fn null_is_a_field_that_is_not_there() {
    let server = TestServer::start().await;
    server.engine.push(antiphon_testkit::Script::reply("fine"));
    let body = request(json!({
        "agent": null, "tools": null, "generation_config": { "temperature": null, "tool_choice": null }, "labels": null,
        "previous_interaction_id": null, "store": null, "stream": null, "environment": null, "response_format": null,
    }));
    let reply = server.create(&body).await.ok();
    assert_eq!(reply["generation_config"], json!({}));
    for absent in [
        "tools",
        "labels",
        "previous_interaction_id",
        "environment",
        "response_format",
    ] {
        assert_eq!(reply.get(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn numbers_in_free_json_keep_their_digits() {
    let server = TestServer::start().await;
    server.engine.push(antiphon_testkit::Script::reply("fine"));
    let body = r#"{"model":"scripted","input":"hi","tools":[{"type":"function","name":"f","parameters":{"type":"object","x-serial":12345678901234567890123}}]}"#;
    let reply = server
        .send(server.request(Method::POST, "/v1/interactions").body(body))
        .await;
    assert!(reply.text.contains("12345678901234567890123"), "{}", reply.text);
}

#[tokio::test]
async fn without_a_model_each_refusal_says_how_to_name_one() {
    let server = ServerSetup {
        without_models: true,
        ..Default::default()
    }
    .start()
    .await;
    let (status, code, message) = server.create(&request(json!({}))).await.error();
    assert_eq!((status, code.as_str()), (400, "invalid_request"));
    assert!(
        message.contains("--model") && message.contains("--upstream"),
        "{message}"
    );
}
