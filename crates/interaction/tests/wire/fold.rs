//! Deltas add up to the step that a GET shows.

use antiphon_interaction::{FoldError, Step, StepDelta, StepFold};
use serde_json::{Value, json};

fn fold(start: &Value, deltas: &[Value]) -> Result<Value, FoldError> {
    let mut fold = StepFold::start(serde_json::from_value::<Step>(start.clone()).unwrap());
    for delta in deltas {
        fold.apply(&serde_json::from_value::<StepDelta>(delta.clone()).unwrap())?;
    }
    fold.finish().map(|step| serde_json::to_value(step).unwrap())
}

#[track_caller]
fn adds_up(start: Value, deltas: &[Value], step: Value) {
    assert_eq!(fold(&start, deltas).unwrap(), step);
}

#[test]
fn text_and_its_annotations_are_appended_and_media_are_blocks() {
    let citation = json!({ "type": "url_citation", "start_index": 0, "end_index": 2, "url": "u" });
    let image = json!({ "type": "image", "data": "AAAA", "mime_type": "image/png" });
    let document = json!({ "type": "document", "uri": "files/a", "mime_type": "application/pdf" });
    let video = json!({ "type": "video", "uri": "files/b", "mime_type": "video/mp4" });
    adds_up(
        json!({ "type": "model_output" }),
        &[
            json!({ "type": "text", "text": "Gr" }),
            json!({ "type": "text_annotation_delta", "annotations": [citation] }),
            json!({ "type": "text", "text": "üße" }),
            image.clone(),
            image.clone(),
            json!({ "type": "text", "text": "!" }),
            document.clone(),
            video.clone(),
        ],
        json!({ "type": "model_output", "content": [
            { "type": "text", "text": "Grüße", "annotations": [citation] },
            image, image, { "type": "text", "text": "!" }, document, video,
        ] }),
    );
}

#[test]
fn a_text_that_begins_in_the_start_goes_on() {
    adds_up(
        json!({ "type": "model_output", "content": [{ "type": "text", "text": "a" }] }),
        &[json!({ "type": "text", "text": "b" })],
        json!({ "type": "model_output", "content": [{ "type": "text", "text": "ab" }] }),
    );
}

#[test]
fn sound_is_appended_as_bytes_not_as_base64() {
    let chunk = |data: &str| json!({ "type": "audio", "data": data, "mime_type": "audio/l16", "sample_rate": 24000 });
    // "ab" and "cde": their base64 texts cannot be put one behind the other.
    adds_up(
        json!({ "type": "model_output" }),
        &[chunk("YWI="), chunk("Y2Rl")],
        json!({ "type": "model_output", "content": [
            { "type": "audio", "data": "YWJjZGU=", "mime_type": "audio/l16", "sample_rate": 24000 }
        ] }),
    );
}

#[test]
fn a_summary_is_appended_and_the_last_signature_counts() {
    let image = json!({ "type": "image", "data": "AAAA" });
    let summary = |content: &Value| json!({ "type": "thought_summary", "content": content });
    adds_up(
        json!({ "type": "thought", "signature": "" }),
        &[
            summary(&json!({ "type": "text", "text": "a" })),
            summary(&json!({ "type": "text", "text": "b" })),
            summary(&image),
            summary(&json!({ "type": "text", "text": "c" })),
            json!({ "type": "thought_summary" }),
            json!({ "type": "thought_signature", "signature": "one" }),
            json!({ "type": "thought_signature", "signature": "two" }),
        ],
        json!({ "type": "thought", "signature": "two", "summary": [
            { "type": "text", "text": "ab" }, image, { "type": "text", "text": "c" }
        ] }),
    );
}

