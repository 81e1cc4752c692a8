//! One event log, many readings: whatever the model does, the live stream, its replays, every resumption and the unary reply
//! tell the same story, from memory and from a database file.

use std::sync::Arc;

use antiphon_interaction::{CreateInteraction, InteractionEvent, InteractionId, Status, Step};
use antiphon_model_engine::{Error, FinishReason};
use antiphon_store::Store;
use antiphon_store::memory::MemoryStore;
use antiphon_store_sqlite::{Options, SqliteStore, Synchronous};
use antiphon_testkit::{Script, ScriptedEngine};
use antiphon_turn_engine::{Created, TurnEngine};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::bench::{collect, engine, events, folded, interaction, project, request};
use crate::shape;

#[derive(Debug, Clone)]
enum Said {
    Thought(String),
    Text(String),
    Call { id: Option<&'static str>, arguments: Value },
}

#[derive(Debug, Clone, Copy)]
enum Ending {
    Finish(FinishReason),
    Fail,
    Cut,
}

#[derive(Debug, Clone)]
struct Case {
    said: Vec<Said>,
    ending: Ending,
    summaries: bool,
    background: bool,
    stream: bool,
    store: bool,
    input: Value,
    /// The input as steps.
    steps: Value,
}

impl Case {
    fn script(&self) -> Script {
        let script = self
            .said
            .iter()
            .fold(Script::new().started(), |script, said| match said {
                Said::Thought(text) => script.thought(text),
                Said::Text(text) => script.text(text),
                Said::Call {
                    id: Some(id),
                    arguments,
                } => script.tool_call(*id, "f", arguments.clone()),
                Said::Call { id: None, arguments } => script.tool_call_without_id("f", arguments.clone()),
            });
        match self.ending {
            Ending::Finish(reason) => script.finish(reason),
            Ending::Fail => script.fail(Error::Internal {
                message: "it broke".to_owned(),
                source: None,
            }),
            Ending::Cut => script.cut(),
        }
    }

    fn input_steps(&self) -> Vec<Step> {
        serde_json::from_value(self.steps.clone()).unwrap()
    }

    fn request(&self) -> CreateInteraction {
        let summaries = if self.summaries { "auto" } else { "none" };
        request(json!({
            "input": self.input,
            "generation_config": { "thinking_summaries": summaries },
            "tools": [{ "type": "function", "name": "f" }],
            "background": self.background,
            "stream": self.stream,
            "store": self.store,
        }))
    }
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z ]{1,6}",
        // Longer than what one byte of a mark counts.
        "[a-zé]{30,80}",
        Just("\u{1f469}\u{200d}\u{1f680} \"\\\n\u{0}".to_owned()),
        "\\PC{1,4}",
    ]
}

