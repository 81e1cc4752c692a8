//! What the server is sent.

use antiphon_interaction::{AudioContent, Content, DocumentContent, ImageContent, Json, ThinkingLevel};
use antiphon_model_engine::openai::{Config, OpenAiEngine, TokenLimitField};
use antiphon_model_engine::{
    Error, FunctionDeclaration, Message, ModelRequest, OutputFormat, Sampling, ToolCall, ToolResult, ToolSelection,
};
use antiphon_testkit::{FakeUpstream, Refusal, Script, render_body};
use serde_json::{Value, json};

use crate::support::{engine, good, question, refused, request, upstream, user};

async fn body(upstream: &FakeUpstream, engine: &OpenAiEngine, request: ModelRequest) -> Value {
    upstream.push(Script::new().tool_call("c", "f", json!({})));
    good(engine, request).await;
    upstream.calls().last().unwrap().request().body.clone()
}

fn function(name: &str, parameters: Option<Value>) -> FunctionDeclaration {
    FunctionDeclaration {
        name: name.to_owned(),
        description: None,
        parameters: parameters.map(Json::from),
    }
}

fn called(reasoning: Option<&str>, said: &str, id: &str) -> Message {
    Message::Assistant {
        reasoning: reasoning.map(str::to_owned),
        content: if said.is_empty() {
            Vec::new()
        } else {
            vec![Content::text(said)]
        },
        tool_calls: vec![ToolCall {
            id: Some(id.to_owned()),
            name: "f".to_owned(),
            arguments: Json::parse("{\"x\": 1}").unwrap(),
        }],
    }
}

fn result(id: &str, content: Vec<Content>, is_error: bool) -> Message {
    Message::ToolResult(ToolResult {
        call_id: id.to_owned(),
        name: "f".to_owned(),
        content,
        is_error,
    })
}

fn image() -> Content {
    Content::Image(ImageContent {
        data: Some("iVBORw0KGgoAAAA".to_owned()),
        ..ImageContent::default()
    })
}

#[tokio::test]
async fn a_conversation_keeps_its_order_and_reasoning_stays_within_the_loop() {
    let upstream = upstream().await;
    let mut request = request(vec![
        user("first"),
        called(Some("old thought"), "", "a"),
        result("a", vec![Content::text("1")], false),
        Message::Assistant {
            reasoning: Some("older".to_owned()),
            content: vec![Content::text("x"), Content::text("y")],
            tool_calls: vec![],
        },
        user("second"),
        user("third"),
        called(Some("new thought"), "let me see", "b"),
        result("b", vec![Content::text("boom")], true),
    ]);
    request.system_instruction = Some("be brief".to_owned());
    let body = body(&upstream, &engine(&upstream), request).await;
    assert_eq!(
        render_body(&body),
        "model fake-model\n\
         system be brief\n\
         user first\n\
         assistant call a f({\"x\": 1})\n\
         tool a 1\n\
         assistant x\\ny\n\
         user second\\nthird\n\
         assistant thought new thought\n\
         assistant let me see\n\
         assistant call b f({\"x\": 1})\n\
         tool b Error: boom\n"
    );
}

#[tokio::test]
async fn tool_choice_in_all_its_forms() {
    let upstream = upstream().await;
    let engine = engine(&upstream);
    let strict = json!({ "type": "object", "properties": { "x": { "type": "integer" } }, "required": ["x"], "additionalProperties": false });
    let open = json!({ "type": "object", "properties": { "x": { "type": "integer" } } });
    let mut request = question();
    request.functions = vec![
        function("s", Some(strict)),
        function("o", Some(open)),
        function("n", None),
    ];
    let only = |name: &str| Some(vec![name.to_owned()]);

    let forms = [
        (
            ToolSelection::Auto,
            Value::Null,
            vec![("s", false), ("o", false), ("n", false)],
        ),
        (ToolSelection::None, Value::Null, vec![]),
        (
            ToolSelection::Any(None),
            json!("required"),
            vec![("s", false), ("o", false), ("n", false)],
        ),
        (ToolSelection::Any(only("o")), json!("required"), vec![("o", false)]),
        (
            ToolSelection::Validated(None),
            Value::Null,
            vec![("s", true), ("o", false), ("n", false)],
        ),
        (ToolSelection::Validated(only("s")), Value::Null, vec![("s", true)]),
    ];
    for (selection, choice, functions) in forms {
        request.tool_selection = selection;
        let body = body(&upstream, &engine, request.clone()).await;
        let sent = body["tools"].as_array().cloned().unwrap_or_default();
        let sent: Vec<_> = sent
            .iter()
            .map(|tool| {
                (
                    tool["function"]["name"].as_str().unwrap(),
                    tool["function"]["strict"] == true,
                )
            })
            .collect();
        assert_eq!((&body["tool_choice"], sent), (&choice, functions));
    }
    request.tool_selection = ToolSelection::Any(only("missing"));
    assert!(matches!(refused(&engine, request).await, Error::Unsupported { .. }));
}

