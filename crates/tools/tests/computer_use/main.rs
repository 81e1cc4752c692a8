//! The kind `computer_use`.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::sync::Arc;

use antiphon_interaction::Tool as ToolDeclaration;
use antiphon_tools::{ComputerUse, OpenError, Opened, Setting, ToolKind};
use serde_json::{Value, json};

async fn open(mut declaration: Value) -> Result<Opened, OpenError> {
    declaration["type"] = "computer_use".into();
    let declaration: ToolDeclaration = serde_json::from_value(declaration).unwrap();
    let setting = Setting {
        project: "p".to_owned(),
        conversation: "c".to_owned(),
        ephemeral: true,
        path: "tools[0]".to_owned(),
        deferred: Arc::new([]),
    };
    ComputerUse.open(declaration, setting).await
}

fn names(opened: &Opened) -> Vec<&str> {
    let mut names: Vec<&str> = opened.functions.iter().map(|function| function.name.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn each_environment_has_the_documented_functions() {
    let browser = "click double_click drag_and_drop go_back go_forward hotkey key_down key_up middle_click mouse_down \
        mouse_up move navigate press_key right_click scroll take_screenshot triple_click type wait";
    let mobile = "click drag_and_drop go_back list_apps long_press open_app press_key take_screenshot type wait";
    let desktop = "click double_click drag_and_drop hotkey key_down key_up middle_click mouse_down mouse_up move \
        press_key right_click scroll take_screenshot triple_click type wait";
    for (environment, expected) in [("browser", browser), ("mobile", mobile), ("desktop", desktop)] {
        let opened = open(json!({ "environment": environment })).await.unwrap();
        assert_eq!(names(&opened), expected.split_whitespace().collect::<Vec<_>>());
        assert_eq!(opened.tools.len(), 0);
    }
    let opened = open(json!({})).await.unwrap();
    let scroll = opened
        .functions
        .iter()
        .find(|function| function.name == "scroll")
        .unwrap();
    let parameters = scroll.parameters.as_ref().unwrap().value();
    assert_eq!(parameters["required"], json!(["y", "x", "direction", "intent"]));
    assert_eq!(
        (
            &parameters["properties"]["x"]["minimum"],
            &parameters["properties"]["x"]["maximum"]
        ),
        (&json!(0), &json!(999))
    );
    assert_eq!(parameters["properties"]["magnitude_in_pixels"]["type"], "integer");
}

#[tokio::test]
async fn functions_can_be_excluded_and_what_is_not_done_is_refused() {
    let opened = open(json!({ "environment": "mobile", "excluded_predefined_functions": ["click", "open_app"] })).await;
    assert_eq!(
        names(&opened.unwrap()),
        [
            "drag_and_drop",
            "go_back",
            "list_apps",
            "long_press",
            "press_key",
            "take_screenshot",
            "type",
            "wait"
        ]
    );
    for (declaration, told) in [
        (
            json!({ "environment": "mobile", "excluded_predefined_functions": ["wait", "hotkey"] }),
            "tools[0].excluded_predefined_functions[1]: `hotkey` is none of the predefined functions: open_app, list_apps, click",
        ),
        (
            json!({ "environment": "car" }),
            "tools[0].environment: `car` is none of",
        ),
        (
            json!({ "disabled_safety_policies": ["data_modification"] }),
            "tools[0].disabled_safety_policies: ",
        ),
        (
            json!({ "enable_prompt_injection_detection": true }),
            "tools[0].enable_prompt_injection_detection: ",
        ),
    ] {
        let error = open(declaration).await.err().unwrap().to_string();
        assert!(error.starts_with(told), "{error}");
    }
    assert!(
        open(json!({ "enable_prompt_injection_detection": false, "disabled_safety_policies": [] }))
            .await
            .is_ok()
    );
}
