//! What the suite fills stores with.

use std::time::Duration;

use antiphon_interaction::{Content, InteractionId, ModelOutput, Settings, Status, Step, StepDelta, TextDelta, Usage};
use jiff::{SignedDuration, Timestamp};

use super::Fixture;
use crate::{
    Claim, Commit, Conversation, Head, Job, NewJob, OpenEntry, OpenEvent, ProjectId, Record, Store, Stored, StoredStep,
    Update, WorkerId,
};

pub const ATTEMPT: u32 = 1;

/// Long enough that no test outlasts it on a store with a clock of its own.
pub const LEASE: Duration = Duration::from_secs(3600);
/// When a lease taken at 0 has run out, for a store that goes by the time it is given.
pub const LATER: i64 = 7200;
pub const KIND: &str = "sum";

pub fn project() -> ProjectId {
    ProjectId::from("sample")
}

pub fn id(name: &str) -> InteractionId {
    InteractionId::from(format!("v1_{name}").as_str())
}

pub fn worker(name: &str) -> WorkerId {
    WorkerId::from(name)
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
        owner: Some(worker("owner")),
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

/// How many interactions a sweep takes away.
pub async fn swept(store: &impl Store, project: Option<ProjectId>, before: Timestamp, limit: usize) -> u64 {
    let trees = store.sweep(project, before, limit).await.unwrap();
    trees.iter().map(|tree| tree.members).sum()
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

/// A job that is due at 0 and that anybody may claim.
pub fn job(name: &str) -> NewJob {
    NewJob {
        id: format!("job {name}"),
        project: project(),
        kind: KIND.to_owned(),
        payload: format!(r#"{{"name":"{name}"}}"#),
        interaction: None,
        due: at(0),
        priority: 0,
        worker: None,
        limit: None,
    }
}

/// A job of the interaction `name`, which `worker` has begun.
pub fn begun(name: &str, by: &str) -> NewJob {
    NewJob {
        interaction: Some(id(name)),
        worker: Some(worker(by)),
        ..job(name)
    }
}

/// Enqueues jobs, with a turn.
pub async fn enqueue(store: &impl Store, turn_name: &str, jobs: Vec<NewJob>) {
    let commit = Commit {
        enqueue: jobs,
        ..turn(turn_name, None)
    };
    store.commit(commit).await.unwrap();
}

/// What a claim of `name` at `second` asks for, without a limit.
pub fn wanted(name: &str, second: i64) -> Claim {
    Claim {
        worker: worker(name),
        kinds: vec![KIND.to_owned()],
        now: at(second),
        limit: 1000,
        per_project: None,
    }
}

/// Takes or renews a lease at `second`.
pub async fn lease(store: &impl Store, name: &str, second: i64) -> bool {
    store.heartbeat(worker(name), at(second), LEASE).await.unwrap()
}

/// Claims everything at 0 with a lease of its own.
pub async fn claim(store: &impl Store, name: &str) -> Vec<Job> {
    assert!(lease(store, name, 0).await);
    store.claim(wanted(name, 0)).await.unwrap()
}

/// Lets the lease of `name` run out; from then on it is [`LATER`].
pub async fn expire<F: Fixture>(fixture: &F, name: &str) {
    fixture.expire(worker(name)).await;
}

/// The ids of jobs, in their order.
pub fn ids(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.id.as_str()).collect()
}
