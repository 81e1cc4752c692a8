//! The scripted engine, through the trait that the product uses.

use antiphon_interaction::{Content, Json};
use antiphon_model_engine::{
    Error, Finish, FinishReason, Message, ModelEngine, ModelEvent, ModelRequest, ModelUsage, OutputFormat, Sampling,
    ToolCall, ToolResult, ToolSelection,
};
use antiphon_testkit::{CallState, Gate, Script, ScriptedEngine};
use futures::{FutureExt, StreamExt};

fn request(messages: Vec<Message>) -> ModelRequest {
    ModelRequest {
        model: "scripted".to_owned(),
        system_instruction: None,
        messages,
        functions: Vec::new(),
        tool_selection: ToolSelection::Auto,
        output_format: OutputFormat::Text,
        sampling: Sampling::default(),
        thinking_level: None,
    }
}

fn question() -> ModelRequest {
    request(vec![Message::User(vec![Content::text("how are\nyou")])])
}

#[tokio::test]
async fn parts_become_events_in_order() {
    let engine = ScriptedEngine::new();
    let usage = ModelUsage {
        input_tokens: 4,
        cached_tokens: 1,
        output_tokens: 2,
        thought_tokens: 1,
    };
    engine.push(
        Script::new()
            .thought("hm")
            .text("a")
            .text("b")
            .tool_call("c1", "f", serde_json::json!({"x": 1}))
            .usage(usage),
    );

    let events: Vec<_> = engine.generate(question()).map(Result::unwrap).collect().await;

    let call = ToolCall {
        id: Some("c1".to_owned()),
        name: "f".to_owned(),
        arguments: Json::parse(r#"{"x":1}"#).unwrap(),
    };
    assert_eq!(
        events,
        [
            ModelEvent::Started,
            ModelEvent::Thought("hm".to_owned()),
            ModelEvent::Text("a".to_owned()),
            ModelEvent::Text("b".to_owned()),
            ModelEvent::ToolCall(call),
            ModelEvent::Finished(Finish {
                reason: FinishReason::Stop,
                usage
            }),
        ]
    );
    assert_eq!(engine.call(0).await.state(), CallState::Ended);
    assert_eq!(engine.render(), "model scripted\nuser how are\\nyou\n");
}

#[tokio::test]
async fn a_gate_holds_the_answer_and_a_dropped_stream_is_seen() {
    let engine = ScriptedEngine::new();
    let (before, within) = (Gate::new(), Gate::new());
    engine.push(Script::new().gate(&before).text("a").gate(&within).text("b"));

    let mut stream = engine.generate(question());
    assert!(engine.calls().is_empty());
    assert!(stream.next().now_or_never().is_none());
    before.reached().await;
    before.open();
    assert_eq!(stream.next().await.unwrap().unwrap(), ModelEvent::Started);
    assert_eq!(stream.next().await.unwrap().unwrap(), ModelEvent::Text("a".to_owned()));
    assert!(stream.next().now_or_never().is_none());
    let call = engine.call(0).await;
    assert_eq!(call.state(), CallState::Running);

    drop(stream);
    assert_eq!(call.over().await, CallState::Dropped);
}

#[tokio::test]
async fn a_request_that_breaks_the_contract_fails() {
    let engine = ScriptedEngine::responding(|_| Script::reply("fine"));
    let orphan = ToolResult {
        call_id: "c9".to_owned(),
        name: "f".to_owned(),
        content: Vec::new(),
        is_error: false,
    };
    let mut stream = engine.generate(request(vec![Message::ToolResult(orphan)]));
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(
        matches!(&error, Error::Internal { message, .. } if message.contains("c9")),
        "{error}"
    );
    assert!(stream.next().await.is_none());
}
