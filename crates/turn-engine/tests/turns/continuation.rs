//! Answers that are longer than one call of the model.

use std::sync::Arc;

use antiphon_interaction::{Interaction, Status, Step};
use antiphon_model_engine::{FinishReason, Message, ModelUsage};
use antiphon_store::Store;
use antiphon_store::memory::MemoryStore;
use antiphon_testkit::{Script, ScriptedEngine};
use antiphon_turn_engine::TurnEngine;
use serde_json::{Value, json};

use crate::bench::{CALL_TOKENS, engine, events, folded, interaction, project, request};
use crate::shape;

fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::default())
}

/// A call that says `text` and is cut off after `tokens`.
fn cut(text: &str, input_tokens: u64, tokens: u64) -> Script {
    said(text, input_tokens, tokens).finish(FinishReason::Length)
}

fn said(text: &str, input_tokens: u64, output_tokens: u64) -> Script {
    Script::new().text(text).usage(ModelUsage {
        input_tokens,
        output_tokens,
        ..ModelUsage::default()
    })
}

fn long() -> Value {
    json!({ "max_output_tokens": CALL_TOKENS + 50 })
}

async fn create(engine: &TurnEngine, more: Value) -> Interaction {
    interaction(engine.create(&project(), request(more)).await.unwrap())
}

async fn refused(engine: &TurnEngine, body: Value) -> String {
    engine
        .create(&project(), serde_json::from_value(body).unwrap())
        .await
        .err()
        .unwrap()
        .to_string()
}

fn text(interaction: &Interaction) -> String {
    let mut text = String::new();
    for step in interaction.steps.iter().flatten() {
        if let Step::ModelOutput(output) = step {
            text.extend(output.content.iter().filter_map(|block| block.as_text()));
        }
    }
    text
}

#[tokio::test]
async fn the_foreground_goes_on_with_a_token() {
    let (store, model) = (memory(), ScriptedEngine::new());
    let engine = engine(&store, &model).await;
    model.push(cut("Once upon a ti", 5, CALL_TOKENS));
    let first = create(&engine, json!({ "generation_config": long() })).await;
    assert_eq!(first.status, Status::RequiresContinuation);
    let token = first.continuation_token.clone().unwrap();
    let asked = model.call(0).await.request().sampling.max_output_tokens;
    assert_eq!(asked, Some(CALL_TOKENS));
    // A later reader sees the same.
    let shown = engine.get(&project(), &first.id, false).await.unwrap();
    assert_eq!(shown.continuation_token.as_ref(), Some(&token));

    let rest = |token: &str, previous: &str| {
        json!({
            "model": "scripted", "generation_config": long(),
            "previous_interaction_id": previous, "continuation_token": token,
        })
    };
    model.push(cut("me there was.", 20, 50));
    let body = serde_json::from_value(rest(&token, first.id.as_str())).unwrap();
    let second = interaction(engine.create(&project(), body).await.unwrap());
    // All that the request allows has been made now.
    assert_eq!(second.status, Status::Incomplete);
    assert_eq!((text(&first) + &text(&second)).as_str(), "Once upon a time there was.");
    assert_eq!(second.usage.unwrap().initial_input_tokens, Some(5));
    let call = model.call(1).await;
    let asked = call.request();
    assert_eq!(asked.sampling.max_output_tokens, Some(50));
    assert!(
        matches!(asked.messages.last(), Some(Message::Assistant { content, .. }) if content[0].as_text() == Some("Once upon a ti"))
    );

    // A later turn reads the answer as one message.
    model.push(Script::reply("fine"));
    create(&engine, json!({ "previous_interaction_id": second.id })).await;
    let call = model.call(2).await;
    let Message::Assistant { content, .. } = &call.request().messages[1] else {
        panic!("no answer");
    };
    assert_eq!(content[0].as_text(), Some("Once upon a time there was."));

    // A token belongs to its interaction, its project and this server.
    model.push(Script::reply("other"));
    let other = create(&engine, json!({})).await;
    let error = refused(&engine, rest(&token, other.id.as_str())).await;
    assert!(error.starts_with("continuation_token: belongs to"), "{error}");
    let error = refused(&engine, rest("AAAA", first.id.as_str())).await;
    assert!(error.starts_with("continuation_token: this server did not"), "{error}");
    let mut with_input = rest(&token, first.id.as_str());
    with_input["input"] = json!("more");
    let error = refused(&engine, with_input).await;
    assert!(error.starts_with("input: "), "{error}");
}

