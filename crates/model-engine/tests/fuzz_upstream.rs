//! Answers of a server, damaged at random: whatever comes, the engine keeps its contract. `ANTIPHON_FUZZ_SECONDS` makes it go
//! on for as long, with other bytes every time; without it a fixed number of fixed cases run.

use std::time::{Duration, Instant};

use antiphon_interaction::Content;
use antiphon_model_engine::openai::{Config, OpenAiEngine};
use antiphon_model_engine::{
    Error, Message, ModelEngine, ModelEvent, ModelRequest, OutputFormat, Sampling, ToolSelection,
};
use antiphon_testkit::{FakeUpstream, Script};
use futures::StreamExt;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config as Cases, TestCaseError, TestRunner};
use tokio::runtime::Runtime;

/// Everything that a server may say, in lines that can be taken away, doubled and damaged.
const LINES: &[&str] = &[
    r#"data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#,
    r#"data: {"choices":[{"index":0,"delta":{"reasoning_content":"hm","reasoning":"hm"}}]}"#,
    r#"data: {"choices":[{"index":0,"delta":{"content":"Hello \ud83d\ude00","refusal":null}}]}"#,
    ": keep-alive",
    r#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":"}}]}}]}"#,
    r#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":{"y":[1]}}}]}}]}"#,
    r#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}}]}"#,
    r#"data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
    r#"data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":18446744073709551615,"completion_tokens_details":{"reasoning_tokens":9}}}"#,
    r#"data: {"error":{"message":"no","code":500}}"#,
    "data: [DONE]",
];

#[derive(Debug, Clone)]
struct Answer {
    lines: Vec<Index>,
    bytes: Vec<(Index, u8)>,
    cut: bool,
}

impl Answer {
    fn text(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for line in &self.lines {
            bytes.extend_from_slice(line.get(LINES).as_bytes());
            bytes.extend_from_slice(b"\n\n");
        }
        if !bytes.is_empty() {
            for (at, byte) in &self.bytes {
                *at.get_mut(&mut bytes) = *byte;
            }
        }
        bytes
    }
}

fn answer() -> impl Strategy<Value = Answer> {
    let byte = prop_oneof![Just(b'"'), Just(b'{'), Just(b'}'), Just(b'\n'), Just(b'0'), any::<u8>()];
    let bytes = proptest::collection::vec((any::<Index>(), byte), 0..4);
    (proptest::collection::vec(any::<Index>(), 0..16), bytes, any::<bool>()).prop_map(|(lines, bytes, cut)| Answer {
        lines,
        bytes,
        cut,
    })
}

fn check(
    runtime: &Runtime,
    upstream: &FakeUpstream,
    engine: &OpenAiEngine,
    answer: &Answer,
) -> Result<(), TestCaseError> {
    let script = Script::new().started().raw(answer.text());
    upstream.push(if answer.cut { script.cut() } else { script.end() });
    let request = ModelRequest {
        model: "fake-model".to_owned(),
        system_instruction: None,
        messages: vec![Message::User(vec![Content::text("hi")])],
        functions: Vec::new(),
        tool_selection: ToolSelection::Auto,
        output_format: OutputFormat::Text,
        sampling: Sampling::default(),
        thinking_level: None,
    };
    let said: Vec<_> = runtime.block_on(engine.generate(request).collect());
    let Some((last, before)) = said.split_last() else {
        return Err(TestCaseError::fail("the stream said nothing"));
    };
    let ends_well = matches!(last, Ok(ModelEvent::Finished(_)));
    let fails_typed = matches!(last, Err(Error::Interrupted { .. } | Error::MalformedToolCall { .. }));
    prop_assert!(ends_well || fails_typed, "{last:?}");
    prop_assert!(matches!(before.first(), Some(Ok(ModelEvent::Started))), "{said:?}");
    if let Ok(ModelEvent::Finished(finish)) = last {
        let usage = finish.usage;
        prop_assert!(usage.cached_tokens <= usage.input_tokens);
        prop_assert!(
            (usage.input_tokens + usage.output_tokens + usage.thought_tokens)
                .checked_mul(1000)
                .is_some()
        );
    }
    for event in &before[1..] {
        let sound = match event {
            Ok(ModelEvent::Text(text) | ModelEvent::Thought(text)) => !text.is_empty(),
            Ok(ModelEvent::ToolCall(call)) => !call.name.is_empty() && call.arguments.value().is_object(),
            Ok(ModelEvent::Started | ModelEvent::Finished(_)) | Err(_) => false,
        };
        prop_assert!(sound, "{event:?}");
    }
    Ok(())
}

#[test]
fn damaged_answers_end_in_order_or_in_a_typed_error() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let upstream = runtime.block_on(FakeUpstream::start()).unwrap();
    let engine = OpenAiEngine::new(Config::new(upstream.url())).unwrap();
    let seconds = std::env::var("ANTIPHON_FUZZ_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse().ok());
    match seconds.map(Duration::from_secs) {
        None => {
            let cases = Cases {
                cases: 500,
                failure_persistence: None,
                ..Cases::default()
            };
            let mut runner = TestRunner::new_with_rng(cases, TestRunner::deterministic().new_rng());
            runner
                .run(&answer(), |answer| check(&runtime, &upstream, &engine, &answer))
                .unwrap();
        }
        Some(duration) => {
            let start = Instant::now();
            while start.elapsed() < duration {
                let cases = Cases {
                    cases: 100,
                    failure_persistence: None,
                    ..Cases::default()
                };
                TestRunner::new(cases)
                    .run(&answer(), |answer| check(&runtime, &upstream, &engine, &answer))
                    .unwrap();
            }
        }
    }
}
