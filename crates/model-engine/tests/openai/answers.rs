//! What servers say, and what becomes of it.

use antiphon_interaction::Json;
use antiphon_model_engine::{Error, Finish, FinishReason, ModelEngine, ModelEvent, ModelUsage, ToolCall};
use antiphon_testkit::{CallState, Fragment, Gate, Script};
use futures::{FutureExt, StreamExt};
use serde_json::json;

use crate::support::{engine, events, good, question, text, thought, upstream};

fn call(id: Option<&str>, name: &str, arguments: &str) -> ModelEvent {
    ModelEvent::ToolCall(ToolCall {
        id: id.map(str::to_owned),
        name: name.to_owned(),
        arguments: Json::parse(arguments).unwrap(),
    })
}

fn finished(reason: FinishReason, usage: ModelUsage) -> ModelEvent {
    ModelEvent::Finished(Finish { reason, usage })
}

fn stopped() -> ModelEvent {
    finished(FinishReason::Stop, ModelUsage::default())
}

fn fragment(index: u32, id: Option<&str>, name: Option<&str>, arguments: &str) -> Fragment {
    Fragment {
        index,
        id: id.map(str::to_owned),
        name: name.map(str::to_owned),
        arguments: arguments.to_owned(),
    }
}

#[tokio::test]
async fn thoughts_text_and_usage_come_through() {
    let upstream = upstream().await;
    let usage = ModelUsage {
        input_tokens: 11,
        cached_tokens: 4,
        output_tokens: 7,
        thought_tokens: 3,
    };
    upstream.push(
        Script::new()
            .thought("hm")
            .thought("m")
            .text("Hel")
            .text("lö")
            .usage(usage),
    );
    assert_eq!(
        good(&engine(&upstream), question()).await,
        [
            ModelEvent::Started,
            thought("hm"),
            thought("m"),
            text("Hel"),
            text("lö"),
            finished(FinishReason::Stop, usage)
        ]
    );
}

#[tokio::test]
async fn pieces_of_interleaved_calls_are_put_together() {
    let upstream = upstream().await;
    upstream.push(
        Script::new()
            .text("Looking.")
            .tool_call_fragment(fragment(0, Some("a"), Some("find"), ""))
            .tool_call_fragment(fragment(1, Some("b"), Some("now"), ""))
            .tool_call_fragment(fragment(0, None, None, "{\"q\":"))
            .tool_call_fragment(fragment(1, None, Some("now"), ""))
            .tool_call_fragment(fragment(0, None, None, "12345678901234567890}")),
    );
    assert_eq!(
        good(&engine(&upstream), question()).await,
        [
            ModelEvent::Started,
            text("Looking."),
            call(Some("a"), "find", "{\"q\":12345678901234567890}"),
            call(Some("b"), "now", "{}"),
            stopped(),
        ]
    );
}

