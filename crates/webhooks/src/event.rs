use antiphon_interaction::{InteractionId, Json, Status, WebhookConfig, WebhookEvent};
use antiphon_jobs::Outbox;
use antiphon_store::{NewJob, ProjectId, Record, Update};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{Error, Webhooks};

/// The kind of the job that finds an event's receivers.
pub const EVENT_JOB: &str = "webhook.event";

/// The kind of the job that delivers an event to one receiver.
pub const DELIVERY_JOB: &str = "webhook.delivery";

/// The kinds that [`Webhooks::run`](crate::Webhooks::run) does.
pub const JOBS: [&str; 2] = [EVENT_JOB, DELIVERY_JOB];

/// Runs go first: a receiver that does not answer holds a worker's place for seconds.
pub(crate) const PRIORITY: i16 = -10;

/// The version of the payload.
const VERSION: &str = "v1";

/// Errors are told in short; the interaction has them in full.
const LONGEST_ERROR: usize = 200;

/// Something that happened.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Event {
    /// What.
    pub(crate) name: String,
    /// When.
    pub(crate) time: Timestamp,
    /// To what.
    pub(crate) id: String,
    pub(crate) error_code: Option<String>,
    pub(crate) error_message: Option<String>,
    pub(crate) user_metadata: Option<Json>,
}

/// The payload of an [`EVENT_JOB`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EventJob {
    pub(crate) event: Event,
    /// The receivers, when the request named its own.
    pub(crate) uris: Vec<String>,
}

/// The body of a delivery.
#[derive(Serialize)]
pub(crate) struct Payload<'a> {
    #[serde(rename = "type")]
    name: &'a str,
    version: &'static str,
    timestamp: Timestamp,
    data: Data<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_metadata: Option<&'a Json>,
}

#[skip_serializing_none]
#[derive(Serialize)]
struct Data<'a> {
    id: &'a str,
    error_code: Option<&'a str>,
    error_message: Option<&'a str>,
}

impl Event {
    pub(crate) fn payload(&self) -> Payload<'_> {
        Payload {
            name: &self.name,
            version: VERSION,
            timestamp: self.time,
            data: Data {
                id: &self.id,
                error_code: self.error_code.as_deref(),
                error_message: self.error_message.as_deref(),
            },
            user_metadata: self.user_metadata.as_ref(),
        }
    }
}

/// The jobs that a background interaction's commit has to enqueue for this change of its status: one when it ends it, none
/// otherwise.
///
/// They belong to the interaction, so that erasing it erases what has not been delivered yet.
///
/// # Errors
/// [`Error::Unwritable`], which does not happen for values that came as JSON.
pub fn jobs_for(project: &ProjectId, id: &InteractionId, update: &Update) -> Result<Vec<NewJob>, Error> {
    let Some(name) = name_of(&update.status) else {
        return Ok(Vec::new());
    };
    let failed = update.status == Status::Failed;
    let error = update.head.errors.iter().flatten().next().filter(|_| failed);
    let WebhookConfig { uris, user_metadata } = update.head.settings.webhook_config.clone().unwrap_or_default();
    let job = EventJob {
        event: Event {
            name: name.as_str().to_owned(),
            time: update.updated,
            id: id.as_str().to_owned(),
            error_code: error.map(|error| error.code.as_str().to_owned()),
            error_message: error.map(|error| error.message.chars().take(LONGEST_ERROR).collect()),
            user_metadata,
        },
        uris: uris.unwrap_or_default(),
    };
    let payload = serde_json::to_string(&job).map_err(|source| Error::Unwritable {
        what: "an event",
        source,
    })?;
    Ok(vec![NewJob {
        id: format!("{EVENT_JOB}:{id}"),
        project: project.clone(),
        kind: EVENT_JOB.to_owned(),
        payload,
        interaction: Some(id.clone()),
        due: update.updated,
        priority: PRIORITY,
        worker: None,
        limit: None,
    }])
}

impl Outbox for Webhooks {
    fn jobs(&self, record: &Record) -> Vec<NewJob> {
        let update = Update {
            status: record.status.clone(),
            updated: record.updated,
            head: record.head.clone(),
        };
        jobs_for(&record.project, &record.id, &update).unwrap_or_else(|error| {
            tracing::error!(interaction.id = %record.id, %error, "webhooks cannot be told of an end");
            Vec::new()
        })
    }

    fn check(&self, config: &WebhookConfig) -> Result<(), (String, String)> {
        self.check_config(config).map_err(|error| match error {
            Error::Invalid { path, message } => (path, message),
            other => ("webhook_config".to_owned(), other.to_string()),
        })
    }
}

fn name_of(status: &Status) -> Option<WebhookEvent> {
    match status {
        Status::Queued | Status::InProgress | Status::Unknown(_) => None,
        // Whoever waits for the end must hear of it; what kind of end it was is told by the interaction.
        Status::Completed | Status::Incomplete | Status::RequiresContinuation | Status::BudgetExceeded => {
            Some(WebhookEvent::InteractionCompleted)
        }
        Status::RequiresAction => Some(WebhookEvent::InteractionRequiresAction),
        Status::Failed => Some(WebhookEvent::InteractionFailed),
        Status::Cancelled => Some(WebhookEvent::InteractionCancelled),
    }
}
