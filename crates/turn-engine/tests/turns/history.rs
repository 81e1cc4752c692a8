//! A history that a client resends is refused by the field that is wrong, or is a request that every engine takes.

use std::sync::Arc;

use antiphon_model_engine::Message;
use antiphon_store::Store;
use antiphon_store::memory::MemoryStore;
use antiphon_testkit::{Script, ScriptedEngine};
use antiphon_turn_engine::Error;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};

use crate::bench::{engine, project, request};

fn step() -> impl Strategy<Value = Value> {
    let id = || prop::sample::select(vec!["a", "b"]);
    let text = json!([{ "type": "text", "text": "t" }]);
    prop_oneof![
        2 => Just(json!({ "type": "user_input", "content": text })),
        2 => Just(json!({ "type": "model_output", "content": text })),
        3 => id().prop_map(|id| json!({ "type": "function_call", "id": id, "name": "f", "arguments": {} })),
        4 => id().prop_map(|id| json!({ "type": "function_result", "call_id": id, "result": { "x": 1 } })),
        1 => Just(json!({ "type": "user_input", "content": [] })),
        1 => Just(json!({ "type": "model_output", "content": [] })),
    ]
}

async fn check(steps: &[Value]) -> Result<bool, TestCaseError> {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let model = ScriptedEngine::responding(|_| Script::reply("fine"));
    let created = engine(&store, &model)
        .await
        .create(&project(), request(json!({ "input": steps, "store": false })))
        .await;
    match created {
        Ok(_) => {
            let calls = model.calls();
            let messages = &calls[0].request().messages;
            let twice = messages.windows(2).find(|pair| {
                matches!(
                    pair,
                    [Message::User(_), Message::User(_)] | [Message::Assistant { .. }, Message::Assistant { .. }]
                )
            });
            prop_assert!(twice.is_none(), "two messages of one role: {:?}", twice);
            Ok(true)
        }
        Err(Error::Invalid { path, .. }) => {
            prop_assert!(path.starts_with("input"), "{}", path);
            Ok(false)
        }
        Err(error) => Err(TestCaseError::fail(error.to_string())),
    }
}

#[test]
fn any_history_is_refused_by_name_or_fits() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: 2_000,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRunner::deterministic().new_rng());
    let taken = std::cell::Cell::new(0);
    runner
        .run(&prop::collection::vec(step(), 1..7), |steps| {
            taken.set(taken.get() + u32::from(runtime.block_on(check(&steps))?));
            Ok(())
        })
        .unwrap();
    assert!(
        taken.get() > 100,
        "only {} histories were taken, so this proves little",
        taken.get()
    );
}

#[tokio::test]
async fn what_the_model_says_in_one_turn_is_one_message() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let model = ScriptedEngine::new();
    let engine = engine(&store, &model).await;
    model.push(
        Script::new()
            .thought("1")
            .text("a")
            .thought("2")
            .text("b")
            .tool_call("c", "f", json!({})),
    );
    let tools = json!([{ "type": "function", "name": "f" }]);
    let first = crate::bench::interaction(
        engine
            .create(&project(), request(json!({ "tools": tools })))
            .await
            .unwrap(),
    );
    model.push(Script::reply("fine"));
    let result = json!([{ "type": "function_result", "call_id": "c", "result": "r" }]);
    let next = request(json!({ "input": result, "tools": tools, "previous_interaction_id": first.id }));
    engine.create(&project(), next).await.unwrap();
    assert!(
        model
            .render()
            .ends_with("user hi\nthought 12\nassistant ab\ncall c f({})\nresult c f r\n"),
        "{}",
        model.render()
    );
}
