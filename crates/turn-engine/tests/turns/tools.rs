//! The loop over the server's tools.

use std::sync::Arc;
use std::time::Duration;

use antiphon_interaction::{Content, Interaction, InteractionEvent, InteractionId, Json, Status, Step};
use antiphon_model_engine::{FinishReason, FunctionDeclaration, Message, ModelUsage, ToolSelection};
use antiphon_store::memory::MemoryStore;
use antiphon_store::{Commit, Store};
use antiphon_testkit::{Gate, Script, ScriptedEngine, ScriptedTool};
use antiphon_tools::{Conduct, Source, ToolKind, ToolSearch, Tools};
use antiphon_turn_engine::{Created, TurnEngine};
use serde_json::{Value, json};

use crate::bench::{collect, engine_with, events, folded, interaction, project, request};
use crate::shape;

/// A tool that prints its code in capitals.
fn shouting() -> ScriptedTool {
    ScriptedTool::new(|call| async move {
        let code = ScriptedTool::code(&call).unwrap();
        ScriptedTool::prints(&call, &code.to_uppercase())
    })
}

fn tools(tool: &ScriptedTool) -> Tools {
    Tools::new([Arc::new(tool.clone()) as Arc<dyn ToolKind>])
}

fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::default())
}

fn code_execution() -> Value {
    json!([{ "type": "code_execution" }])
}

fn run(code: &str) -> Script {
    Script::new().tool_call("", "code_execution", json!({ "code": code }))
}

fn types(interaction: &Interaction) -> Vec<String> {
    let steps = interaction.steps.iter().flatten();
    steps.map(|step| step.type_name().into_owned()).collect()
}

fn last_results(message: &[Message]) -> Vec<(String, bool)> {
    let results = message.iter().rev().map_while(|message| match message {
        Message::ToolResult(result) => {
            let text = result.content.iter().filter_map(Content::as_text).collect();
            Some((text, result.is_error))
        }
        Message::User(_) | Message::Assistant { .. } => None,
    });
    let mut results: Vec<_> = results.collect();
    results.reverse();
    results
}

async fn create(engine: &TurnEngine, more: Value) -> Interaction {
    interaction(engine.create(&project(), request(more)).await.unwrap())
}

