//! What the tests store, and where.

use std::path::Path;
use std::sync::Arc;

use antiphon_interaction::{
    ApiError, Content, ErrorCode, InteractionId, ModelOutput, Settings, Status, Step, StepDelta, TextDelta,
};
use antiphon_store::{
    Commit, Document, Head, NewJob, OpenEntry, OpenEvent, ProjectId, Record, Store, StoredStep, Update,
};
use antiphon_store_blobs::{BlobStore, Place, backend};
use antiphon_store_encrypted::{EncryptedStore, Error, Keys, open};
use antiphon_store_sqlite::SqliteStore;
use jiff::Timestamp;

/// Two keys, in base64.
pub const FIRST: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
pub const SECOND: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

/// What no file may show.
pub const MARKER: &str = "tell-nobody";

pub type Stack = EncryptedStore;

pub async fn try_open(inner: Arc<dyn Store>, keys: Option<&str>) -> Result<Arc<dyn Store>, Error> {
    open(
        inner,
        keys.map(|keys| Keys::parse(keys).unwrap()),
        Timestamp::UNIX_EPOCH,
    )
    .await
}

pub async fn encrypted(inner: Arc<dyn Store>, keys: &str) -> Stack {
    EncryptedStore::open(inner, Keys::parse(keys).unwrap(), Timestamp::UNIX_EPOCH)
        .await
        .unwrap()
}

/// SQLite in `folder`, with objects beside it.
pub fn sqlite_with_blobs(folder: &Path, threshold: usize) -> Arc<dyn Store> {
    let path = folder.join("antiphon.db");
    let inner = SqliteStore::open(path, antiphon_store_sqlite::Options::default()).unwrap();
    let place = Place {
        configured: None,
        data_folder: folder.to_owned(),
        shared_store: false,
        shared_folder: false,
    };
    let options = antiphon_store_blobs::Options {
        threshold,
        now: Arc::new(|| Timestamp::UNIX_EPOCH),
    };
    let backend = backend(&place, []).unwrap();
    Arc::new(BlobStore::new(Arc::new(inner), backend, options).unwrap())
}

pub fn project() -> ProjectId {
    ProjectId::from("tests")
}

pub fn id(name: &str) -> InteractionId {
    InteractionId::from(format!("v1_{name}").as_str())
}

pub fn said(text: &str) -> Step {
    Step::ModelOutput(ModelOutput {
        content: vec![Content::text(text)],
        error: None,
    })
}

pub fn stored(index: u32, text: &str) -> StoredStep {
    StoredStep {
        index,
        attempt: 1,
        step: said(text),
        marks: MARKER.as_bytes().to_vec(),
    }
}

pub fn delta(index: u32, ordinal: u32, text: &str) -> OpenEntry {
    OpenEntry {
        index,
        attempt: 1,
        ordinal,
        event: OpenEvent::Delta(StepDelta::Text(TextDelta { text: text.to_owned() })),
    }
}

pub fn head() -> Head {
    Head {
        model: Some("a model".to_owned()),
        settings: Settings {
            system_instruction: Some(format!("{MARKER} in the settings")),
            ..Settings::default()
        },
        errors: Some(vec![ApiError::new(
            ErrorCode::ApiError,
            format!("{MARKER} in an error"),
        )]),
        continuation_token: Some(format!("{MARKER} in a token")),
        ..Head::default()
    }
}

pub fn job(name: &str) -> NewJob {
    NewJob {
        id: name.to_owned(),
        project: project(),
        kind: "kind".to_owned(),
        payload: format!("{{\"x\":\"{MARKER} in a job\"}}"),
        interaction: None,
        due: Timestamp::UNIX_EPOCH,
        priority: 0,
        worker: None,
        limit: None,
    }
}

pub fn document(name: &str) -> Document {
    Document {
        collection: "webhooks",
        project: project(),
        id: name.to_owned(),
        group: None,
        revision: 1,
        created: Timestamp::UNIX_EPOCH,
        body: format!("{{\"x\":\"{MARKER} in a document\"}}"),
    }
}

/// A background run of `name` under way, with something in every place.
pub fn run(name: &str) -> Commit {
    let record = Record {
        id: id(name),
        project: project(),
        parent: None,
        background: true,
        owner: None,
        status: Status::InProgress,
        created: Timestamp::UNIX_EPOCH,
        updated: Timestamp::UNIX_EPOCH,
        head: head(),
    };
    Commit {
        create: Some((
            record,
            vec![Step::user(vec![Content::text(format!("{MARKER} in {name}"))])],
        )),
        attempt: Some(1),
        steps: vec![
            stored(0, &format!("{MARKER} in step 0 of {name}")),
            stored(1, &format!("{MARKER} in step 1 of {name}")),
        ],
        open: vec![
            OpenEntry {
                event: OpenEvent::Start(said(MARKER)),
                ..delta(2, 0, "")
            },
            delta(2, 1, MARKER),
        ],
        enqueue: vec![job(name)],
        ..Commit::new(project(), id(name))
    }
}

pub fn failed() -> Option<Update> {
    Some(Update {
        status: Status::Failed,
        updated: Timestamp::UNIX_EPOCH,
        head: head(),
    })
}