#[tokio::test]
async fn settings_have_their_names() {
    let upstream = upstream().await;
    let schema = json!({ "type": "object", "properties": { "n": { "type": "array", "items": { "type": "object" } } }, "required": ["n"], "additionalProperties": false });
    let mut request = question();
    request.output_format = OutputFormat::JsonSchema(schema.clone().into());
    request.sampling = Sampling {
        temperature: Some(0.5),
        top_p: Some(0.9),
        seed: Some(7),
        stop_sequences: vec!["END".to_owned()],
        max_output_tokens: Some(99),
    };
    request.thinking_level = Some(ThinkingLevel::High);
    let expected = json!({
        "model": "fake-model",
        "messages": [{ "role": "user", "content": "hi" }],
        "response_format": { "type": "json_schema", "json_schema": { "name": "answer", "schema": schema } },
        "temperature": 0.5, "top_p": 0.9, "seed": 7, "stop": ["END"], "max_tokens": 99, "reasoning_effort": "high",
        "stream": true, "stream_options": { "include_usage": true },
    });
    assert_eq!(body(&upstream, &engine(&upstream), request.clone()).await, expected);

    let newer = Config {
        token_limit_field: TokenLimitField::MaxCompletionTokens,
        ..Config::new(upstream.url())
    };
    request.output_format = OutputFormat::Json;
    let body = body(&upstream, &OpenAiEngine::new(newer).unwrap(), request).await;
    assert_eq!(
        (&body["max_tokens"], &body["max_completion_tokens"]),
        (&Value::Null, &json!(99))
    );
    assert_eq!(body["response_format"], json!({ "type": "json_object" }));
}

#[tokio::test]
async fn a_server_that_refuses_a_reasoning_effort_gets_the_nearest_and_then_none() {
    let upstream = upstream().await;
    let engine = engine(&upstream);
    let mut request = question();
    request.thinking_level = Some(ThinkingLevel::Minimal);
    let refusal = || Script::new().status(Refusal::new(400, "reasoning_effort: not one of low, medium, high"));
    upstream.push(refusal());
    upstream.push(Script::reply("a"));
    good(&engine, request.clone()).await;
    upstream.push(refusal());
    upstream.push(Script::reply("b"));
    good(&engine, request.clone()).await;
    upstream.push(Script::reply("c"));
    good(&engine, request).await;
    let sent: Vec<_> = upstream
        .calls()
        .iter()
        .map(|call| call.request().body["reasoning_effort"].clone())
        .collect();
    assert_eq!(
        sent,
        [json!("minimal"), json!("low"), json!("low"), Value::Null, Value::Null]
    );
}

#[tokio::test]
async fn media_go_to_models_that_are_declared_to_take_them() {
    let upstream = upstream().await;
    let audio = Content::Audio(AudioContent {
        data: Some("UklGRg".to_owned()),
        mime_type: Some("audio/wav".to_owned()),
        ..AudioContent::default()
    });
    let conversation = || {
        request(vec![
            Message::User(vec![Content::text("look"), image(), audio.clone()]),
            called(None, "", "a"),
            result("a", vec![image()], false),
        ])
    };
    let mut config = Config::new(upstream.url());
    config.image_models = vec!["fake-*".to_owned()];
    config.audio_models = vec!["fake-model".to_owned()];
    let sees = OpenAiEngine::new(config).unwrap();
    let body = body(&upstream, &sees, conversation()).await;
    assert_eq!(
        render_body(&body),
        "model fake-model\n\
         user look | <image data:image/png;base64> | <audio wav>\n\
         assistant call a f({\"x\": 1})\n\
         tool a The result follows in the next message.\n\
         user <image data:image/png;base64>\n"
    );

    let blind = refused(&engine(&upstream), conversation()).await;
    assert!(
        matches!(&blind, Error::Unsupported { message } if message.contains("fake-model") && message.contains("images")),
        "{blind}"
    );
    let by_address = ImageContent {
        uri: Some("http://169.254.169.254/x.png".to_owned()),
        ..ImageContent::default()
    };
    let document = DocumentContent {
        data: Some("JVBERi0".to_owned()),
        ..DocumentContent::default()
    };
    for block in [Content::Image(by_address), Content::Document(document)] {
        let error = refused(&sees, request(vec![Message::User(vec![block])])).await;
        assert!(matches!(error, Error::Unsupported { .. }), "{error:?}");
    }
    assert_eq!(upstream.calls().len(), 1);
}