#[tokio::test]
async fn a_tool_is_run_and_the_model_answers() {
    let (store, model, tool) = (memory(), ScriptedEngine::new(), shouting());
    let usage = |input_tokens, output_tokens| ModelUsage {
        input_tokens,
        output_tokens,
        ..ModelUsage::default()
    };
    model.push(
        Script::new()
            .thought("let me see")
            .text("Running it.")
            .tool_call("c1", "code_execution", json!({ "code": "print(1)" }))
            .usage(usage(10, 4)),
    );
    model.push(Script::new().text("It is done.").usage(usage(20, 3)));
    let engine = engine_with(&store, &model, tools(&tool)).await;
    let Created::Events(stream) = engine
        .create(
            &project(),
            request(json!({ "tools": code_execution(), "stream": true })),
        )
        .await
        .unwrap()
    else {
        panic!("no stream");
    };
    let live = collect(stream).await;
    shape::check(&live, true).unwrap();
    let steps = folded(&live);
    let names: Vec<_> = steps.iter().map(Step::type_name).collect();
    assert_eq!(
        names,
        [
            "thought",
            "model_output",
            "code_execution_call",
            "code_execution_result",
            "model_output"
        ]
    );
    let Step::CodeExecutionResult(result) = &steps[3] else {
        panic!("no result");
    };
    assert_eq!(result.result.as_ref().unwrap().text(), "\"PRINT(1)\"");

    // What is stored is what was shown.
    let InteractionEvent::Created(created) = &live[0] else {
        panic!("not created");
    };
    let id = created.interaction.id.clone();
    let shown = engine.get(&project(), &id, false).await.unwrap();
    assert_eq!(shown.steps.unwrap()[1..], steps);
    let replay = events(&engine, &id, None).await;
    assert_eq!(folded(&replay)[1..], steps);
    let usage = shown.usage.unwrap();
    assert_eq!(
        (
            usage.total_input_tokens,
            usage.total_tool_use_tokens,
            usage.total_output_tokens,
            usage.total_tokens
        ),
        (10, 6, 7, 23)
    );

    // What the model read.
    let asked = model.call(1).await;
    let [
        Message::User(_),
        Message::Assistant {
            reasoning, tool_calls, ..
        },
        Message::ToolResult(result),
    ] = asked.request().messages.as_slice()
    else {
        panic!("{:?}", asked.request().messages);
    };
    assert_eq!(reasoning.as_deref(), Some("let me see"));
    assert_eq!(tool_calls[0].id.as_deref(), Some("c1"));
    assert_eq!(result.content, [Content::text("PRINT(1)")]);

    // The next turn reads the same, from the store and from a client that resends it.
    model.push(Script::reply("again"));
    create(&engine, json!({ "previous_interaction_id": id, "input": "more" })).await;
    let stored = model.call(2).await.request().messages.clone();
    assert_eq!(stored[..3], asked.request().messages[..3]);
    let mut history = vec![json!({ "type": "user_input", "content": [{ "type": "text", "text": "hi" }] })];
    history.extend(steps.iter().map(|step| serde_json::to_value(step).unwrap()));
    history.push(json!({ "type": "user_input", "content": [{ "type": "text", "text": "more" }] }));
    model.push(Script::reply("again"));
    create(&engine, json!({ "store": false, "input": history })).await;
    assert_eq!(model.call(3).await.request().messages, stored);

    // Altered, it is refused.
    for (at, field, value) in [
        (3, "arguments", json!({ "code": "rm" })),
        (4, "result", json!("2")),
        (4, "signature", json!("")),
    ] {
        let mut altered = history.clone();
        altered[at][field] = value;
        let error = engine
            .create(&project(), request(json!({ "store": false, "input": altered })))
            .await
            .err()
            .unwrap();
        assert!(
            error.to_string().starts_with(&format!("input[{at}]: the step")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn the_clients_functions_come_after_the_servers_tools() {
    let (store, model, tool) = (memory(), ScriptedEngine::new(), shouting());
    model.push(Script::new().tool_call("f1", "ask", json!({})).tool_call(
        "c1",
        "code_execution",
        json!({ "code": "x" }),
    ));
    let engine = engine_with(&store, &model, tools(&tool)).await;
    let both = json!([{ "type": "code_execution" }, { "type": "function", "name": "ask" }]);
    let first = create(&engine, json!({ "tools": both })).await;
    assert_eq!(first.status, Status::RequiresAction);
    assert_eq!(
        types(&first),
        ["function_call", "code_execution_call", "code_execution_result"]
    );
    // Functions beside tools are validated unless the client says otherwise.
    assert_eq!(
        model.call(0).await.request().tool_selection,
        ToolSelection::Validated(None)
    );

    model.push(Script::reply("done"));
    let second = create(
        &engine,
        json!({
            "tools": both,
            "previous_interaction_id": first.id,
            "input": [{ "type": "function_result", "call_id": "f1", "result": "yes" }],
        }),
    )
    .await;
    assert_eq!(second.status, Status::Completed);
    let read = model.call(1).await.request().messages.clone();
    assert_eq!(
        last_results(&read),
        [("X".to_owned(), false), ("yes".to_owned(), false)]
    );
}

#[tokio::test]
async fn a_failed_tool_tells_the_model() {
    let tool = ScriptedTool::new(|call| async move {
        match ScriptedTool::code(&call).as_deref() {
            Some("hang") => std::future::pending().await,
            _ => ScriptedTool::prints(&call, &"x".repeat(2_000)),
        }
    })
    .conduct(Conduct {
        idempotent: false,
        parallel: true,
        time_limit: Duration::ZERO,
    });
    let (store, model) = (memory(), ScriptedEngine::new());
    model.push(
        Script::new()
            .tool_call("a", "code_execution", json!({ "cod": "typo" }))
            .tool_call("b", "code_execution", json!({ "code": "hang" }))
            .tool_call("c", "code_execution", json!({ "code": "long" }))
            .tool_call("d", "code_execution", json!({ "code": "one too many" }))
            .tool_call("e", "code_execution", json!({ "code": "two too many" })),
    );
    model.push(Script::reply("I see."));
    let engine = engine_with(&store, &model, tools(&tool)).await;
    let end = create(&engine, json!({ "tools": code_execution() })).await;
    assert_eq!(end.status, Status::Completed);
    let read = model.call(1).await.request().messages.clone();
    let results = last_results(&read);
    assert_eq!(results.len(), 5);
    assert_eq!(results[0], ("`code` is missing: a string".to_owned(), true));
    assert!(
        results[1].0.contains("longer than the 0ns") && results[1].1,
        "{results:?}"
    );
    assert!(results[2].0.ends_with("x\n[1000 more bytes are left out here]") && !results[2].1);
    assert!(results[3].0.starts_with("not carried out") && results[4].0.starts_with("not carried out"));
    assert_eq!(tool.begun(), 2);
    // The log has the whole of it.
    let long = end.steps.iter().flatten().find_map(|step| match step {
        Step::CodeExecutionResult(result) if result.call_id == "c" => result.result.as_ref().map(Json::text),
        _ => None,
    });
    assert_eq!(long.unwrap().len(), 2_002);
}

#[tokio::test]
async fn the_loop_ends() {
    let (store, tool) = (memory(), shouting());
    let model = ScriptedEngine::responding(|request| {
        if request.tool_selection == ToolSelection::None {
            Script::reply("enough")
        } else {
            run("again")
        }
    });
    let engine = engine_with(&store, &model, tools(&tool)).await;
    let any = json!({ "tool_choice": "any" });
    let end = create(&engine, json!({ "tools": code_execution(), "generation_config": any })).await;
    assert_eq!((end.status, tool.begun()), (Status::Completed, 2));
    let choices: Vec<_> = model
        .calls()
        .iter()
        .map(|call| call.request().tool_selection.clone())
        .collect();
    assert_eq!(
        choices,
        [ToolSelection::Any(None), ToolSelection::Auto, ToolSelection::None]
    );

    // A model that goes on calling is stopped.
    let model = ScriptedEngine::responding(|_| run("again"));
    let engine = engine_with(&store, &model, tools(&tool)).await;
    let end = create(&engine, json!({ "tools": code_execution() })).await;
    assert_eq!(end.status, Status::Failed);
    assert_eq!(end.errors.unwrap()[0].code.as_str(), "too_many_tool_calls");
}

#[tokio::test]
async fn parallel_calls_run_in_parallel_and_others_in_turn() {
    for parallel in [true, false] {
        let gates = [Gate::new(), Gate::new()];
        let held = gates.clone();
        let tool = ScriptedTool::new(move |call| {
            let gate = held[usize::from(call.id == "b")].clone();
            async move {
                gate.pass().await;
                ScriptedTool::prints(&call, "ok")
            }
        })
        .conduct(Conduct {
            idempotent: false,
            parallel,
            time_limit: Duration::from_secs(60),
        });
        let (store, model) = (memory(), ScriptedEngine::new());
        let two = Script::new()
            .tool_call("a", "code_execution", json!({ "code": "1" }))
            .tool_call("b", "code_execution", json!({ "code": "2" }));
        model.push(two);
        model.push(Script::reply("done"));
        let engine = engine_with(&store, &model, tools(&tool)).await;
        let conduct = async {
            if parallel {
                gates[0].reached().await;
                gates[1].reached().await;
                // The second is done first, and is shown first.
                gates[1].open();
                gates[0].open();
            } else {
                gates[0].reached().await;
                assert_eq!(tool.begun(), 1);
                gates[0].open();
                gates[1].open();
            }
        };
        let (end, ()) = tokio::join!(create(&engine, json!({ "tools": code_execution() })), conduct);
        assert_eq!(end.status, Status::Completed);
        assert_eq!(tool.begun(), 2);
        let read = model.call(1).await.request().messages.clone();
        let ids = read.iter().filter_map(|message| match message {
            Message::ToolResult(result) => Some(result.call_id.as_str()),
            Message::User(_) | Message::Assistant { .. } => None,
        });
        assert_eq!(ids.collect::<Vec<_>>(), ["a", "b"]);
    }
}

#[tokio::test]
async fn cancelling_stops_what_runs() {
    let gate = Gate::new();
    let held = gate.clone();
    let dropped = Arc::new(tokio::sync::Notify::new());
    let notify = Arc::clone(&dropped);
    let tool = ScriptedTool::new(move |call| {
        struct Tell(Arc<tokio::sync::Notify>);
        impl Drop for Tell {
            fn drop(&mut self) {
                self.0.notify_one();
            }
        }
        let (gate, tell) = (held.clone(), Tell(Arc::clone(&notify)));
        async move {
            gate.pass().await;
            drop(tell);
            ScriptedTool::prints(&call, "never")
        }
    });
    let (store, model) = (memory(), ScriptedEngine::new());
    model.push(run("x"));
    let engine = engine_with(&store, &model, tools(&tool)).await;
    let begun = create(&engine, json!({ "tools": code_execution(), "background": true })).await;
    gate.reached().await;
    // What was called is there to be read before it is carried out.
    let seen = engine.get(&project(), &begun.id, false).await.unwrap();
    assert_eq!(types(&seen), ["user_input", "code_execution_call"]);
    let end = engine.cancel(&project(), &begun.id).await.unwrap();
    assert_eq!(end.status, Status::Cancelled);
    dropped.notified().await;

    // The conversation goes on; the model learns that the call was interrupted.
    model.push(Script::reply("ok"));
    create(
        &engine,
        json!({ "previous_interaction_id": begun.id, "input": "and now?" }),
    )
    .await;
    let read = model.call(1).await.request().messages.clone();
    let [
        Message::User(_),
        Message::Assistant { .. },
        Message::ToolResult(result),
        Message::User(_),
    ] = read.as_slice()
    else {
        panic!("{read:?}");
    };
    assert!(result.is_error);
}

#[tokio::test]
async fn sources_are_cited_and_media_is_shown() {
    let tool = ScriptedTool::new(|call| async move {
        let mut outcome = ScriptedTool::prints(&call, "found");
        outcome.sources = vec![Source {
            url: "https://a.example".to_owned(),
            title: "A".to_owned(),
            passage: "Grün ist die Wiese.".to_owned(),
        }];
        outcome.grounding = Some(("google_search", 2));
        outcome.shown =
            vec![serde_json::from_value(json!({ "type": "image", "mime_type": "image/png", "data": "AAAA" })).unwrap()];
        outcome.revealed = vec![FunctionDeclaration {
            name: "found_by_search".to_owned(),
            description: None,
            parameters: None,
        }];
        outcome
    });
    let (store, model) = (memory(), ScriptedEngine::new());
    model.push(run("x"));
    model.push(Script::new().text("Sie ist grün [").text("[1]").text("]."));
    let engine = engine_with(&store, &model, tools(&tool)).await;
    let first = create(&engine, json!({ "tools": code_execution() })).await;
    assert_eq!(
        types(&first),
        [
            "code_execution_call",
            "code_execution_result",
            "model_output",
            "model_output"
        ]
    );
    let Step::ModelOutput(answer) = &first.steps.as_ref().unwrap()[3] else {
        panic!("no answer");
    };
    let answer = serde_json::to_value(&answer.content).unwrap();
    assert_eq!(
        answer,
        json!([{
            "type": "text",
            "text": "Sie ist grün.",
            "annotations": [{ "type": "url_citation", "start_index": 0, "end_index": 13, "url": "https://a.example", "title": "A" }],
        }])
    );
    let usage = first.usage.unwrap();
    assert_eq!(usage.grounding_tool_count[0].count, 2);
    let asked = model.call(1).await.request().clone();
    assert!(last_results(&asked.messages)[0].0.contains("[[1]]"), "{asked:?}");
    assert_eq!(asked.functions[1].name, "found_by_search");

    // A later turn can still cite it; the picture is named to a model that takes none.
    model.push(Script::new().text("Ja [[1]]").finish(FinishReason::Stop));
    let second = create(
        &engine,
        json!({ "previous_interaction_id": first.id, "input": "wirklich?" }),
    )
    .await;
    let text = serde_json::to_string(&second.steps).unwrap();
    assert!(text.contains("https://a.example") && !text.contains("[[1]]"), "{text}");
    let read = model.call(2).await.request().messages.clone();
    assert!(!format!("{read:?}").contains("[image]"));
}

fn declared(request: &antiphon_model_engine::ModelRequest) -> Vec<&str> {
    request
        .functions
        .iter()
        .map(|function| function.name.as_str())
        .collect()
}

#[tokio::test]
async fn functions_that_were_searched_for_stay_declared() {
    let (store, model) = (memory(), ScriptedEngine::new());
    let kinds = Tools::new([Arc::new(ToolSearch) as Arc<dyn ToolKind>]);
    let engine = engine_with(&store, &model, kinds).await;
    let call = |name: &str, arguments: Value| Script::new().tool_call("", name, arguments);
    let tools = json!([{ "type": "tool_search" }, { "type": "function", "name": "f", "defer_loading": true }]);
    model.push(call("tool_search", json!({ "function_names": ["f"] })));
    model.push(call("f", json!({})));
    let first = create(&engine, json!({ "tools": tools })).await;
    assert_eq!(
        types(&first),
        ["tool_search_call", "tool_search_result", "function_call"]
    );
    assert_eq!(declared(model.call(0).await.request()), ["tool_search"]);
    assert_eq!(declared(model.call(1).await.request()), ["tool_search", "f"]);
    let Some(Step::FunctionCall(asked)) = first.steps.as_ref().unwrap().last() else {
        panic!("no call");
    };
    let result = json!([{ "type": "function_result", "call_id": asked.id, "result": "r" }]);
    model.push(Script::reply("done"));
    create(
        &engine,
        json!({ "tools": tools, "previous_interaction_id": first.id, "input": result }),
    )
    .await;
    assert_eq!(declared(model.call(2).await.request()), ["f"]);

    // The client searches: its result brings the declarations.
    let search = json!([{
        "type": "tool_search", "execution": "client", "name": "find", "description": "Finds functions.",
        "parameters": { "type": "object", "properties": { "q": { "type": "string" } } },
    }]);
    model.push(call("find", json!({ "q": "g" })));
    let first = create(&engine, json!({ "tools": search })).await;
    let Some(Step::FunctionCall(asked)) = first.steps.as_ref().unwrap().last() else {
        panic!("no call");
    };
    let answer = |name: &str| {
        let found = json!([{ "type": "function", "name": name, "description": "Does g." }]);
        let result = json!([{ "type": "function_result", "call_id": asked.id, "result": found }]);
        json!({ "tools": search, "previous_interaction_id": first.id, "input": result })
    };
    model.push(Script::reply("done"));
    create(&engine, answer("g")).await;
    assert_eq!(declared(model.call(4).await.request()), ["find", "g"]);
    let error = engine
        .create(&project(), request(answer("no name")))
        .await
        .err()
        .unwrap();
    assert!(error.to_string().starts_with("input[0].result[0].name: "), "{error}");
}

/// What tools keep of a conversation goes with its last interaction, erased or swept.
#[tokio::test]
async fn tools_forget_a_conversation_that_is_over() {
    let (tool, store, model) = (shouting(), memory(), ScriptedEngine::new());
    let engine = engine_with(&store, &model, tools(&tool)).await;
    let mut asked = Vec::new();
    for above in [None, Some(0), None] {
        model.push(Script::reply("yes"));
        let above = above.map(|above: usize| json!(asked[above]));
        let created = engine
            .create(&project(), request(json!({ "previous_interaction_id": above })))
            .await;
        asked.push(interaction(created.unwrap()).id);
    }
    engine.delete(&project(), &asked[0]).await.unwrap();
    assert_eq!(tool.forgotten(), Vec::<String>::new());
    engine.delete(&project(), &asked[1]).await.unwrap();
    assert_eq!(tool.forgotten().len(), 1);

    // One that ended before the clock stopped.
    let kept = store.read(project(), asked[2].clone()).await.unwrap().unwrap();
    let mut old = kept.record;
    old.id = InteractionId::from("old");
    old.updated = jiff::Timestamp::from_second(-100).unwrap();
    let mut commit = Commit::new(project(), old.id.clone());
    commit.create = Some((old, Vec::new()));
    store.commit(commit).await.unwrap();
    assert_eq!(engine.sweep(None, Duration::from_secs(99)).await.unwrap(), 1);
    let forgotten = tool.forgotten();
    assert!(forgotten.len() == 2 && forgotten[0] != forgotten[1], "{forgotten:?}");
}

#[tokio::test]
async fn pictures_of_several_calls_leave_the_conversation_whole() {
    let tool = ScriptedTool::new(|call| async move {
        let mut outcome = ScriptedTool::prints(&call, "drawn");
        let picture = json!({ "type": "image", "mime_type": "image/png", "data": "AAAA" });
        outcome.shown = vec![serde_json::from_value(picture).unwrap()];
        outcome
    });
    let (store, model) = (memory(), ScriptedEngine::new());
    model.push(
        Script::new()
            .tool_call("f1", "ask", json!({}))
            .tool_call("a", "code_execution", json!({ "code": "1" }))
            .tool_call("b", "code_execution", json!({ "code": "2" })),
    );
    let engine = engine_with(&store, &model, tools(&tool)).await;
    let both = json!([{ "type": "code_execution" }, { "type": "function", "name": "ask" }]);
    let first = create(&engine, json!({ "tools": both })).await;
    assert_eq!(first.status, Status::RequiresAction);
    assert_eq!(types(&first).last().unwrap(), "model_output");
    model.push(Script::reply("done"));
    let answer = json!([{ "type": "function_result", "call_id": "f1", "result": "yes" }]);
    let second = create(
        &engine,
        json!({ "tools": both, "previous_interaction_id": first.id, "input": answer }),
    )
    .await;
    assert_eq!(second.status, Status::Completed);
    let read = last_results(&model.call(1).await.request().messages);
    assert_eq!(
        read.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(),
        ["drawn", "drawn", "yes"]
    );
}

#[tokio::test]
async fn a_call_that_cannot_be_is_told_to_the_model() {
    let (store, model, tool) = (memory(), ScriptedEngine::new(), shouting());
    model.push(Script::new().tool_call("x", "no_such_tool", json!({})));
    model.push(Script::new().fail(antiphon_model_engine::Error::MalformedToolCall {
        message: "cut".to_owned(),
    }));
    model.push(Script::reply("I see."));
    let engine = engine_with(&store, &model, tools(&tool)).await;
    let end = create(&engine, json!({ "tools": code_execution() })).await;
    assert_eq!(
        (end.status.clone(), types(&end)),
        (Status::Completed, vec!["model_output".to_owned()])
    );
    let read = last_results(&model.call(1).await.request().messages);
    assert!(read[0].0.contains("no_such_tool") && read[0].1, "{read:?}");
}
