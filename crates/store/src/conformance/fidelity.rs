//! What goes in comes out.

use antiphon_interaction::{Content, FunctionCall, Json, Status, Step, StepDelta};

use super::Fixture;
use super::sample::{ATTEMPT, create, project, read, step, update};
use crate::{Conversation, OpenEntry, OpenEvent, Store as _, StoredStep};

const UNKNOWN: &str =
    r#"{ "type" : "hologram","light":1.50e+2, "photons":123456789012345678901234567890,"é":"\u00e9\/" }"#;
const DIGITS: &str = r#"{"exact":0.1000,"big":98765432109876543210,"tiny":1E-400}"#;

fn json(text: &str) -> Json {
    Json::parse(text).unwrap()
}

fn text_of(step: &Step) -> &str {
    match step {
        Step::Unknown(raw) => raw.text(),
        Step::FunctionCall(call) => call.arguments.text(),
        other => panic!("not what was stored: {other:?}"),
    }
}

/// An unknown step, delta or content, and JSON that only a client understands, keep their very text.
pub async fn unknown_variants_and_digits_are_kept_to_the_byte<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let call = FunctionCall {
        id: "c".into(),
        name: "f".into(),
        arguments: json(DIGITS),
        signature: None,
    };
    let mut commit = create("odd", None);
    let (record, input) = commit.create.as_mut().unwrap();
    record.head.settings.environment = Some(json(DIGITS));
    *input = vec![
        Step::Unknown(json(UNKNOWN)),
        Step::user(vec![Content::Unknown(json(UNKNOWN))]),
    ];
    commit.steps = vec![
        StoredStep {
            index: 0,
            attempt: ATTEMPT,
            step: Step::Unknown(json(UNKNOWN)),
            marks: vec![],
        },
        StoredStep {
            index: 1,
            attempt: ATTEMPT,
            step: Step::FunctionCall(call),
            marks: (0..=255).collect(),
        },
    ];
    let event = OpenEvent::Delta(StepDelta::Unknown(json(UNKNOWN)));
    commit.open = vec![OpenEntry {
        index: 2,
        attempt: ATTEMPT,
        ordinal: 0,
        event,
    }];
    let expected_input = commit.create.as_ref().unwrap().1.clone();
    let (expected_steps, expected_open) = (commit.steps.clone(), commit.open.clone());
    store.commit(commit).await.unwrap();

    let stored = read(store, "odd").await.unwrap();
    assert_eq!(
        (&stored.input, &stored.steps, &stored.open),
        (&expected_input, &expected_steps, &expected_open)
    );
    assert_eq!(stored.record.head.settings.environment.as_ref().unwrap().text(), DIGITS);
    assert_eq!(text_of(&stored.input[0]), UNKNOWN);
    assert_eq!(text_of(&stored.steps[0].step), UNKNOWN);
    assert_eq!(text_of(&stored.steps[1].step), DIGITS);
    match (&stored.input[1], &stored.open[0].event) {
        (Step::UserInput(said), OpenEvent::Delta(StepDelta::Unknown(delta))) => {
            assert!(matches!(&said.content[0], Content::Unknown(raw) if raw.text() == UNKNOWN));
            assert_eq!(delta.text(), UNKNOWN);
        }
        other => panic!("not what was stored: {other:?}"),
    }
    let leaf = super::sample::id("odd");
    let Conversation::Turns(turns) = store.conversation(project(), leaf).await.unwrap() else {
        panic!("no turns")
    };
    assert_eq!(
        (text_of(&turns[0].input[0]), text_of(&turns[0].output[1])),
        (UNKNOWN, DIGITS)
    );
}

/// Long text, text of every plane, control characters, odd ids and an unknown status come back as they were.
pub async fn long_and_odd_text_is_kept<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let odd = "a\0b\u{1}\n\"\\\u{7f}é漢😀\u{10ffff}'; --";
    let long = "0123456789abcdef".repeat(1 << 16);
    let mut commit = create(odd, None);
    commit.steps = vec![step(0, odd), step(1, &long)];
    commit.update = Some(update(odd, Status::Unknown("paused".into()), 5));
    let expected = commit.steps.clone();
    store.commit(commit).await.unwrap();
    let stored = read(store, odd).await.unwrap();
    assert_eq!(stored.steps, expected);
    assert_eq!(stored.record.status, Status::Unknown("paused".into()));
    assert_eq!(stored.record.head, super::sample::head(odd));
}
