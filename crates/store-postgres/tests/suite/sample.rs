use antiphon_interaction::{Content, InteractionId, ModelOutput, Status, Step};
use antiphon_store::{Commit, Head, NewJob, ProjectId, Record, Store as _, StoredStep};
use antiphon_store_postgres::PostgresStore;
use jiff::Timestamp;

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

pub fn create(name: &str, background: bool) -> Commit {
    let record = Record {
        id: id(name),
        project: project(),
        parent: None,
        background,
        owner: None,
        status: Status::InProgress,
        created: Timestamp::UNIX_EPOCH,
        updated: Timestamp::UNIX_EPOCH,
        head: Head::default(),
    };
    Commit {
        create: Some((record, vec![Step::user(vec![Content::text("text")])])),
        ..change(name)
    }
}

pub fn with_step(name: &str, index: u32) -> Commit {
    let step = Step::ModelOutput(ModelOutput {
        content: vec![Content::text("text")],
        error: None,
    });
    Commit {
        steps: vec![StoredStep {
            index,
            attempt: 1,
            step,
            marks: Vec::new(),
        }],
        ..change(name)
    }
}

pub fn job(name: &str) -> NewJob {
    NewJob {
        id: name.to_owned(),
        project: project(),
        kind: "sum".to_owned(),
        payload: "{}".to_owned(),
        interaction: None,
        due: Timestamp::UNIX_EPOCH,
        priority: 0,
        worker: None,
        limit: None,
    }
}

/// How many steps of an interaction there are.
pub async fn steps(store: &PostgresStore, name: &str) -> usize {
    store.read(project(), id(name)).await.unwrap().unwrap().steps.len()
}
