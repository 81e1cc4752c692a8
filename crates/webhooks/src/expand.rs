use antiphon_interaction::WebhookState;
use antiphon_store::{Job, NewJob, Settlement};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::Error;
use crate::deliver::{Delivery, Target};
use crate::event::{DELIVERY_JOB, EventJob, PRIORITY};
use crate::page::LARGEST_PAGE;
use crate::service::{Inner, all};
use crate::stored::StoredWebhook;

/// Finds an event's receivers; each gets a job of its own, in the same write that ends this one.
pub(crate) async fn expand(inner: &Inner, job: &Job) -> Result<Settlement, Error> {
    let EventJob { event, uris } = serde_json::from_str(&job.payload).map_err(|source| Error::Unreadable {
        what: format!("the job `{}`", job.id),
        source,
    })?;
    let targets: Vec<Target> = if uris.is_empty() {
        let mut targets = Vec::new();
        for document in inner.store.documents(all(&job.project, LARGEST_PAGE)).await? {
            // One that a newer build wrote must not keep the others from hearing.
            let webhook = match StoredWebhook::read(&document) {
                Ok(webhook) => webhook,
                Err(error) => {
                    tracing::error!(webhook = %document.id, %error, "a webhook is left out");
                    continue;
                }
            };
            let subscribed = webhook
                .subscribed_events
                .iter()
                .any(|subscribed| subscribed.as_str() == event.name);
            if subscribed && webhook.state == WebhookState::Enabled {
                targets.push(Target::Webhook(document.id));
            }
        }
        targets
    } else {
        uris.into_iter().map(Target::Uri).collect()
    };
    let now = (inner.now)();
    let mut enqueue = Vec::with_capacity(targets.len());
    for target in targets {
        let message_id = message_id(&event.id, &event.name, &target);
        let delivery = Delivery {
            message_id: message_id.clone(),
            event: event.clone(),
            target,
            first: None,
            attempts: 0,
        };
        enqueue.push(NewJob {
            id: format!("{DELIVERY_JOB}:{message_id}"),
            project: job.project.clone(),
            kind: DELIVERY_JOB.to_owned(),
            payload: delivery.write()?,
            interaction: job.interaction.clone(),
            due: now,
            priority: PRIORITY,
            worker: None,
            limit: None,
        });
    }
    Ok(Settlement::Done { enqueue })
}

/// The `webhook-id`. It follows from what is delivered to whom, so that it is the same when this is done again.
fn message_id(data_id: &str, event: &str, target: &Target) -> String {
    const SHOWN_BYTES: usize = 20;
    let (kind, receiver) = match target {
        Target::Webhook(id) => ("webhook", id),
        Target::Uri(uri) => ("uri", uri),
    };
    let hash = digest(&SHA256, format!("{data_id}\n{event}\n{kind}\n{receiver}").as_bytes());
    format!("msg_{}", URL_SAFE_NO_PAD.encode(&hash.as_ref()[..SHOWN_BYTES]))
}
