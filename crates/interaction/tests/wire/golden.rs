//! Each line of a fixture is one value in the field order in which this crate prints; it comes back as it went in, with
//! unknown variants and the digits of all numbers kept.

use antiphon_interaction::{
    Annotation, Content, CreateInteraction, ErrorBody, ErrorCode, Interaction, InteractionEvent, Status, Step,
    StepDelta, Tool,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

fn round_trip<T: Serialize + DeserializeOwned>(fixture: &str) -> Vec<T> {
    let parse = |line: &str| -> T {
        let value: T = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(serde_json::to_string(&value).unwrap(), line);
        value
    };
    fixture.lines().map(parse).collect()
}

/// Every type that the crate knows has its line, and so has one that it does not know.
fn covers(known: &[&str], seen: &[String]) {
    for name in known {
        assert!(seen.iter().any(|seen| seen == name), "no fixture for {name}");
    }
    assert!(
        seen.iter().any(|seen| !known.contains(&seen.as_str())),
        "no fixture for an unknown type"
    );
}

macro_rules! golden {
    ($($test:ident: $union:ty = $file:literal;)+) => {$(
        #[test]
        fn $test() {
            let values: Vec<$union> = round_trip(include_str!($file));
            let seen: Vec<String> = values.iter().map(|value| value.type_name().into_owned()).collect();
            covers(<$union>::TYPES, &seen);
        }
    )+};
}

golden! {
    content: Content = "fixtures/content.jsonl";
    steps: Step = "fixtures/step.jsonl";
    tools: Tool = "fixtures/tool.jsonl";
    annotations: Annotation = "fixtures/annotation.jsonl";
    deltas: StepDelta = "fixtures/delta.jsonl";
    events: InteractionEvent = "fixtures/event.jsonl";
}

#[test]
fn interactions() {
    round_trip::<Interaction>(include_str!("fixtures/interaction.jsonl"));
}

#[test]
fn requests() {
    round_trip::<CreateInteraction>(include_str!("fixtures/request.jsonl"));
}

#[test]
fn what_is_missing_or_null_is_left_out() {
    let cases = [
        (r#"{"type":"model_output"}"#, r#"{"type":"model_output","content":[]}"#),
        (
            r#"{"type":"thought","signature":null,"summary":[]}"#,
            r#"{"type":"thought"}"#,
        ),
        (
            r#"{"name":"f","type":"function_call","id":"c"}"#,
            r#"{"type":"function_call","id":"c","name":"f","arguments":{}}"#,
        ),
        (
            r#"{"type":"user_input","content":[],"newer":1}"#,
            r#"{"type":"user_input","content":[]}"#,
        ),
    ];
    for (given, printed) in cases {
        let step: Step = serde_json::from_str(given).unwrap();
        assert_eq!(serde_json::to_string(&step).unwrap(), printed);
    }
}

#[test]
fn what_breaks_its_type_is_an_error() {
    for broken in [
        r#"{"type":"function_call"}"#,
        r#"{"type":"user_input","content":"hi"}"#,
        r#""user_input""#,
        "[]",
        "null",
    ] {
        assert!(serde_json::from_str::<Step>(broken).is_err(), "{broken}");
    }
}

#[test]
fn statuses_say_which_are_terminal() {
    let running: Vec<&str> = [
        "queued",
        "in_progress",
        "completed",
        "requires_action",
        "incomplete",
        "requires_continuation",
        "budget_exceeded",
        "failed",
        "cancelled",
    ]
    .into_iter()
    .filter(|status| !Status::from(*status).is_terminal())
    .collect();
    assert_eq!(running, ["queued", "in_progress"]);
}

#[test]
fn error_bodies_keep_a_code_that_is_not_known() {
    let line = r#"{"error":{"code":"brand_new","message":"m"}}"#;
    let body = &round_trip::<ErrorBody>(line)[0];
    assert_eq!(body.error.code, ErrorCode::Unknown("brand_new".to_owned()));
}