#[tokio::test]
async fn servers_that_number_every_call_zero_or_none_are_understood() {
    let upstream = upstream().await;
    let piece = |call: serde_json::Value| {
        format!(
            "data: {}\n\n",
            json!({ "choices": [{ "delta": { "tool_calls": [call] } }] })
        )
    };
    let same_number =
        |id: &str| piece(json!({ "index": 0, "id": id, "function": { "name": "f", "arguments": { "of": id } } }));
    let no_number = |id: &str| piece(json!({ "id": id, "function": { "name": "g", "arguments": "{}" } }));
    upstream.push(Script::new().raw(same_number("a")).raw(same_number("b")));
    upstream.push(Script::new().raw(no_number("a")).raw(no_number("b")));
    let engine = engine(&upstream);
    assert_eq!(
        good(&engine, question()).await[1..3],
        [
            call(Some("a"), "f", r#"{"of":"a"}"#),
            call(Some("b"), "f", r#"{"of":"b"}"#)
        ]
    );
    assert_eq!(
        good(&engine, question()).await[1..3],
        [call(Some("a"), "g", "{}"), call(Some("b"), "g", "{}")]
    );
}

#[tokio::test]
async fn a_call_is_told_before_the_text_that_follows_it() {
    let upstream = upstream().await;
    upstream.push(
        Script::new()
            .tool_call("a", "f", json!({}))
            .text("done")
            .tool_call("b", "f", json!({"x": 1})),
    );
    assert_eq!(
        good(&engine(&upstream), question()).await,
        [
            ModelEvent::Started,
            call(Some("a"), "f", "{}"),
            text("done"),
            call(Some("b"), "f", r#"{"x":1}"#),
            stopped()
        ]
    );
}

#[tokio::test]
async fn a_call_that_cannot_be_read_is_an_error_unless_the_limit_cut_it_off() {
    let upstream = upstream().await;
    let engine = engine(&upstream);
    let cut_off = || {
        Script::new()
            .tool_call("a", "f", json!({}))
            .tool_call_fragment(fragment(1, Some("b"), Some("f"), "{\"x\":"))
    };
    for broken in ["{\"x\":", "[1]", "\"{}\"", "{} {}"] {
        upstream.push(Script::new().tool_call_fragment(fragment(0, Some("a"), Some("f"), broken)));
        let (_, error) = events(&engine, question()).await;
        assert!(
            matches!(error, Some(Error::MalformedToolCall { .. })),
            "{broken}: {error:?}"
        );
    }
    upstream.push(cut_off().finish(FinishReason::Length));
    assert_eq!(
        good(&engine, question()).await,
        [
            ModelEvent::Started,
            call(Some("a"), "f", "{}"),
            finished(FinishReason::Length, ModelUsage::default())
        ]
    );
}

#[tokio::test]
async fn reasons_for_the_end_are_told() {
    let upstream = upstream().await;
    let engine = engine(&upstream);
    for reason in [FinishReason::Stop, FinishReason::Length, FinishReason::ContentFilter] {
        upstream.push(Script::new().text("a").finish(reason));
        assert_eq!(
            good(&engine, question()).await.last(),
            Some(&finished(reason, ModelUsage::default()))
        );
    }
    upstream.push(
        Script::new()
            .raw("data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"eos\"}]}\n\n")
            .end(),
    );
    assert_eq!(
        good(&engine, question()).await,
        [ModelEvent::Started, text("a"), stopped()]
    );
}

#[tokio::test]
async fn sloppy_endings_are_taken_when_the_answer_is_whole() {
    let upstream = upstream().await;
    let engine = engine(&upstream);
    let said = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n";
    let reason = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    // The end without `[DONE]`, without a reason, without the last blank line, and by a cut after the reason.
    upstream.push(Script::new().raw(said).raw(reason).end());
    upstream.push(Script::new().raw(said).raw("data: [DONE]\n\n").end());
    upstream.push(Script::new().raw(said).raw(reason.trim_end()).end());
    upstream.push(Script::new().raw(said).raw(reason).cut());
    for _ in 0..4 {
        assert_eq!(
            good(&engine, question()).await,
            [ModelEvent::Started, text("a"), stopped()]
        );
    }
}

#[tokio::test]
async fn reasoning_is_read_from_either_field_and_counted_by_its_share() {
    let upstream = upstream().await;
    let engine = engine(&upstream);
    let delta = |delta: serde_json::Value| format!("data: {}\n\n", json!({ "choices": [{ "delta": delta }] }));
    let usage = |usage: serde_json::Value| format!("data: {}\n\n", json!({ "choices": [], "usage": usage }));
    // The same text in both fields, as servers in transition send it; no count of its own.
    upstream.push(
        Script::new()
            .raw(delta(json!({ "reasoning_content": "123456", "reasoning": "123456" })))
            .raw(delta(
                json!({ "reasoning": "789" , "content": null, "tool_calls": null }),
            ))
            .raw(delta(json!({ "content": "abc" })))
            .raw(usage(
                json!({ "prompt_tokens": 5, "completion_tokens": 8, "prompt_tokens_details": null }),
            )),
    );
    let expected = ModelUsage {
        input_tokens: 5,
        cached_tokens: 0,
        output_tokens: 2,
        thought_tokens: 6,
    };
    assert_eq!(
        good(&engine, question()).await,
        [
            ModelEvent::Started,
            thought("123456"),
            thought("789"),
            text("abc"),
            finished(FinishReason::Stop, expected)
        ]
    );
    assert!(
        engine.models().await.unwrap()[0].capabilities.thinking,
        "the model has been seen to reason"
    );
}

#[tokio::test]
async fn a_forced_call_that_does_not_come_is_an_error() {
    use antiphon_model_engine::{FunctionDeclaration, ToolSelection};
    let upstream = upstream().await;
    let engine = engine(&upstream);
    let mut request = question();
    request.functions = vec![FunctionDeclaration {
        name: "f".to_owned(),
        description: None,
        parameters: None,
    }];
    request.tool_selection = ToolSelection::Any(None);
    upstream.push(Script::reply("I would rather talk."));
    let (_, error) = events(&engine, request.clone()).await;
    assert!(matches!(error, Some(Error::Constraint { .. })), "{error:?}");
    upstream.push(Script::new().text("cut").finish(FinishReason::Length));
    assert!(events(&engine, request).await.1.is_none());
}

#[tokio::test]
async fn pieces_are_told_as_they_come_and_a_dropped_stream_ends_the_call() {
    let upstream = upstream().await;
    let gate = Gate::new();
    upstream.push(Script::new().started().gate(&gate).text("a").hang());
    let mut stream = engine(&upstream).generate(question());
    assert_eq!(stream.next().await.unwrap().unwrap(), ModelEvent::Started);
    assert!(stream.next().now_or_never().is_none());
    gate.open();
    assert_eq!(stream.next().await.unwrap().unwrap(), text("a"));
    drop(stream);
    assert_eq!(upstream.call(0).await.over().await, CallState::Dropped);
}

#[tokio::test]
async fn nothing_is_sent_before_the_stream_is_polled() {
    let upstream = upstream().await;
    let engine = engine(&upstream);
    drop(engine.generate(question()));
    upstream.push(Script::reply("a"));
    good(&engine, question()).await;
    assert_eq!(upstream.calls().len(), 1);
}

#[tokio::test]
async fn the_end_is_told_at_once_and_the_connection_used_again() {
    let upstream = upstream().await;
    let engine = engine(&upstream);
    for call in 0..10 {
        let gate = Gate::new();
        let reason = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
        upstream.push(
            Script::new()
                .text("a")
                .raw(reason)
                .raw("data: [DONE]\n\n")
                .gate(&gate)
                .end(),
        );
        good(&engine, question()).await;
        gate.open();
        assert_eq!(upstream.call(call).await.over().await, CallState::Ended);
        // The connection comes back a moment after the end of the response; a call before that would open another.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    assert!(
        upstream.connections() < 5,
        "{} connections for 10 calls",
        upstream.connections()
    );
}
