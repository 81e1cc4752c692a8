//! The kind `tool_search`.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::sync::Arc;

use antiphon_interaction::{Json, Tool as ToolDeclaration};
use antiphon_model_engine::FunctionDeclaration;
use antiphon_tools::{Call, OpenError, Opened, Setting, ToolKind, ToolSearch};
use serde_json::{Value, json};

fn function(name: &str, description: &str) -> FunctionDeclaration {
    FunctionDeclaration {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        parameters: Some(Json::from(json!({ "type": "object" }))),
    }
}

async fn open(declaration: Value, deferred: Vec<(FunctionDeclaration, Option<String>)>) -> Result<Opened, OpenError> {
    let declaration: ToolDeclaration = serde_json::from_value(declaration).unwrap();
    let setting = Setting {
        project: "p".to_owned(),
        conversation: "c".to_owned(),
        ephemeral: true,
        path: "tools[1]".to_owned(),
        deferred: deferred.into(),
    };
    ToolSearch.open(declaration, setting).await
}

#[tokio::test]
async fn the_model_loads_deferred_functions_by_name_and_by_words() {
    let deferred = vec![
        (
            function("get_weather", "The weather of a city.\nLong explanation."),
            None,
        ),
        (
            function("book_flight", "Books."),
            Some("books a flight for a person".to_owned()),
        ),
    ];
    let opened = open(json!({ "type": "tool_search" }), deferred).await.unwrap();
    let tool = Arc::clone(&opened.tools[0]);
    assert_eq!(tool.declaration().name, "tool_search");
    let description = tool.declaration().description.clone().unwrap();
    assert!(description.ends_with("- get_weather: The weather of a city.\n- book_flight: books a flight for a person"));

    for arguments in [
        json!({ "query": "book flights" }),
        json!({ "function_names": ["book_flight"] }),
    ] {
        let arguments = Json::from(arguments);
        let step = tool.call_step("c1", &arguments).unwrap();
        assert_eq!(
            serde_json::to_value(&step).unwrap(),
            json!({ "type": "tool_search_call", "id": "c1", "arguments": { "function_names": ["book_flight"] } })
        );
        let outcome = tool
            .run(Call {
                id: "c1".to_owned(),
                arguments,
            })
            .await;
        assert_eq!(outcome.revealed, [function("book_flight", "Books.")]);
        assert_eq!(
            serde_json::to_value(&outcome.step).unwrap(),
            json!({ "type": "tool_search_result", "call_id": "c1", "result": [{
                "type": "function", "name": "book_flight", "description": "Books.", "parameters": { "type": "object" },
                "short_description": "books a flight for a person",
            }] })
        );
    }

    let arguments = Json::from(json!({ "function_names": ["fly"], "query": "swim" }));
    let outcome = tool
        .run(Call {
            id: "c2".to_owned(),
            arguments,
        })
        .await;
    assert_eq!(outcome.revealed, []);
    assert_eq!(
        outcome.content[0].as_text(),
        Some("No function was found; try other words. There is no function called: fly.")
    );
    assert!(
        tool.call_step("c3", &Json::from(json!({})))
            .unwrap_err()
            .contains("`query`")
    );
    assert!(tool.call_step("c4", &Json::from(json!({ "words": "a" }))).is_err());
}

#[tokio::test]
async fn many_functions_are_found_by_words_though_not_all_are_listed() {
    let deferred = (0..500).map(|number| (function(&format!("do_{number}"), &"words ".repeat(20)), None));
    let opened = open(json!({ "type": "tool_search" }), deferred.collect())
        .await
        .unwrap();
    let description = opened.tools[0].declaration().description.clone().unwrap();
    assert!(description.len() < 10_000 && description.ends_with("more, to be found by words"));
    let arguments = Json::from(json!({ "query": "words" }));
    let outcome = opened.tools[0]
        .run(Call {
            id: "c".to_owned(),
            arguments,
        })
        .await;
    assert_eq!(outcome.revealed.len(), 5);
    assert_eq!(
        open(json!({ "type": "tool_search" }), Vec::new())
            .await
            .unwrap()
            .tools
            .len(),
        0
    );
}

#[tokio::test]
async fn a_search_of_the_clients_is_its_function() {
    let whole = json!({ "type": "tool_search", "execution": "client", "name": "find", "description": "Finds.", "parameters": { "type": "object" } });
    let opened = open(whole.clone(), Vec::new()).await.unwrap();
    assert_eq!(opened.functions, [function("find", "Finds.")]);
    assert_eq!(opened.tools.len(), 0);

    for field in ["name", "description", "parameters"] {
        let mut part = whole.clone();
        part.as_object_mut().unwrap().shift_remove(field);
        let error = open(part, Vec::new()).await.err().unwrap().to_string();
        assert!(error.starts_with(&format!("tools[1].{field}: missing")), "{error}");
    }
    let mut server = whole;
    server["execution"] = "server".into();
    assert!(
        open(server, Vec::new())
            .await
            .err()
            .unwrap()
            .to_string()
            .starts_with("tools[1].name: belongs to")
    );
}
