use antiphon_interaction::{DeliveryOutcome, WebhookDelivery, WebhookDeliveryList};
use antiphon_store::{Document, DocumentQuery, ProjectId};
use jiff::Timestamp;

use crate::Error;
use crate::page::{self, Page};
use crate::post::Answer;
use crate::service::{Inner, Webhooks};

/// Where attempts are kept, grouped by webhook.
pub(crate) const DELIVERIES: &str = "webhook_deliveries";

/// In place of a webhook's id: the deliveries to addresses that requests brought along.
pub const DYNAMIC: &str = "dynamic";

/// How many attempts are kept of a webhook.
const KEPT: usize = 100;

const LONGEST_ERROR: usize = 300;

/// An attempt to be recorded.
pub(crate) struct Attempt<'a> {
    pub(crate) project: &'a ProjectId,
    /// The webhook, or [`DYNAMIC`].
    pub(crate) group: &'a str,
    pub(crate) message_id: &'a str,
    pub(crate) event: &'a str,
    pub(crate) data_id: &'a str,
    pub(crate) uri: &'a str,
    pub(crate) attempt: u32,
    pub(crate) time: Timestamp,
    pub(crate) answer: &'a Answer,
    pub(crate) next: Option<Timestamp>,
}

impl Inner {
    /// Records an attempt; the oldest ones of its webhook go.
    pub(crate) async fn record(&self, attempt: Attempt<'_>) -> Result<(), Error> {
        let Attempt {
            project,
            group,
            message_id,
            event,
            data_id,
            uri,
            attempt,
            time,
            answer,
            next,
        } = attempt;
        let status = answer.status.as_ref();
        let delivered = status.is_ok_and(|status| status.is_success());
        let entry = WebhookDelivery {
            message_id: message_id.to_owned(),
            event: event.to_owned(),
            data_id: data_id.to_owned(),
            uri: uri.to_owned(),
            attempt,
            time,
            duration_ms: u64::try_from(answer.took.as_millis()).unwrap_or(u64::MAX),
            outcome: match (delivered, next) {
                (true, _) => DeliveryOutcome::Delivered,
                (false, Some(_)) => DeliveryOutcome::Failed,
                (false, None) => DeliveryOutcome::GivenUp,
            },
            response_status: status.ok().map(http::StatusCode::as_u16),
            error: status.err().map(|error| error.chars().take(LONGEST_ERROR).collect()),
            next_attempt_time: next,
        };
        let body = serde_json::to_string(&entry).map_err(|source| Error::Unwritable {
            what: "a delivery's record",
            source,
        })?;
        let document = Document {
            collection: DELIVERIES,
            project: project.clone(),
            id: self.id(),
            group: Some(group.to_owned()),
            revision: 1,
            created: time,
            body,
        };
        self.store.put_document(document, Vec::new()).await?;
        self.store
            .trim_documents(DELIVERIES, project.clone(), group.to_owned(), KEPT)
            .await?;
        Ok(())
    }
}

impl Webhooks {
    /// The last 100 attempts to deliver to a webhook, or, for [`DYNAMIC`], to addresses that requests brought along; the newest
    /// first.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for a token that is not one of this list.
    pub async fn deliveries(&self, project: &ProjectId, id: &str, page: &Page) -> Result<WebhookDeliveryList, Error> {
        if id != DYNAMIC {
            self.inner.find(project, id).await?;
        }
        let size = page.size();
        let query = DocumentQuery {
            collection: DELIVERIES,
            project: project.clone(),
            group: Some(id.to_owned()),
            after: page.after()?,
            limit: size + 1,
        };
        let (found, next_page_token) = page::cut(self.inner.store.documents(query).await?, size)?;
        let deliveries = found
            .iter()
            .map(|document| {
                serde_json::from_str(&document.body).map_err(|source| Error::Unreadable {
                    what: "a delivery's record".to_owned(),
                    source,
                })
            })
            .collect::<Result<_, Error>>()?;
        Ok(WebhookDeliveryList {
            deliveries,
            next_page_token,
        })
    }
}
