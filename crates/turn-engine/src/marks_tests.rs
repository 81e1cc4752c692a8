use antiphon_interaction::{Content, FunctionCall, Json, Step, StepDelta, StepFold};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Marks, unfold};

fn delta(value: Value) -> StepDelta {
    serde_json::from_value(value).unwrap()
}

/// Folds the deltas and takes the step apart again.
fn there_and_back(start: Step, deltas: &[StepDelta]) -> (Step, Vec<StepDelta>, usize) {
    let mut fold = StepFold::start(start);
    let mut marks = Marks::default();
    for delta in deltas {
        fold.apply(delta).unwrap();
        marks.push(delta);
    }
    let marks = marks.into_bytes();
    let (start, unfolded) = unfold(&fold.finish().unwrap(), &marks);
    (start, unfolded, marks.len())
}

fn output_delta() -> impl Strategy<Value = StepDelta> {
    prop_oneof![
        3 => "\\PC{1,40}".prop_map(|text| delta(json!({ "type": "text", "text": text }))),
        1 => (0..3_usize).prop_map(|count| {
            let one = json!({ "type": "url_citation", "start_index": 0, "url": "u" });
            delta(json!({ "type": "text_annotation_delta", "annotations": vec![one; count] }))
        }),
        1 => prop::sample::select(vec!["image", "video", "document"])
            .prop_map(|kind| delta(json!({ "type": kind, "data": "AAAA", "mime_type": "a/b" }))),
    ]
}

proptest! {
    #[test]
    fn an_output_comes_apart_as_it_was_put_together(deltas in prop::collection::vec(output_delta(), 0..12)) {
        // An annotation begins a text of its own where none is open; the engines annotate what they have said.
        let said = |at: usize| at > 0 && matches!(deltas[at - 1], StepDelta::Text(_) | StepDelta::TextAnnotation(_));
        prop_assume!(deltas.iter().enumerate().all(|(at, delta)| !matches!(delta, StepDelta::TextAnnotation(_)) || said(at)));
        let start: Step = serde_json::from_value(json!({ "type": "model_output" })).unwrap();
        let (again, unfolded, _) = there_and_back(start.clone(), &deltas);
        prop_assert_eq!(again, start);
        prop_assert_eq!(unfolded, deltas);
    }

    #[test]
    fn marks_are_never_longer_than_the_text(texts in prop::collection::vec("\\PC{1,200}", 1..20)) {
        let deltas: Vec<StepDelta> = texts.iter().map(|text| delta(json!({ "type": "text", "text": text }))).collect();
        let start = serde_json::from_value(json!({ "type": "model_output" })).unwrap();
        prop_assert!(there_and_back(start, &deltas).2 <= texts.iter().map(String::len).sum());
    }

    #[test]
    fn marks_that_do_not_fit_show_the_step_whole(bytes in prop::collection::vec(any::<u8>(), 1..20)) {
        let steps = [
            json!({ "type": "model_output", "content": [{ "type": "text", "text": "ä" }, { "type": "image" }, { "type": "new" }] }),
            json!({ "type": "thought", "signature": "s", "summary": [{ "type": "text", "text": "ä" }] }),
            json!({ "type": "function_call", "id": "c", "name": "f", "arguments": { "a": "ä" } }),
        ];
        for step in steps {
            let step: Step = serde_json::from_value(step).unwrap();
            let (start, deltas) = unfold(&step, &bytes);
            prop_assert!(!deltas.is_empty() || start == step || bytes[0] & 0x80 != 0, "{:?}", start);
        }
    }
}

#[test]
fn arguments_come_apart_with_their_digits() {
    let call = FunctionCall {
        id: "c".to_owned(),
        name: "f".to_owned(),
        arguments: Json::empty_object(),
        signature: None,
    };
    let fragments: Vec<StepDelta> = ["{\"n\":1e4", "00,\"ä", "\":12345678901234567890123}"]
        .map(|text| delta(json!({ "type": "arguments_delta", "arguments": text })))
        .to_vec();
    let (start, unfolded, _) = there_and_back(Step::FunctionCall(call.clone()), &fragments);
    assert_eq!(start, Step::FunctionCall(call));
    assert_eq!(unfolded, fragments);
}

#[test]
fn a_step_without_marks_is_shown_at_its_start() {
    let step = Step::user(vec![Content::text("hi")]);
    assert_eq!(unfold(&step, &[]), (step.clone(), Vec::new()));
}