#[test]
fn arguments_are_the_json_of_all_fragments() {
    let call = json!({ "type": "function_call", "id": "c", "name": "f", "arguments": {} });
    let fragment = |text: &str| json!({ "type": "arguments_delta", "arguments": text });
    let mut adding = StepFold::start(serde_json::from_value(call.clone()).unwrap());
    for text in ["{\"n\":1234567890", "1234567890123,\"x\":1e4", "00}"] {
        adding.apply(&serde_json::from_value(fragment(text)).unwrap()).unwrap();
    }
    let Step::FunctionCall(step) = adding.finish().unwrap() else {
        unreachable!()
    };
    assert_eq!(step.arguments.text(), r#"{"n":12345678901234567890123,"x":1e400}"#);

    adds_up(call.clone(), &[], call.clone());
    let broken = fold(&call, &[fragment("{\"n\":")]).unwrap_err();
    assert!(
        matches!(&broken, FoldError::Arguments { name, .. } if name == "f"),
        "{broken}"
    );
}

#[test]
fn deltas_of_server_side_tools_replace_whole_fields() {
    let call = |kind: &str, arguments: Value| {
        let start = json!({ "type": kind, "id": "c" });
        let delta = json!({ "type": kind, "arguments": arguments, "signature": "s" });
        (
            start,
            delta,
            json!({ "type": kind, "id": "c", "arguments": arguments, "signature": "s" }),
        )
    };
    let signed = |kind: &str| {
        let delta = json!({ "type": kind, "signature": "s" });
        (
            json!({ "type": kind, "id": "c" }),
            delta,
            json!({ "type": kind, "id": "c", "signature": "s" }),
        )
    };
    let result = |kind: &str| {
        let start = json!({ "type": kind, "call_id": "c", "signature": "", "result": ["old"] });
        let delta = json!({ "type": kind, "result": ["new"], "is_error": true, "signature": "s" });
        (
            start,
            delta,
            json!({ "type": kind, "call_id": "c", "result": ["new"], "is_error": true, "signature": "s" }),
        )
    };
    let mut cases = vec![
        call("code_execution_call", json!({ "code": "1", "language": "python" })),
        call("url_context_call", json!({ "urls": ["u"] })),
        call("google_search_call", json!({ "queries": ["q"] })),
        call("google_maps_call", json!({ "queries": ["q"] })),
        call("tool_search_call", json!({ "function_names": ["f"] })),
        call("mcp_server_tool_call", json!({ "n": 1 })),
        call("retrieval_call", json!({ "queries": ["q"] })),
        signed("file_search_call"),
        signed("processing_call"),
    ];
    cases.extend(
        [
            "function_result",
            "code_execution_result",
            "url_context_result",
            "google_search_result",
            "google_maps_result",
            "file_search_result",
            "mcp_server_tool_result",
            "retrieval_result",
            "tool_search_result",
            "processing_result",
        ]
        .map(result),
    );
    for (start, delta, step) in cases {
        let empty = json!({ "type": delta["type"] });
        assert_eq!(fold(&start, &[delta, empty]).unwrap(), step);
    }
    adds_up(
        json!({ "type": "mcp_server_tool_result", "call_id": "c" }),
        &[json!({ "type": "mcp_server_tool_result", "name": "read", "server_name": "files", "result": "r" })],
        json!({ "type": "mcp_server_tool_result", "call_id": "c", "name": "read", "server_name": "files", "result": "r" }),
    );
    adds_up(
        json!({ "type": "retrieval_call", "id": "c" }),
        &[json!({ "type": "retrieval_call", "retrieval_type": "rag_store" })],
        json!({ "type": "retrieval_call", "id": "c", "retrieval_type": "rag_store" }),
    );
}

#[test]
fn a_delta_of_another_step_is_refused_and_an_unknown_one_passed_over() {
    let start = json!({ "type": "thought" });
    let refused = fold(&start, &[json!({ "type": "text", "text": "a" })]).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "a `text` delta does not belong in a `thought` step"
    );
    adds_up(start.clone(), &[json!({ "type": "taste", "sweet": 1 })], start);
    let chunk = json!({ "type": "audio", "data": "not base64" });
    assert!(matches!(
        fold(&json!({ "type": "model_output" }), &[chunk.clone(), chunk]),
        Err(FoldError::Audio(_))
    ));
}
