//! Requests, damaged at random: the parser never panics, an error always says something, and what is accepted prints as
//! something that is accepted. `ANTIPHON_FUZZ_SECONDS` makes it go on for as long, with other bytes every time; without it a
//! fixed number of fixed cases run.

use std::time::{Duration, Instant};

use antiphon_http_api::parse_create;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config as Cases, TestCaseError, TestRunner};
use serde_json::Value;

/// Valid requests that together have every field.
const SEEDS: &[&str] = &[
    r#"{"model":"m","input":"hi"}"#,
    r#"{"model":"m","input":{"type":"text","text":"hi","annotations":[{"type":"url_citation","start_index":0,"end_index":1,"url":"u"}]}}"#,
    r#"{"model":"m","input":[{"type":"text","text":"hi"},{"type":"image","data":"AAAA","mime_type":"image/png","resolution":"low"},{"type":"audio","data":"AA==","sample_rate":1}]}"#,
    r#"{"model":"m","input":[{"type":"user_input","content":[{"type":"text","text":"hi"}]},{"type":"thought","signature":"c2ln","summary":[{"type":"text","text":"hm"}]},{"type":"function_call","id":"c","name":"f","arguments":{"n":12345678901234567890123}},{"type":"function_result","call_id":"c","result":[{"type":"text","text":"r"}],"is_error":false}],"previous_interaction_id":"v1_a","store":false}"#,
    r#"{"model":"m","input":"hi","tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object","properties":{"a":{"type":"string"}}}},{"type":"google_search","search_types":["web_search"]},{"type":"mcp_server","name":"s","url":"u","headers":{"a":"b"},"allowed_tools":["x"]},{"type":"file_search","file_search_store_names":["a"],"top_k":3}]}"#,
    r#"{"model":"m","input":"hi","generation_config":{"max_output_tokens":5,"seed":-1,"stop_sequences":["x"],"thinking_level":"low","thinking_summaries":"auto","tool_choice":{"allowed_tools":{"mode":"any","tools":["f"]}},"temperature":0.5,"top_p":0.25}}"#,
    r#"{"model":"m","input":"hi","response_format":[{"type":"text","mime_type":"application/json","schema":{"type":["object","null"]}},{"type":"image","delivery":"uri"}],"response_modalities":["text"],"response_mime_type":"text/plain"}"#,
    r#"{"model":"m","input":"hi","response_format":{"type":["object","null"],"properties":{}},"labels":{"a":"b"},"service_tier":"flex","safety_settings":[{"type":"jailbreak","threshold":"off","method":"severity"}],"system_instruction":"s","background":true,"stream":true}"#,
    r#"{"agent":"a","input":"hi","agent_config":{"type":"dynamic","depth":3},"environment":{"type":"remote"},"webhook_config":{"uris":["u"],"user_metadata":{"a":1}},"continuation_token":"t","cached_content":"c"}"#,
    r#"{"agent":"a","agent_config":{"type":"antigravity","model":"m","max_total_tokens":"5"}}"#,
    r#"{"agent":"a","agent_config":{"type":"deep-research","thinking_summaries":"none","visualization":"off","collaborative_planning":true}}"#,
];

/// Values and names that a damaged request gets in other places.
const GRAFTS: &[&str] = &[
    "null",
    "true",
    "-1",
    "0",
    "1e300",
    "1e400",
    "18446744073709551616",
    "9223372036854775808",
    "4294967296",
    "\"\"",
    "\"\\u0000\\ud83d\\ude00\"",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "{\"type\":\"text\"}",
    "{\"type\":null}",
    "{\"type\":[]}",
    "{\"role\":\"user\"}",
    "{\"allowed_tools\":null}",
];
const NAMES: &[&str] = &[
    "type",
    "input",
    "content",
    "Type",
    "",
    "model",
    "arguments",
    "schema",
    "text",
    "data",
    "allowed_tools",
    "x\u{301}",
    "depth",
];

#[derive(Debug, Clone)]
enum Damage {
    /// Puts a value in the place of another.
    Replace(Index, Index),
    /// Takes an entry or a field away.
    Remove(Index),
    /// Adds a field.
    Add(Index, Index, Index),
    /// Copies one value over another.
    Copy(Index, Index),
    /// Wraps a value in lists.
    Nest(Index, u8),
}

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<Index>;
    prop_oneof![
        (index(), index()).prop_map(|(at, with)| Damage::Replace(at, with)),
        index().prop_map(Damage::Remove),
        (index(), index(), index()).prop_map(|(at, name, value)| Damage::Add(at, name, value)),
        (index(), index()).prop_map(|(from, to)| Damage::Copy(from, to)),
        (index(), 1..150_u8).prop_map(|(at, levels)| Damage::Nest(at, levels)),
    ]
}

/// A request as a tree of JSON texts, so that numbers of any size stay what they are.
#[derive(Debug, Clone)]
struct Request {
    seed: Index,
    damages: Vec<Damage>,
    bytes: Vec<(Index, u8)>,
}