#[tokio::test]
async fn what_is_not_stored_travels_in_the_token() {
    let (store, model) = (memory(), ScriptedEngine::new());
    let engine = engine(&store, &model).await;
    let body = |token: Option<&str>, input: &str| {
        json!({
            "store": false, "input": input, "continuation_token": token,
            "generation_config": { "max_output_tokens": 2 * CALL_TOKENS + 50 },
        })
    };
    model.push(cut("one ", 5, CALL_TOKENS));
    let first = create(&engine, body(None, "count")).await;
    let token = first.continuation_token.unwrap();
    model.push(cut("two ", 6, CALL_TOKENS));
    let second = create(&engine, body(Some(&token), "count")).await;
    assert_eq!(second.status, Status::RequiresContinuation);
    let token = second.continuation_token.unwrap();
    model.push(said("three", 7, 1));
    let third = create(&engine, body(Some(&token), "count")).await;
    assert_eq!((third.status, third.continuation_token), (Status::Completed, None));
    assert_eq!(third.usage.unwrap().initial_input_tokens, Some(5));
    let call = model.call(2).await;
    let Some(Message::Assistant { content, .. }) = call.request().messages.last() else {
        panic!("nothing to go on with");
    };
    assert_eq!(content[0].as_text(), Some("one two "));

    let mut other = body(Some(&token), "recount");
    other["model"] = json!("scripted");
    let error = refused(&engine, other).await;
    assert!(error.starts_with("input: must be the input"), "{error}");
}

#[tokio::test]
async fn the_background_goes_on_by_itself() {
    let (store, model) = (memory(), ScriptedEngine::new());
    let engine = engine(&store, &model).await;
    model.push(cut("one ", 5, CALL_TOKENS));
    model.push(cut("two ", 6, CALL_TOKENS));
    model.push(said("three", 7, 10));
    let config = json!({ "max_output_tokens": 2 * CALL_TOKENS + 50 });
    let begun = create(&engine, json!({ "background": true, "generation_config": config })).await;
    let seen = events(&engine, &begun.id, None).await;
    shape::check(&seen, true).unwrap();
    assert_eq!(folded(&seen).len(), 4);
    let last = model.call(2).await;
    let [Message::User(_), Message::Assistant { content, .. }] = last.request().messages.as_slice() else {
        panic!("{:?}", last.request().messages);
    };
    assert_eq!(content[0].as_text(), Some("one two "));
    let end = engine.get(&project(), &begun.id, false).await.unwrap();
    assert_eq!(
        (end.status.clone(), text(&end).as_str()),
        (Status::Completed, "one two three")
    );
    assert_eq!(end.continuation_token, None);
    let usage = end.usage.unwrap();
    assert_eq!(
        (usage.total_output_tokens, usage.initial_input_tokens),
        (2 * CALL_TOKENS + 10, Some(5))
    );
}

#[tokio::test]
async fn other_limits_end_an_answer() {
    let (store, model) = (memory(), ScriptedEngine::new());
    let engine = engine(&store, &model).await;
    // The context was full long before the limit of a call.
    model.push(cut("one", 5, 10));
    let end = create(&engine, json!({ "generation_config": long() })).await;
    assert_eq!((end.status, end.continuation_token), (Status::Incomplete, None));
    // The request's own limit, and no limit at all.
    for config in [json!({ "max_output_tokens": 10 }), json!({})] {
        model.push(cut("one", 5, CALL_TOKENS));
        let end = create(&engine, json!({ "generation_config": config })).await;
        assert_eq!((end.status, end.continuation_token), (Status::Incomplete, None));
    }
    // JSON cannot be held to its form from the middle on.
    model.push(cut("[1, ", 5, CALL_TOKENS));
    let json = json!({ "type": "text", "mime_type": "application/json" });
    let end = create(&engine, json!({ "generation_config": long(), "response_format": json })).await;
    assert_eq!((end.status, end.continuation_token), (Status::Incomplete, None));
}
