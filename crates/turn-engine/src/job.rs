//! The job that stands for a background run in the store.

use antiphon_interaction::{CreateInteraction, InteractionId};
use antiphon_store::{NewJob, Record, WorkerId};
use serde::{Deserialize, Serialize};

/// The kind of these jobs.
pub(crate) const KIND: &str = "run";

/// The job's token when the process that enqueues it begins the run itself.
pub(crate) const FIRST_FENCE: u32 = 1;

/// The id of an interaction's job.
pub(crate) fn id_of(interaction: &InteractionId) -> String {
    format!("run:{interaction}")
}

/// What is needed to run it, beside what the interaction says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RunPayload {
    /// The request, without its input.
    pub(crate) request: CreateInteraction,
    /// How often it was claimed and put off before it could be begun.
    #[serde(default)]
    pub(crate) put_off: u32,
}

/// The job of a new background run, which `worker` begins at once, if any.
pub(crate) fn of_run(record: &Record, payload: Option<&RunPayload>, worker: Option<WorkerId>) -> NewJob {
    NewJob {
        id: id_of(&record.id),
        project: record.project.clone(),
        kind: KIND.to_owned(),
        payload: serde_json::to_string(&payload).unwrap_or_default(),
        interaction: Some(record.id.clone()),
        due: record.created,
        priority: 0,
        worker,
        limit: None,
    }
}
