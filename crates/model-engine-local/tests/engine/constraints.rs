//! Random weights write anything; what fits here fits because of the constraint.

use antiphon_interaction::{Json, ThinkingLevel};
use antiphon_model_engine::{Error, FinishReason, ModelRequest, OutputFormat, Sampling};
use serde_json::{Value, json};

use crate::model::{ask, load};
use crate::templates::{ALL, QWEN};

fn constrained(format: OutputFormat, seed: i64) -> ModelRequest {
    ModelRequest {
        output_format: format,
        sampling: Sampling {
            temperature: Some(1.0),
            top_p: Some(1.0),
            seed: Some(seed),
            max_output_tokens: Some(1500),
            ..Sampling::default()
        },
        // Random weights would never stop thinking.
        thinking_level: Some(ThinkingLevel::Minimal),
        ..ask("Say something.")
    }
}

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "kind": {"enum": ["red", "green"]},
            "count": {"type": "integer", "minimum": 3, "maximum": 12},
            "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "minItems": 1, "maxItems": 2},
            "nested": {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]},
        },
        "required": ["kind", "count", "tags", "nested"],
        "$defs": {"tag": {"type": "string", "maxLength": 4}},
    })
}

#[tokio::test]
async fn a_schema_is_kept_by_every_family() {
    for (name, family) in ALL {
        let model = load(&family.model(7));
        for seed in 0..4 {
            let answer = model
                .answer(constrained(OutputFormat::JsonSchema(Json::from(schema())), seed))
                .await;
            assert_eq!(answer.finish().reason, FinishReason::Stop, "{name}: {}", answer.text);
            let value: Value = serde_json::from_str(&answer.text).unwrap();
            assert!(
                ["red", "green"].contains(&value["kind"].as_str().unwrap()),
                "{name}: {value}"
            );
            assert!((3..=12).contains(&value["count"].as_i64().unwrap()), "{name}: {value}");
            assert!(
                (1..=2).contains(&value["tags"].as_array().unwrap().len()),
                "{name}: {value}"
            );
            assert!(
                value["tags"][0].as_str().unwrap().chars().count() <= 4,
                "{name}: {value}"
            );
            assert!(value["nested"]["ok"].is_boolean(), "{name}: {value}");
            assert_eq!(value.as_object().unwrap().len(), 4, "no property is invented");
        }
    }
}

#[tokio::test]
async fn json_mode_gives_json() {
    let model = load(&QWEN.model(7));
    let mut whole = 0;
    for seed in 0..8 {
        let answer = model.answer(constrained(OutputFormat::Json, seed)).await;
        if answer.finish().reason == FinishReason::Stop {
            Json::parse(answer.text).unwrap();
            whole += 1;
        }
    }
    assert!(whole > 0, "none ended by itself");
}

#[tokio::test]
async fn a_schema_that_cannot_be_kept_is_refused_before_the_start() {
    let model = load(&QWEN.model(7));
    let impossible = json!({"type": "string", "pattern": "(?<=a)b"});
    let error = model
        .refusal(constrained(OutputFormat::JsonSchema(Json::from(impossible)), 1))
        .await;
    assert!(matches!(error, Error::Unsupported { .. }), "{error:?}");
}
