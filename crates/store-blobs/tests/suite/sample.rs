//! What the tests store, and where.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use antiphon_interaction::{
    CodeExecutionResult, Content, FunctionResult, ImageContent, InteractionId, Json, ModelOutput, Status, Step,
};
use antiphon_store::{Commit, Head, ProjectId, Record, Store, StoredStep, Update};
use antiphon_store_blobs::{Backend, BlobStore, Options, Place, backend};
use jiff::Timestamp;
use walk::files;

/// The time by the injected clock.
pub const NOW: Timestamp = Timestamp::UNIX_EPOCH;
pub const THRESHOLD: usize = 100;

/// A store in front of `inner` that moves what is longer than `threshold`.
pub fn over(inner: Arc<dyn Store>, backend: Backend, threshold: usize) -> BlobStore {
    let options = Options {
        threshold,
        now: Arc::new(|| NOW),
    };
    BlobStore::new(inner, backend, options).unwrap()
}

/// Objects in a data folder.
pub fn in_folder(data_folder: &Path) -> Backend {
    let place = Place {
        configured: None,
        data_folder: data_folder.to_owned(),
        shared_store: false,
        shared_folder: false,
    };
    backend(&place, []).unwrap()
}

/// The files of the objects in a data folder.
pub fn objects(data_folder: &Path) -> Vec<PathBuf> {
    files(&data_folder.join("blobs"))
}

mod walk {
    use std::path::{Path, PathBuf};

    pub fn files(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(files(&path));
            } else {
                found.push(path);
            }
        }
        found.sort();
        found
    }
}

pub fn project() -> ProjectId {
    ProjectId::from("tests")
}

pub fn id(name: &str) -> InteractionId {
    InteractionId::from(format!("v1_{name}").as_str())
}

/// Long enough to be moved, and different for each `seed`.
pub fn long(seed: &str) -> String {
    format!("{seed} ").repeat(THRESHOLD)
}

pub fn image(data: &str) -> Content {
    Content::Image(ImageContent {
        data: Some(data.to_owned()),
        mime_type: Some("image/png".to_owned()),
        ..ImageContent::default()
    })
}

pub fn json(text: impl Into<String>) -> Json {
    Json::parse(text).unwrap()
}

pub fn stored(index: u32, step: Step) -> StoredStep {
    StoredStep {
        index,
        attempt: 1,
        step,
        marks: vec![1, 2, 3],
    }
}

pub fn said(text: &str) -> Step {
    Step::ModelOutput(ModelOutput {
        content: vec![Content::text(text)],
        error: None,
    })
}

pub fn printed(text: &str) -> Step {
    Step::CodeExecutionResult(CodeExecutionResult {
        call_id: "c".to_owned(),
        result: Some(json(format!("{text:?}"))),
        ..CodeExecutionResult::default()
    })
}

pub fn answered(result: Json) -> Step {
    Step::FunctionResult(FunctionResult {
        call_id: "c".to_owned(),
        name: None,
        result,
        is_error: None,
        signature: None,
    })
}

/// Creates `name` in progress.
pub fn create(name: &str, input: Vec<Step>) -> Commit {
    let record = Record {
        id: id(name),
        project: project(),
        parent: None,
        background: true,
        owner: None,
        status: Status::InProgress,
        created: Timestamp::UNIX_EPOCH,
        updated: Timestamp::UNIX_EPOCH,
        head: Head::default(),
    };
    Commit {
        create: Some((record, input)),
        ..change(name)
    }
}

pub fn change(name: &str) -> Commit {
    Commit {
        attempt: Some(1),
        ..Commit::new(project(), id(name))
    }
}

pub fn ended(status: Status) -> Option<Update> {
    Some(Update {
        status,
        updated: Timestamp::UNIX_EPOCH,
        head: Head::default(),
    })
}
