use antiphon_interaction::{SigningSecret, Webhook, WebhookEvent, WebhookState};
use antiphon_store::{Document, NewJob, ProjectId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Error;
use crate::secret::Secret;
use crate::service::Inner;

/// Where webhooks are kept.
pub(crate) const WEBHOOKS: &str = "webhooks";

/// Several may change one at a time: the deliveries, the client.
const TRIES: usize = 8;

/// Each signs every delivery while it lasts; when there are more, the oldest goes.
const MOST_SECRETS: usize = 10;

/// A webhook as it is kept.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredWebhook {
    pub(crate) name: Option<String>,
    pub(crate) uri: String,
    pub(crate) subscribed_events: Vec<WebhookEvent>,
    pub(crate) state: WebhookState,
    /// The newest first.
    pub(crate) secrets: Vec<StoredSecret>,
    pub(crate) updated: Timestamp,
    /// When the first delivery failed after which none got through.
    pub(crate) failing_since: Option<Timestamp>,
}

#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredSecret {
    pub(crate) secret: Secret,
    pub(crate) expires: Option<Timestamp>,
}

impl StoredWebhook {
    pub(crate) fn read(document: &Document) -> Result<Self, Error> {
        serde_json::from_str(&document.body).map_err(|source| Error::Unreadable {
            what: format!("the webhook `{}`", document.id),
            source,
        })
    }

    pub(crate) fn write(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(|source| Error::Unwritable {
            what: "a webhook",
            source,
        })
    }

    /// The secrets that sign now.
    pub(crate) fn signing(&self, now: Timestamp) -> impl Iterator<Item = &StoredSecret> {
        self.secrets
            .iter()
            .filter(move |secret| secret.expires.is_none_or(|expires| expires > now))
    }

    /// Puts a new secret first; the others last until `until` at most.
    pub(crate) fn rotate(&mut self, secret: Secret, now: Timestamp, until: Timestamp) {
        for old in &mut self.secrets {
            old.expires = Some(old.expires.map_or(until, |expires| expires.min(until)));
        }
        self.secrets.insert(0, StoredSecret { secret, expires: None });
        self.secrets
            .retain(|secret| secret.expires.is_none_or(|expires| expires > now));
        self.secrets.truncate(MOST_SECRETS);
    }

    /// The webhook as a client sees it.
    pub(crate) fn show(&self, id: &str, created: Timestamp, now: Timestamp) -> Webhook {
        Webhook {
            id: id.to_owned(),
            name: self.name.clone(),
            uri: self.uri.clone(),
            subscribed_events: self.subscribed_events.clone(),
            state: self.state.clone(),
            signing_secrets: self
                .signing(now)
                .map(|StoredSecret { secret, expires }| SigningSecret {
                    truncated_secret: secret.truncated(),
                    expire_time: *expires,
                })
                .collect(),
            new_signing_secret: None,
            create_time: Some(created),
            update_time: Some(self.updated),
        }
    }
}

impl Inner {
    /// The webhook with this id.
    pub(crate) async fn load(&self, project: &ProjectId, id: &str) -> Result<Option<(Document, StoredWebhook)>, Error> {
        let found = self.store.document(WEBHOOKS, project.clone(), id.to_owned()).await?;
        found
            .map(|document| StoredWebhook::read(&document).map(|webhook| (document, webhook)))
            .transpose()
    }

    /// Changes a webhook, again from the start when somebody else changed it meanwhile. `change` says whether there is
    /// anything to write.
    pub(crate) async fn change<C>(&self, project: &ProjectId, id: &str, mut change: C) -> Result<Webhook, Error>
    where
        C: FnMut(&mut StoredWebhook, Timestamp) -> Result<bool, Error> + Send,
    {
        for _ in 0..TRIES {
            let Some((document, mut webhook)) = self.load(project, id).await? else {
                return Err(Error::NotFound(id.to_owned()));
            };
            let now = (self.now)();
            let shown = |webhook: &StoredWebhook| webhook.show(id, document.created, now);
            if !change(&mut webhook, now)? {
                return Ok(shown(&webhook));
            }
            let shown = shown(&webhook);
            let next = Document {
                revision: document.revision + 1,
                body: webhook.write()?,
                ..document
            };
            match self.store.put_document(next, Vec::<NewJob>::new()).await {
                Ok(()) => return Ok(shown),
                Err(antiphon_store::Error::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Busy(id.to_owned()))
    }
}
