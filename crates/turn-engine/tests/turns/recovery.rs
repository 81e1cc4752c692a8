//! Background runs over several processes: each engine here stands for a process of one store.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use antiphon_interaction::{ErrorCode, Interaction, InteractionEvent, InteractionId, Status, Step, Tool};
use antiphon_model_engine::{FinishReason, Message, ModelUsage};
use antiphon_store::Store;
use antiphon_store::memory::MemoryStore;
use antiphon_testkit::{Gate, Script, ScriptedEngine, ScriptedTool};
use antiphon_tools::{Conduct, OpenError, Opened, Setting, ToolKind, Tools};
use antiphon_turn_engine::{Created, EventStream, TurnEngine};
use futures::future::BoxFuture;
use serde_json::{Value, json};

use crate::bench::{collect, engine, engine_with, events, folded, interaction, project, request};
use crate::shape;

fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::default())
}

/// The store takes the process for dead.
async fn declare_dead(store: &Arc<dyn Store>, process: &TurnEngine) {
    store.retire(process.worker_id().unwrap()).await.unwrap();
}

async fn begin(process: &TurnEngine, more: Value) -> Interaction {
    let mut body = json!({ "background": true });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    interaction(process.create(&project(), request(body)).await.unwrap())
}

async fn follow(process: &TurnEngine, id: &InteractionId, last: Option<&str>) -> EventStream {
    process.events(&project(), id, last).await.unwrap()
}

async fn some(stream: &mut EventStream, count: usize) -> Vec<InteractionEvent> {
    let mut events = Vec::new();
    while events.len() < count {
        events.push(stream.next().await.unwrap());
    }
    events
}

fn tool() -> (ScriptedTool, Arc<AtomicUsize>, Gate) {
    let (done, gate) = (Arc::new(AtomicUsize::new(0)), Gate::new());
    let (counted, held) = (Arc::clone(&done), gate.clone());
    let tool = ScriptedTool::new(move |call| {
        let (counted, held) = (Arc::clone(&counted), held.clone());
        async move {
            let before = counted.fetch_add(1, Ordering::SeqCst);
            if before < 2 && ScriptedTool::code(&call).as_deref() == Some("wait") {
                held.pass().await;
            }
            ScriptedTool::prints(&call, "ok")
        }
    });
    (tool, done, gate)
}

fn tools(tool: &ScriptedTool) -> Tools {
    Tools::new([Arc::new(tool.clone()) as Arc<dyn ToolKind>])
}

#[tokio::test(start_paused = true)]
async fn another_process_goes_on_with_a_run() {
    let store = memory();
    let (model_a, model_b) = (ScriptedEngine::new(), ScriptedEngine::new());
    let a = engine(&store, &model_a).await;
    let held = Gate::new();
    model_a.push(
        Script::new()
            .thought("hm")
            .text("so f")
            .text("ar")
            .gate(&held)
            .text("never"),
    );
    let begun = begin(&a, json!({})).await;
    let mut stream = follow(&a, &begun.id, None).await;
    // Created, status, input, the thought, and the start and two deltas of the answer.
    let seen = some(&mut stream, 10).await;
    let last = seen.last().unwrap().event_id().unwrap().to_owned();
    assert!(last.contains("s2.2"), "{last}");

    declare_dead(&store, &a).await;
    let go_on = Gate::new();
    model_b.push(Script::new().started().gate(&go_on).text("whole").text(" answer"));
    let b = engine(&store, &model_b).await;
    model_b.call(0).await;
    // Whoever had come into the abandoned step waits for what replaces it.
    let resumed = follow(&b, &begun.id, Some(&last)).await;
    let whole = follow(&b, &begun.id, None).await;
    go_on.open();
    let resumed = collect(resumed).await;
    assert_eq!(resumed[0].type_name(), "step.start");
    assert!(
        resumed[0].event_id().unwrap().starts_with("g2.s2.0"),
        "{:?}",
        resumed[0]
    );
    let whole = collect(whole).await;
    shape::check(&whole, true).unwrap();
    let steps = folded(&whole);
    let names: Vec<_> = steps.iter().map(Step::type_name).collect();
    // The thought stays; the answer is begun anew.
    assert_eq!(names, ["user_input", "thought", "model_output"]);
    assert_eq!(folded(&resumed), steps[2..]);
    // Every id that was handed out goes on exactly, also those of the first process.
    for (at, event) in seen.iter().enumerate() {
        let rest = collect(follow(&b, &begun.id, event.event_id()).await).await;
        let expected = if at < 7 { &whole[at + 1..] } else { &whole[7..] };
        assert_eq!(rest, expected, "{at}");
    }

    // The first process, if it lives, can do no harm; its readers get the rest.
    held.open();
    assert_eq!(collect(stream).await, resumed);
    let end = a.get(&project(), &begun.id, false).await.unwrap();
    assert_eq!((end.status, end.steps), (Status::Completed, Some(steps)));
}

