use std::path::Path;

use antiphon_interaction::{Content, InteractionId, ModelOutput, Status, Step};
use antiphon_store::{Commit, Head, ProjectId, Record, StoredStep, Update};
use antiphon_store_sqlite::{Options, SqliteStore};
use jiff::Timestamp;

pub fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, Options::default()).unwrap()
}

pub fn project() -> ProjectId {
    ProjectId::default()
}

pub fn id(name: &str) -> InteractionId {
    InteractionId::from(name)
}

pub fn change(name: &str) -> Commit {
    Commit {
        attempt: Some(1),
        ..Commit::new(project(), id(name))
    }
}

pub fn create(name: &str, input: &str) -> Commit {
    let record = Record {
        id: id(name),
        project: project(),
        parent: None,
        background: false,
        owner: None,
        status: Status::InProgress,
        created: Timestamp::UNIX_EPOCH,
        updated: Timestamp::UNIX_EPOCH,
        head: Head::default(),
    };
    Commit {
        create: Some((record, vec![Step::user(vec![Content::text(input)])])),
        ..change(name)
    }
}

pub fn step(index: u32, text: &str) -> StoredStep {
    let step = Step::ModelOutput(ModelOutput {
        content: vec![Content::text(text)],
        error: None,
    });
    StoredStep {
        index,
        attempt: 1,
        step,
        marks: Vec::new(),
    }
}

pub fn completed() -> Option<Update> {
    Some(Update {
        status: Status::Completed,
        updated: Timestamp::UNIX_EPOCH,
        head: Head::default(),
    })
}