fn request() -> impl Strategy<Value = Request> {
    let byte = prop_oneof![Just(b'"'), Just(b'{'), Just(b']'), Just(b'0'), Just(b'\\'), any::<u8>()];
    let bytes = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec((any::<Index>(), byte), 1..4)];
    (any::<Index>(), prop::collection::vec(damage(), 0..4), bytes).prop_map(|(seed, damages, bytes)| Request {
        seed,
        damages,
        bytes,
    })
}

impl Request {
    fn text(&self) -> Vec<u8> {
        let mut text = (*self.seed.get(SEEDS)).to_owned();
        for damage in &self.damages {
            // What can no longer be parsed is damaged enough.
            let Ok(mut value) = serde_json::from_str::<Value>(&text) else {
                break;
            };
            text = damage.apply(&mut value);
        }
        let mut bytes = text.into_bytes();
        for (at, byte) in &self.bytes {
            *at.get_mut(&mut bytes) = *byte;
        }
        bytes
    }
}

/// Stands for a graft until the text is printed, because not every graft is a `Value`.
const PLACE: &str = "\u{1}graft\u{1}";

impl Damage {
    fn apply(&self, value: &mut Value) -> String {
        let mut graft = "null";
        match self {
            Self::Replace(at, with) => {
                graft = *with.get(GRAFTS);
                *pick(value, at) = PLACE.into();
            }
            Self::Remove(at) => match pick(value, at) {
                Value::Object(object) if !object.is_empty() => {
                    let name = object.keys().nth(at.index(object.len())).cloned().unwrap_or_default();
                    object.shift_remove(&name);
                }
                Value::Array(list) if !list.is_empty() => {
                    list.remove(at.index(list.len()));
                }
                other => *other = Value::Null,
            },
            Self::Add(at, name, with) => {
                graft = *with.get(GRAFTS);
                match pick(value, at) {
                    Value::Object(object) => {
                        object.insert((*name.get(NAMES)).to_owned(), PLACE.into());
                    }
                    Value::Array(list) => list.push(PLACE.into()),
                    other => *other = PLACE.into(),
                }
            }
            Self::Copy(from, to) => {
                let copy = pick(value, from).clone();
                *pick(value, to) = copy;
            }
            Self::Nest(at, levels) => {
                let place = pick(value, at);
                for _ in 0..*levels {
                    *place = Value::Array(vec![place.take()]);
                }
            }
        }
        let printed = serde_json::to_string(PLACE).unwrap_or_default();
        value.to_string().replace(&printed, graft)
    }
}

/// One of all the values inside a value, itself included.
fn pick<'v>(value: &'v mut Value, at: &Index) -> &'v mut Value {
    let mut left = at.index(count(value));
    let mut here = value;
    loop {
        if left == 0 {
            return here;
        }
        left -= 1;
        let mut inside: Vec<&mut Value> = match here {
            Value::Object(object) => object.values_mut().collect(),
            Value::Array(list) => list.iter_mut().collect(),
            other => return other,
        };
        let mut next = 0;
        while left >= count(inside[next]) {
            left -= count(inside[next]);
            next += 1;
        }
        here = inside.swap_remove(next);
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Object(object) => object.values().map(count).sum::<usize>(),
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    match parse_create(bytes) {
        Err(violation) => {
            prop_assert!(!violation.message.is_empty());
            prop_assert!(
                violation.to_string().len() < 2_000,
                "{} bytes of message",
                violation.to_string().len()
            );
        }
        Ok(request) => {
            let printed = serde_json::to_string(&request).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let again = parse_create(printed.as_bytes()).map_err(|violation| {
                TestCaseError::fail(format!(
                    "{violation}: {printed}\nfrom {}",
                    String::from_utf8_lossy(bytes)
                ))
            })?;
            prop_assert_eq!(serde_json::to_string(&again).unwrap_or_default(), printed);
        }
    }
    Ok(())
}

#[test]
fn seeds_are_accepted_as_they_are() {
    for seed in SEEDS {
        let parsed = parse_create(seed.as_bytes()).unwrap_or_else(|violation| panic!("{violation}: {seed}"));
        assert_eq!(
            serde_json::to_value(&parsed).unwrap(),
            serde_json::from_str::<Value>(seed).unwrap()
        );
    }
}

#[test]
fn damaged_requests_are_refused_in_words_or_accepted_for_good() {
    let config = |cases| Cases {
        cases,
        failure_persistence: None,
        ..Cases::default()
    };
    let bytes =
        prop_oneof![9 => request().prop_map(|request| request.text()), 1 => prop::collection::vec(any::<u8>(), 0..64)];
    let seconds = std::env::var("ANTIPHON_FUZZ_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse().ok());
    match seconds.map(Duration::from_secs) {
        None => {
            let mut runner = TestRunner::new_with_rng(config(6_000), TestRunner::deterministic().new_rng());
            runner.run(&bytes, |bytes| check(&bytes)).unwrap();
        }
        Some(duration) => {
            let start = Instant::now();
            while start.elapsed() < duration {
                TestRunner::new(config(1_000))
                    .run(&bytes, |bytes| check(&bytes))
                    .unwrap();
            }
        }
    }
}
