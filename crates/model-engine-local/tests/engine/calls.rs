//! Random weights call functions only because they must.

use antiphon_interaction::ThinkingLevel;
use antiphon_model_engine::{Error, FinishReason, ModelRequest, Sampling, ToolSelection};
use serde_json::json;

use crate::model::{Answer, ask, function, load};
use crate::templates::ALL;

fn request(selection: ToolSelection, seed: i64) -> ModelRequest {
    let weather = json!({
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 6}, "days": {"type": "integer", "minimum": 1, "maximum": 9}},
        "required": ["city", "days"],
    });
    let time = json!({"type": "object", "properties": {"zone": {"enum": ["UTC", "CET"]}}, "required": ["zone"]});
    ModelRequest {
        functions: vec![function("get_weather", weather), function("get_time", time)],
        tool_selection: selection,
        sampling: Sampling {
            temperature: Some(1.0),
            top_p: Some(1.0),
            seed: Some(seed),
            max_output_tokens: Some(300),
            ..Sampling::default()
        },
        // Random weights would never stop thinking.
        thinking_level: Some(ThinkingLevel::Minimal),
        ..ask("What is it like in Oslo?")
    }
}

fn fits(name: &str, answer: &Answer) {
    for call in &answer.calls {
        let arguments = call.arguments.value();
        match call.name.as_str() {
            "get_weather" => {
                assert!(
                    arguments["city"].as_str().unwrap().chars().count() <= 6,
                    "{name}: {arguments}"
                );
                assert!(
                    (1..=9).contains(&arguments["days"].as_i64().unwrap()),
                    "{name}: {arguments}"
                );
            }
            "get_time" => assert!(
                ["UTC", "CET"].contains(&arguments["zone"].as_str().unwrap()),
                "{name}: {arguments}"
            ),
            other => panic!("{name} calls {other}"),
        }
    }
}

#[tokio::test]
async fn any_makes_every_family_call() {
    for (name, family) in ALL {
        let model = load(&family.model(11));
        for seed in 0..2 {
            let answer = model.answer(request(ToolSelection::Any(None), seed)).await;
            assert!(!answer.calls.is_empty(), "{name}: {answer:?}");
            assert_eq!(answer.text, "", "{name}");
            fits(name, &answer);
        }
    }
}

#[tokio::test]
async fn any_of_some_calls_no_other() {
    for (name, family) in ALL {
        let model = load(&family.model(11));
        let selection = ToolSelection::Any(Some(vec!["get_time".to_owned()]));
        let answer = model.answer(request(selection, 1)).await;
        assert!(
            answer.calls.iter().all(|call| call.name == "get_time"),
            "{name}: {answer:?}"
        );
        assert!(!answer.calls.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn validated_lets_every_family_say_what_it_likes() {
    for (name, family) in ALL {
        let model = load(&family.model(12));
        for seed in 0..2 {
            let answer = model.answer(request(ToolSelection::Validated(None), seed)).await;
            fits(name, &answer);
            assert!(
                !answer.text.is_empty() || !answer.calls.is_empty() || !answer.thoughts.is_empty(),
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn any_of_none_is_refused() {
    let model = load(&ALL[0].1.model(11));
    let error = model.refusal(request(ToolSelection::Any(Some(Vec::new())), 1)).await;
    assert!(matches!(error, Error::Unsupported { .. }), "{error:?}");
}

#[tokio::test]
async fn a_token_limit_inside_a_call_drops_the_call() {
    for (name, family) in ALL {
        let model = load(&family.model(11));
        let mut request = request(ToolSelection::Any(None), 1);
        request.sampling.max_output_tokens = Some(12);
        let answer = model.answer(request).await;
        assert_eq!(answer.finish().reason, FinishReason::Length, "{name}");
        assert!(answer.calls.is_empty(), "{name}: {answer:?}");
    }
}