#[tokio::test(start_paused = true)]
async fn what_was_done_is_not_done_again() {
    for idempotent in [false, true] {
        let store = memory();
        let (model_a, model_b) = (ScriptedEngine::new(), ScriptedEngine::new());
        let (tool, done, gate) = tool();
        let tool = tool.conduct(Conduct {
            idempotent,
            parallel: true,
            time_limit: std::time::Duration::from_secs(3600),
        });
        let a = engine_with(&store, &model_a, tools(&tool)).await;
        let usage = ModelUsage {
            input_tokens: 10,
            output_tokens: 5,
            ..ModelUsage::default()
        };
        model_a.push(
            Script::new()
                .text("Working.")
                .tool_call("one", "code_execution", json!({ "code": "now" }))
                .tool_call("two", "code_execution", json!({ "code": "wait" }))
                .usage(usage),
        );
        let declared = json!([{ "type": "code_execution" }]);
        let begun = begin(&a, json!({ "tools": declared })).await;
        gate.reached().await;
        let mut stream = follow(&a, &begun.id, None).await;
        // Up to the stop of the first call's result.
        some(&mut stream, 2 + 2 + 3 + 3 + 3 + 3).await;
        assert_eq!(done.load(Ordering::SeqCst), 2);

        declare_dead(&store, &a).await;
        model_b.push(Script::new().text("Done.").usage(ModelUsage {
            input_tokens: 21,
            output_tokens: 2,
            ..ModelUsage::default()
        }));
        let b = engine_with(&store, &model_b, tools(&tool)).await;
        let whole = events(&b, &begun.id, None).await;
        shape::check(&whole, true).unwrap();
        // A tool that may be repeated is; the other one is not.
        assert_eq!(done.load(Ordering::SeqCst), if idempotent { 3 } else { 2 });
        // What the first process still does goes nowhere.
        gate.open();
        let asked = model_b.call(0).await;
        let messages = &asked.request().messages;
        let results: Vec<_> = messages
            .iter()
            .filter_map(|message| match message {
                Message::ToolResult(result) => Some((result.call_id.as_str(), result.is_error)),
                Message::User(_) | Message::Assistant { .. } => None,
            })
            .collect();
        assert_eq!(results, [("one", false), ("two", !idempotent)]);
        let end = b.get(&project(), &begun.id, false).await.unwrap();
        assert_eq!(end.status, Status::Completed);
        let names: Vec<_> = end.steps.iter().flatten().map(Step::type_name).collect();
        assert_eq!(
            names,
            [
                "user_input",
                "model_output",
                "code_execution_call",
                "code_execution_call",
                "code_execution_result",
                "code_execution_result",
                "model_output"
            ]
        );
        let usage = end.usage.unwrap();
        assert_eq!(
            (
                usage.total_input_tokens,
                usage.total_tool_use_tokens,
                usage.total_output_tokens
            ),
            (10, 6, 7)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_gets_nowhere_is_given_up() {
    let store = memory();
    let mut processes = Vec::new();
    let model = ScriptedEngine::responding(|_| Script::new().text("hm").gate(&Gate::new()));
    let first = engine(&store, &model).await;
    let begun = begin(&first, json!({})).await;
    processes.push(first);
    for attempt in 1..=5 {
        model.call(attempt - 1).await;
        declare_dead(&store, processes.last().unwrap()).await;
        processes.push(engine(&store, &model).await);
    }
    let last = processes.last().unwrap();
    let whole = collect(follow(last, &begun.id, None).await).await;
    let Some(InteractionEvent::Completed(end)) = whole.last() else {
        panic!("{whole:?}");
    };
    assert_eq!(end.interaction.status, Status::Failed);
    assert_eq!(end.interaction.errors.as_ref().unwrap()[0].code, ErrorCode::Aborted);
    assert_eq!(model.calls().len(), 5);
}

/// A tool whose server does not answer to its address any more; counts who asks.
#[derive(Default)]
struct Gone(Arc<AtomicUsize>);

impl ToolKind for Gone {
    fn type_name(&self) -> &'static str {
        "code_execution"
    }

    fn open(&self, _: Tool, setting: Setting) -> BoxFuture<'static, Result<Opened, OpenError>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let (path, message) = (setting.path, "HTTP 404".to_owned());
        Box::pin(std::future::ready(Err(OpenError::Unusable { path, message })))
    }

    fn forget(&self, _: String) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_waits_for_a_tool_that_was_there_and_a_new_one_is_refused() {
    let store = memory();
    let (model, held) = (ScriptedEngine::new(), Gate::new());
    let a = engine_with(&store, &model, tools(&tool().0)).await;
    model.push(Script::new().text("so far").gate(&held).text("never"));
    let declared = json!({ "tools": [{ "type": "code_execution" }] });
    let id = begin(&a, declared.clone()).await.id;
    held.reached().await;

    let gone = Gone::default();
    let asked = Arc::clone(&gone.0);
    let b = engine_with(&store, &model, Tools::new([Arc::new(gone) as Arc<dyn ToolKind>])).await;
    declare_dead(&store, &a).await;
    while asked.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(b.get(&project(), &id, false).await.unwrap().status, Status::InProgress);

    let refusal = b.create(&project(), request(declared)).await.err().unwrap();
    assert_eq!(refusal.code(), ErrorCode::InvalidRequest);
    assert_eq!(refusal.to_string(), "tools[0]: HTTP 404");
}

#[tokio::test(start_paused = true)]
async fn any_process_reads_and_cancels_any_run() {
    let store = memory();
    let (model_a, model_b) = (ScriptedEngine::new(), ScriptedEngine::new());
    let a = engine(&store, &model_a).await;
    let b = engine(&store, &model_b).await;
    let (first, second) = (Gate::new(), Gate::new());
    model_a.push(Script::new().text("one").gate(&first).text(" two").gate(&second));
    let Created::Events(at_a) = a
        .create(&project(), request(json!({ "background": true, "stream": true })))
        .await
        .unwrap()
    else {
        panic!("no stream");
    };
    first.reached().await;
    let running = begin(&a, json!({ "input": "other" })).await.id;
    let InteractionEvent::Created(created) = some(&mut follow(&b, &running, None).await, 1).await.remove(0) else {
        panic!("not created");
    };
    assert_eq!(created.interaction.id, running);
    let mut at_a = at_a;
    let seen = some(&mut at_a, 4).await;
    let InteractionEvent::Created(created) = &seen[0] else {
        panic!("not created");
    };
    let id = created.interaction.id.clone();
    // The tail is live on the other process.
    let mut at_b = follow(&b, &id, None).await;
    some(&mut at_b, 6).await;
    first.open();
    let delta = some(&mut at_b, 1).await.remove(0);
    assert!(matches!(&delta, InteractionEvent::StepDelta(_)), "{delta:?}");

    // Cancelled there, it ends here.
    second.reached().await;
    let end = b.cancel(&project(), &id).await.unwrap();
    assert_eq!(end.status, Status::Cancelled);
    assert_eq!(b.cancel(&project(), &id).await.unwrap().status, Status::Cancelled);
    let rest = collect(at_a).await;
    assert!(
        matches!(rest.last(), Some(InteractionEvent::Completed(end)) if end.interaction.status == Status::Cancelled)
    );
    let rest = collect(at_b).await;
    assert!(
        matches!(rest.last(), Some(InteractionEvent::Completed(end)) if end.interaction.status == Status::Cancelled)
    );
    model_a.call(0).await.over().await;
    assert_eq!(
        a.get(&project(), &id, false).await.unwrap(),
        b.get(&project(), &id, false).await.unwrap()
    );
}

#[tokio::test(start_paused = true)]
async fn a_process_that_stops_hands_its_runs_back() {
    let store = memory();
    let (model_a, model_b) = (ScriptedEngine::new(), ScriptedEngine::new());
    let a = engine(&store, &model_a).await;
    let held = Gate::new();
    model_a.push(Script::new().text("so far").gate(&held));
    let begun = begin(&a, json!({})).await;
    held.reached().await;
    let mut stream = follow(&a, &begun.id, None).await;
    let seen = some(&mut stream, 6).await;
    a.shut_down(std::time::Duration::from_secs(1)).await;
    let rest = collect(stream).await;
    let [InteractionEvent::Error(error)] = rest.as_slice() else {
        panic!("{rest:?}");
    };
    assert_eq!(error.error.code, ErrorCode::ServiceUnavailable);

    // Nobody has to wait for a lease to run out, and the try is not counted.
    model_b.push(Script::reply("whole"));
    let b = engine(&store, &model_b).await;
    let rest = collect(follow(&b, &begun.id, seen.last().unwrap().event_id()).await).await;
    assert!(
        matches!(rest.last(), Some(InteractionEvent::Completed(end)) if end.interaction.status == Status::Completed)
    );
}

#[tokio::test(start_paused = true)]
async fn answers_over_several_calls_go_on_after_a_crash() {
    let store = memory();
    let (model_a, model_b) = (ScriptedEngine::new(), ScriptedEngine::new());
    let a = engine(&store, &model_a).await;
    let held = Gate::new();
    model_a.push(
        Script::new()
            .text("one ")
            .usage(ModelUsage {
                input_tokens: 5,
                output_tokens: 100,
                ..ModelUsage::default()
            })
            .finish(FinishReason::Length),
    );
    model_a.push(Script::new().text("two").gate(&held));
    let begun = begin(&a, json!({ "generation_config": { "max_output_tokens": 150 } })).await;
    held.reached().await;
    some(&mut follow(&a, &begun.id, None).await, 9).await;
    declare_dead(&store, &a).await;
    model_b.push(Script::reply("2"));
    let b = engine(&store, &model_b).await;
    let whole = events(&b, &begun.id, None).await;
    assert_eq!(folded(&whole).len(), 3);
    let asked = model_b.call(0).await;
    assert_eq!(asked.request().sampling.max_output_tokens, Some(50));
    assert!(
        matches!(asked.request().messages.last(), Some(Message::Assistant { content, .. }) if content[0].as_text() == Some("one "))
    );
}
