use antiphon_interaction::WebhookState;
use antiphon_store::{Job, ProjectId, Settlement};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::attempts::{Attempt, DYNAMIC};
use crate::event::Event;
use crate::post::{Answer, Letter, post};
use crate::schedule;
use crate::service::Inner;
use crate::signing_key::Message;
use crate::stored::StoredWebhook;

/// The event of a ping.
const PING: &str = "webhook.ping";

/// The payload of a delivery's job.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// The `webhook-id`.
    pub(crate) message_id: String,
    pub(crate) event: Event,
    pub(crate) target: Target,
    /// When it was first tried.
    pub(crate) first: Option<Timestamp>,
    /// How often it was tried.
    pub(crate) attempts: u32,
}

/// Whom an event goes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    /// A registered webhook.
    Webhook(String),
    /// An address that the request brought along.
    Uri(String),
}

impl Delivery {
    pub(crate) fn write(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(|source| Error::Unwritable {
            what: "a delivery",
            source,
        })
    }
}

/// Tries a delivery once.
pub(crate) async fn deliver(inner: &Inner, job: &Job) -> Result<Settlement, Error> {
    let delivery: Delivery = serde_json::from_str(&job.payload).map_err(|source| Error::Unreadable {
        what: format!("the job `{}`", job.id),
        source,
    })?;
    let done = Settlement::Done { enqueue: Vec::new() };
    let now = (inner.now)();
    let (group, answer, uri) = match &delivery.target {
        Target::Webhook(id) => {
            let webhook = match inner.load(&job.project, id).await? {
                Some((_, webhook)) if webhook.state == WebhookState::Enabled => webhook,
                // Removed or disabled meanwhile.
                Some(_) | None => return Ok(done),
            };
            let answer = inner.send(&webhook, &delivery.message_id, &delivery.event, now).await?;
            (id.as_str(), answer, webhook.uri)
        }
        Target::Uri(uri) => {
            let answer = inner.send_to(uri, &delivery.message_id, &delivery.event, now).await?;
            (DYNAMIC, answer, uri.clone())
        }
    };
    let attempts = delivery.attempts.saturating_add(1);
    let first = delivery.first.unwrap_or(now);
    let delivered = matches!(answer.status, Ok(status) if status.is_success());
    let gone = matches!(answer.status, Ok(StatusCode::GONE));
    // The next pause begins when the answer is there.
    let after = (inner.now)();
    let next = if delivered || gone {
        None
    } else {
        let mut chance = [0];
        (inner.random)(&mut chance);
        schedule::next(first, after, attempts, chance[0], answer.retry_after)
    };
    let recorded = inner
        .record(Attempt {
            project: &job.project,
            group,
            message_id: &delivery.message_id,
            event: &delivery.event.name,
            data_id: &delivery.event.id,
            uri: &uri,
            attempt: attempts,
            time: now,
            answer: &answer,
            next,
        })
        .await;
    if let Err(error) = recorded {
        // What the receiver answered counts, written down or not.
        tracing::warn!(message = %delivery.message_id, %error, "an attempt cannot be recorded");
    }
    if let Target::Webhook(id) = &delivery.target {
        let verdict = match (delivered, gone, next) {
            (true, _, _) => Verdict::GotThrough,
            (false, true, _) => Verdict::Gone,
            (false, false, Some(_)) => Verdict::Failed { at: now },
            (false, false, None) => Verdict::GivenUp { first },
        };
        inner.judge(&job.project, id, verdict).await?;
    }
    Ok(match next {
        None => done,
        Some(due) => Settlement::Later {
            due,
            payload: Delivery {
                first: Some(first),
                attempts,
                ..delivery
            }
            .write()?,
        },
    })
}

/// Sends a test event, once, and records what came of it.
pub(crate) async fn ping(inner: &Inner, project: &ProjectId, id: &str, webhook: &StoredWebhook) -> Result<(), Error> {
    let now = (inner.now)();
    let event = Event {
        name: PING.to_owned(),
        time: now,
        id: id.to_owned(),
        error_code: None,
        error_message: None,
        user_metadata: None,
    };
    let message_id = format!("msg_{}", inner.id());
    let answer = inner.send(webhook, &message_id, &event, now).await?;
    inner
        .record(Attempt {
            project,
            group: id,
            message_id: &message_id,
            event: &event.name,
            data_id: &event.id,
            uri: &webhook.uri,
            attempt: 1,
            time: now,
            answer: &answer,
            next: None,
        })
        .await
}

/// What an attempt says of a webhook.
#[derive(Clone, Copy)]
enum Verdict {
    GotThrough,
    Failed {
        at: Timestamp,
    },
    /// 410: the receiver wants no more.
    Gone,
    /// Tried for as long as deliveries are.
    GivenUp {
        first: Timestamp,
    },
}

impl Inner {
    /// Sends to a registered webhook, signed by each of its secrets.
    async fn send(
        &self,
        webhook: &StoredWebhook,
        message_id: &str,
        event: &Event,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        let body = body(event)?;
        let signatures = webhook
            .signing(now)
            .map(|stored| stored.secret.sign(message_id, now.as_second(), &body))
            .collect::<Result<Vec<String>, Error>>()?;
        let letter = Letter {
            uri: &webhook.uri,
            message_id,
            now,
            signature: signatures.join(" "),
            body,
        };
        Ok(post(&self.outbound, letter).await)
    }

    /// Sends to an address of the request, signed by the server's own key.
    async fn send_to(&self, uri: &str, message_id: &str, event: &Event, now: Timestamp) -> Result<Answer, Error> {
        let body = body(event)?;
        let signature = self.signing_key().await?.token(&Message {
            audience: uri,
            id: message_id,
            now,
            event: &event.payload(),
            body: &body,
        })?;
        let letter = Letter {
            uri,
            message_id,
            now,
            signature,
            body,
        };
        Ok(post(&self.outbound, letter).await)
    }

    /// Notes what an attempt says of a webhook, and disables one whose receiver is gone. Most attempts change nothing.
    async fn judge(&self, project: &ProjectId, id: &str, verdict: Verdict) -> Result<(), Error> {
        let judged = self
            .change(project, id, |webhook, now| {
                if webhook.state != WebhookState::Enabled {
                    return Ok(false);
                }
                let disabled = match verdict {
                    Verdict::GotThrough => return Ok(webhook.failing_since.take().is_some()),
                    Verdict::Failed { .. } if webhook.failing_since.is_some() => return Ok(false),
                    Verdict::Failed { at } => {
                        webhook.failing_since = Some(at);
                        return Ok(true);
                    }
                    Verdict::Gone => true,
                    // If it began to fail later, something got through meanwhile, and it is this event that is not taken.
                    Verdict::GivenUp { first } => webhook.failing_since.is_some_and(|since| since <= first),
                };
                if disabled {
                    webhook.state = WebhookState::DisabledDueToFailedDeliveries;
                    webhook.updated = now;
                }
                Ok(disabled)
            })
            .await;
        match judged {
            Ok(webhook) => {
                if webhook.state == WebhookState::DisabledDueToFailedDeliveries {
                    tracing::warn!(
                        webhook.id = id,
                        "a webhook was disabled: its receiver does not take what is sent"
                    );
                }
                Ok(())
            }
            // Removed meanwhile.
            Err(Error::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn body(event: &Event) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(&event.payload()).map_err(|source| Error::Unwritable {
        what: "an event",
        source,
    })
}