fn said() -> impl Strategy<Value = Said> {
    let arguments = prop_oneof![
        Just(json!({})),
        piece().prop_map(|text| json!({ "q": text, "n": [1, -2.5, null] })),
    ];
    prop_oneof![
        2 => piece().prop_map(Said::Thought),
        3 => piece().prop_map(Said::Text),
        // One id for all calls: engines that count their calls from 0 in each answer do that.
        1 => (prop::option::of(Just("call_0")), arguments).prop_map(|(id, arguments)| Said::Call { id, arguments }),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let ending = prop_oneof![
        4 => Just(Ending::Finish(FinishReason::Stop)),
        1 => Just(Ending::Finish(FinishReason::Length)),
        1 => Just(Ending::Finish(FinishReason::ContentFilter)),
        1 => Just(Ending::Fail),
        1 => Just(Ending::Cut),
    ];
    let blocks = json!([{ "type": "text", "text": "a" }, { "type": "text", "text": "ß" }]);
    let history = json!([
        { "type": "user_input", "content": [{ "type": "text", "text": "a" }] },
        { "type": "model_output", "content": [{ "type": "text", "text": "b" }] },
        { "type": "user_input", "content": [{ "type": "text", "text": "c" }] },
    ]);
    let said_hi = json!([{ "type": "user_input", "content": [{ "type": "text", "text": "hi" }] }]);
    let input = prop_oneof![
        Just((json!("hi"), said_hi)),
        Just((blocks.clone(), json!([{ "type": "user_input", "content": blocks }]))),
        Just((history.clone(), history)),
    ];
    let mode = prop_oneof![
        4 => Just((true, false, true)),
        2 => Just((false, false, true)),
        2 => Just((true, true, true)),
        1 => Just((false, true, true)),
        1 => Just((true, false, false)),
    ];
    (prop::collection::vec(said(), 0..8), ending, any::<bool>(), mode, input).prop_map(
        |(said, ending, summaries, (stream, background, store), (input, steps))| Case {
            said,
            ending,
            summaries,
            background,
            stream,
            store,
            input,
            steps,
        },
    )
}

/// An event without what names its place, its index counted without the input.
fn bare(event: &InteractionEvent, inputs: u64) -> Value {
    let mut value = serde_json::to_value(event).unwrap();
    let object = value.as_object_mut().unwrap();
    object.remove("event_id");
    if let Some(index) = object.get_mut("index") {
        *index = (index.as_u64().unwrap() - inputs).into();
    }
    value
}

fn ensure<T: PartialEq + std::fmt::Debug>(what: &str, left: &T, right: &T) -> Result<(), TestCaseError> {
    if left == right {
        Ok(())
    } else {
        Err(TestCaseError::fail(format!(
            "{what}\n left: {left:?}\nright: {right:?}"
        )))
    }
}

async fn check(store: &Arc<dyn Store>, case: &Case) -> Result<(), TestCaseError> {
    let model = ScriptedEngine::new();
    model.push(case.script());
    let first = engine(store, &model).await;
    let created = first.create(&project(), case.request()).await;
    // A process that starts later reads the same from the store alone.
    let later = engine(store, &model).await;
    match created {
        // Before it has said anything, a failure is the answer to a unary request.
        Err(error) => {
            let unsaid = case.said.is_empty() && !case.stream && !case.background;
            if unsaid {
                Ok(())
            } else {
                Err(TestCaseError::fail(error.to_string()))
            }
        }
        Ok(Created::Events(stream)) => {
            let live = collect(stream).await;
            shape::check(&live, case.store).map_err(|error| TestCaseError::fail(format!("{error}: {live:?}")))?;
            let Some(InteractionEvent::Created(created)) = live.first() else {
                unreachable!()
            };
            let id = created.interaction.id.clone();
            if !case.store {
                prop_assert!(later.get(&project(), &id, false).await.is_err());
                return Ok(());
            }
            readings(&later, case, &id, &live).await?;
            goes_on(&later, &model, &id, &live).await
        }
        Ok(Created::Interaction(reply)) => {
            let id = reply.id.clone();
            // Following a run to its end is how one waits for it.
            let live = events(&first, &id, None).await;
            let replay = events(&later, &id, None).await;
            ensure("live GET and later GET", &live, &replay)?;
            shape::check(&replay, true).map_err(TestCaseError::fail)?;
            let get = later.get(&project(), &id, false).await.unwrap();
            ensure("GET and its events", &get.steps.clone().unwrap(), &folded(&replay))?;
            if case.background {
                ensure("accepted", &reply.status, &Status::InProgress)?;
            } else {
                let produced: Vec<Step> = get.steps.clone().unwrap().split_off(case.input_steps().len());
                ensure("unary reply and GET", &reply.steps.clone().unwrap(), &produced)?;
                ensure("status", &reply.status, &get.status)?;
                ensure("usage", &reply.usage, &get.usage)?;
            }
            Ok(())
        }
    }
}

/// What the POST's stream told is what everybody reads later, from wherever they begin.
async fn readings(
    later: &TurnEngine,
    case: &Case,
    id: &InteractionId,
    live: &[InteractionEvent],
) -> Result<(), TestCaseError> {
    let get = later.get(&project(), id, true).await.unwrap();
    let mut steps = get.steps.clone().unwrap();
    let input = case.input_steps();
    let produced = steps.split_off(input.len());
    ensure("the input", &steps, &input)?;
    ensure("the accumulated stream and GET", &folded(live), &produced)?;
    let Some(InteractionEvent::Completed(end)) = live.last() else {
        unreachable!()
    };
    ensure(
        "the end and GET",
        &(&end.interaction.status, &end.interaction.usage, &end.interaction.errors),
        &(&get.status, &get.usage, &get.errors),
    )?;
    if let Some(usage) = &get.usage {
        ensure(
            "total_tokens",
            &usage.total_tokens,
            &usage.clone().summed().total_tokens,
        )?;
    }

    let replay = events(later, id, None).await;
    shape::check(&replay, true).map_err(TestCaseError::fail)?;
    ensure("two replays", &events(later, id, None).await, &replay)?;
    let own: Vec<InteractionEvent> = replay
        .iter()
        .filter(|event| !is_of_input(event, input.len()))
        .cloned()
        .collect();
    ensure(
        "the number of input events",
        &(replay.len() - own.len()),
        &(2 * input.len()),
    )?;
    let told = |events: &[InteractionEvent], inputs| events.iter().map(|event| bare(event, inputs)).collect::<Vec<_>>();
    ensure("live and replay", &told(live, 0), &told(&own, input.len() as u64))?;

    for told in [live, &replay] {
        for (at, event) in told.iter().enumerate() {
            let rest = events(later, id, event.event_id()).await;
            ensure("what is resumed", &rest.as_slice(), &&told[at + 1..])?;
        }
    }
    Ok(())
}

fn is_of_input(event: &InteractionEvent, inputs: usize) -> bool {
    let index = match event {
        InteractionEvent::StepStart(event) => event.index,
        InteractionEvent::StepDelta(event) => event.index,
        InteractionEvent::StepStop(event) => event.index,
        InteractionEvent::Created(_)
        | InteractionEvent::StatusUpdate(_)
        | InteractionEvent::Completed(_)
        | InteractionEvent::Error(_)
        | InteractionEvent::Unknown(_) => return false,
    };
    (index as usize) < inputs
}

/// The conversation can go on after any ending, stored and resent. The scripted model refuses a broken history.
async fn goes_on(
    later: &TurnEngine,
    model: &ScriptedEngine,
    id: &InteractionId,
    live: &[InteractionEvent],
) -> Result<(), TestCaseError> {
    let calls = folded(live).into_iter().filter_map(|step| match step {
        Step::FunctionCall(call) => Some(json!({ "type": "function_result", "call_id": call.id, "result": "done" })),
        _ => None,
    });
    let mut next: Vec<Value> = calls.collect();
    next.push(json!({ "type": "user_input", "content": [{ "type": "text", "text": "and now?" }] }));
    // The same call id again, as by an engine that counts from 0.
    model.push(Script::new().tool_call("call_0", "f", json!({})));
    let tools = json!([{ "type": "function", "name": "f" }]);
    let stored = request(json!({ "input": next, "tools": tools, "previous_interaction_id": id }));
    let second = interaction(
        later
            .create(&project(), stored)
            .await
            .map_err(|error| TestCaseError::fail(error.to_string()))?,
    );
    ensure("it calls", &second.status, &Status::RequiresAction)?;
    let Some([.., Step::FunctionCall(call)]) = second.steps.as_deref() else {
        unreachable!()
    };
    let result = json!([{ "type": "function_result", "call_id": call.id, "result": "done" }]);
    model.push(Script::reply("fine"));
    let third = request(json!({ "input": result, "tools": tools, "previous_interaction_id": second.id }));
    let third = interaction(
        later
            .create(&project(), third)
            .await
            .map_err(|error| TestCaseError::fail(error.to_string()))?,
    );
    ensure("it answers", &third.status, &Status::Completed)?;

    let mut history = serde_json::to_value(later.get(&project(), id, false).await.unwrap().steps.unwrap()).unwrap();
    history.as_array_mut().unwrap().extend(next);
    model.push(Script::reply("fine"));
    let stateless = request(json!({ "input": history, "store": false }));
    let resent = later
        .create(&project(), stateless)
        .await
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
    ensure(
        "it answers a resent history",
        &interaction(resent).status,
        &Status::Completed,
    )
}

fn run(runtime: &Runtime, store: &Arc<dyn Store>, cases: u32) {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRunner::deterministic().new_rng());
    if let Err(error) = runner.run(&case(), |case| runtime.block_on(check(store, &case))) {
        panic!("{error}");
    }
}

#[test]
fn all_readings_agree_in_memory() {
    // Paused time, so that the commits of background runs cost none.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    run(&runtime, &(Arc::new(MemoryStore::default()) as Arc<dyn Store>), 1_200);
}

#[test]
fn all_readings_agree_in_sqlite() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        synchronous: Synchronous::Normal,
    };
    let store = SqliteStore::open(folder.path().join("test.db"), options).unwrap();
    run(&runtime, &(Arc::new(store) as Arc<dyn Store>), 150);
}
