//! What the suite fills stores with.

use antiphon_interaction::{Content, InteractionId, ModelOutput, Settings, Status, Step, StepDelta, TextDelta, Usage};
use jiff::{SignedDuration, Timestamp};

use crate::{Commit, Conversation, Head, OpenEntry, OpenEvent, ProjectId, Record, Store, Stored, StoredStep, Update};

pub const ATTEMPT: u32 = 1;

pub fn project() -> ProjectId {
    ProjectId::from("sample")
}

pub fn id(name: &str) -> InteractionId {
    InteractionId::from(format!("v1_{name}").as_str())
}

/// A moment, in seconds of the suite's own time; its fraction is not a round one.
pub fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::new(1_790_000_000 + second, 123_456_789)
}

pub fn head(name: &str) -> Head {
    Head {
        model: Some(format!("model of {name}")),
        settings: Settings {
            system_instruction: Some(format!("be {name}")),
            ..Settings::default()
        },
        usage: Some(Usage::default()),
        ..Head::default()
    }
}

pub fn input(text: &str) -> Vec<Step> {
    vec![
        Step::user(vec![Content::text(text)]),
        Step::user(vec![Content::text(format!("{text}, again"))]),
    ]
}

pub fn output(text: &str) -> Step {
    Step::ModelOutput(ModelOutput {
        content: vec![Content::text(text)],
        error: None,
    })
}

pub fn step(index: u32, text: &str) -> StoredStep {
    StoredStep {
        index,
        attempt: ATTEMPT,
        step: output(text),
        marks: vec![0, index as u8, 255],
    }
}

pub fn start(index: u32) -> OpenEntry {
    OpenEntry {
        index,
        attempt: ATTEMPT,
        ordinal: 0,
        event: OpenEvent::Start(output("")),
    }
}

pub fn delta(index: u32, ordinal: u32, text: &str) -> OpenEntry {
    let event = OpenEvent::Delta(StepDelta::Text(TextDelta { text: text.to_owned() }));
    OpenEntry {
        index,
        attempt: ATTEMPT,
        ordinal,
        event,
    }
}

/// Creates `name` in progress.
pub fn create(name: &str, parent: Option<&str>) -> Commit {
    let record = Record {
        id: id(name),
        project: project(),
        parent: parent.map(id),
        background: false,
        status: Status::InProgress,
        created: at(0),
        updated: at(0),
        head: head(name),
    };
    Commit {
        create: Some((record, input(name))),
        ..change(name)
    }
}

/// A commit of the run of `name`, still empty.
pub fn change(name: &str) -> Commit {
    Commit {
        attempt: Some(ATTEMPT),
        ..Commit::new(project(), id(name))
    }
}

pub fn update(name: &str, status: Status, second: i64) -> Update {
    Update {
        status,
        updated: at(second),
        head: head(name),
    }
}

/// A whole turn in one commit: created, one step, completed.
pub fn turn(name: &str, parent: Option<&str>) -> Commit {
    Commit {
        steps: vec![step(0, &format!("answer of {name}"))],
        update: Some(update(name, Status::Completed, 1)),
        ..create(name, parent)
    }
}

/// The same, last updated at `second`.
pub fn turn_at(name: &str, parent: Option<&str>, second: i64) -> Commit {
    Commit {
        update: Some(update(name, Status::Completed, second)),
        ..turn(name, parent)
    }
}

pub async fn read(store: &impl Store, name: &str) -> Option<Stored> {
    store.read(project(), id(name)).await.unwrap()
}

pub async fn conversation(store: &impl Store, name: &str) -> Conversation {
    store.conversation(project(), id(name)).await.unwrap()
}

/// The ids of a conversation, the root first.
pub async fn line(store: &impl Store, name: &str) -> Vec<InteractionId> {
    match conversation(store, name).await {
        Conversation::Turns(turns) => turns.into_iter().map(|turn| turn.id).collect(),
        other @ (Conversation::NotFound | Conversation::Erased(_)) => panic!("{name} has no conversation: {other:?}"),
    }
}
