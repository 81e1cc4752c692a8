use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use antiphon_interaction::{
    CreateWebhook, RevocationBehavior, RotateSigningSecret, RotatedSigningSecret, UpdateWebhook, Webhook, WebhookEvent,
    WebhookList, WebhookState,
};
use antiphon_outbound::{Outbound, OutboundRules, Schemes, TimeLimits};
use antiphon_store::{Document, DocumentQuery, Job, ProjectId, Settlement, Store};
use jiff::Timestamp;
use tokio::sync::OnceCell;

use crate::attempts::DELIVERIES;
use crate::config::{check_events, check_name};
use crate::event::{DELIVERY_JOB, EVENT_JOB};
use crate::page::{self, Page};
use crate::secret::Secret;
use crate::signing_key::SigningKey;
use crate::stored::{StoredSecret, StoredWebhook, WEBHOOKS};
use crate::{Error, deliver, expand};

/// The most webhooks of a project: each event is delivered to all that subscribed.
const MOST_WEBHOOKS: usize = 100;

/// How long a receiver may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);

/// For how long earlier secrets go on signing.
const OVERLAP: Duration = Duration::from_hours(24);

const ID_LENGTH: usize = 36;
const ID_ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// Where the time comes from.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Where random bytes come from: fills what it is given.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// What webhooks are made of.
pub struct Parts {
    /// Where they are kept.
    pub store: Arc<dyn Store>,
    /// What their requests may reach. Schemes, redirects and time limits are the webhooks' own: `https` (`http` for
    /// allow-listed hosts), none, 10 seconds.
    pub outbound: OutboundRules,
    /// The time.
    pub now: Now,
    /// Bytes that nobody can guess: ids and secrets are made of them.
    pub random: Random,
}

/// The webhooks of all projects, and their deliveries. Cheap to clone.
#[derive(Clone)]
pub struct Webhooks {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) outbound: Outbound,
    pub(crate) now: Now,
    pub(crate) random: Random,
    pub(crate) signing_key: OnceCell<SigningKey>,
}

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webhooks")
    }
}

impl Webhooks {
    /// Sets webhooks up; reads and sends nothing.
    ///
    /// # Errors
    /// The HTTP client cannot be set up.
    pub fn new(parts: Parts) -> Result<Self, antiphon_outbound::Error> {
        let outbound = Outbound::new(OutboundRules {
            schemes: Schemes::HttpsUnlessAllowed,
            max_redirects: 0,
            time_limits: TimeLimits {
                connect: CONNECT_PATIENCE,
                read: None,
                total: Some(PATIENCE),
            },
            ..parts.outbound
        })?;
        Ok(Self {
            inner: Arc::new(Inner {
                store: parts.store,
                outbound,
                now: parts.now,
                random: parts.random,
                signing_key: OnceCell::new(),
            }),
        })
    }

    /// Registers a webhook. The reply is the only one that ever holds its signing secret.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an address that may not be sent to, no or unknown events, too long a name; [`Error::Full`].
    pub async fn create(&self, project: &ProjectId, request: CreateWebhook) -> Result<Webhook, Error> {
        let CreateWebhook {
            name,
            uri,
            subscribed_events,
        } = request;
        check_name(name.as_deref())?;
        self.inner.check_uri(&uri, "uri")?;
        let subscribed_events = check_events(subscribed_events)?;
        let there = self.inner.store.documents(all(project, MOST_WEBHOOKS)).await?;
        if there.len() >= MOST_WEBHOOKS {
            return Err(Error::Full { limit: MOST_WEBHOOKS });
        }
        let now = (self.inner.now)();
        let secret = Secret::make(&*self.inner.random);
        let webhook = StoredWebhook {
            name,
            uri,
            subscribed_events,
            state: WebhookState::Enabled,
            secrets: vec![StoredSecret {
                secret: secret.clone(),
                expires: None,
            }],
            updated: now,
            failing_since: None,
        };
        let id = self.inner.id();
        let document = Document {
            collection: WEBHOOKS,
            project: project.clone(),
            id: id.clone(),
            group: None,
            revision: 1,
            created: now,
            body: webhook.write()?,
        };
        self.inner.store.put_document(document, Vec::new()).await?;
        let mut shown = webhook.show(&id, now, now);
        shown.new_signing_secret = Some(secret.reveal());
        Ok(shown)
    }

    /// The project's webhooks, the newest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a token that is not one of this list.
    pub async fn list(&self, project: &ProjectId, page: &Page) -> Result<WebhookList, Error> {
        let size = page.size();
        let query = DocumentQuery {
            after: page.after()?,
            ..all(project, size + 1)
        };
        let (found, next_page_token) = page::cut(self.inner.store.documents(query).await?, size)?;
        let now = (self.inner.now)();
        let webhooks = found
            .iter()
            .map(|document| Ok(StoredWebhook::read(document)?.show(&document.id, document.created, now)))
            .collect::<Result<_, Error>>()?;
        Ok(WebhookList {
            webhooks,
            next_page_token,
        })
    }

    /// One webhook.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get(&self, project: &ProjectId, id: &str) -> Result<Webhook, Error> {
        let (document, webhook) = self.inner.find(project, id).await?;
        Ok(webhook.show(id, document.created, (self.inner.now)()))
    }

    /// Changes what `mask` names, or, without one, what the request holds. The mask is a list of fields parted by commas; a name
    /// that it names and the request lacks is cleared. Enabling a webhook forgets that its deliveries failed.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] as for [`Webhooks::create`], for a mask with an unknown field or one that the
    /// request lacks and that cannot be cleared, and for a state that is the server's to set.
    pub async fn update(
        &self,
        project: &ProjectId,
        id: &str,
        request: UpdateWebhook,
        mask: Option<&str>,
    ) -> Result<Webhook, Error> {
        let change = Change::of(request, mask)?;
        check_name(change.name.as_ref().and_then(Option::as_deref))?;
        if let Some(uri) = &change.uri {
            self.inner.check_uri(uri, "uri")?;
        }
        self.inner
            .change(project, id, |webhook, now| {
                let Change {
                    name,
                    uri,
                    subscribed_events,
                    state,
                } = change.clone();
                webhook.name = name.unwrap_or(webhook.name.take());
                if let Some(uri) = uri {
                    webhook.uri = uri;
                }
                if let Some(events) = subscribed_events {
                    webhook.subscribed_events = events;
                }
                if let Some(state) = state {
                    webhook.state = state;
                    webhook.failing_since = None;
                }
                webhook.updated = now;
                Ok(true)
            })
            .await
    }

    /// Removes a webhook with its secrets and the record of its deliveries; what was not delivered yet never is.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete(&self, project: &ProjectId, id: &str) -> Result<(), Error> {
        let there = self
            .inner
            .store
            .delete_document(WEBHOOKS, project.clone(), id.to_owned(), Some(DELIVERIES))
            .await?;
        there.then_some(()).ok_or_else(|| Error::NotFound(id.to_owned()))
    }

    /// Sends a signed `webhook.ping` now, once, to an enabled or a disabled webhook, and returns when it was answered or the
    /// time was over. What came of it is in [`Webhooks::deliveries`].
    ///
    /// # Errors
    /// [`Error::NotFound`]; a receiver that fails is none.
    pub async fn ping(&self, project: &ProjectId, id: &str) -> Result<(), Error> {
        let (_, webhook) = self.inner.find(project, id).await?;
        deliver::ping(&self.inner, project, id, &webhook).await
    }

    /// Makes a new signing secret and returns it; it is never shown again. Earlier ones sign beside it for 24 hours, or not at
    /// all any more. Of more than 10 the oldest go.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for an unknown behaviour.
    pub async fn rotate(
        &self,
        project: &ProjectId,
        id: &str,
        request: RotateSigningSecret,
    ) -> Result<RotatedSigningSecret, Error> {
        let overlap = match request.revocation_behavior {
            None | Some(RevocationBehavior::AfterH24) => OVERLAP,
            Some(RevocationBehavior::Immediately) => Duration::ZERO,
            Some(RevocationBehavior::Unknown(other)) => {
                let other: String = other.chars().take(60).collect();
                let message = format!(
                    "`{other}` is not supported. Supported: {}, {}",
                    RevocationBehavior::AfterH24,
                    RevocationBehavior::Immediately
                );
                return Err(Error::invalid("revocation_behavior", message));
            }
        };
        let secret = Secret::make(&*self.inner.random);
        self.inner
            .change(project, id, |webhook, now| {
                let until = now.checked_add(overlap).unwrap_or(now);
                webhook.rotate(secret.clone(), now, until);
                webhook.updated = now;
                Ok(true)
            })
            .await?;
        Ok(RotatedSigningSecret {
            secret: secret.reveal(),
        })
    }

    /// Does one job of the kinds in [`JOBS`](crate::JOBS), and says what becomes of it. Doing a job twice sends its
    /// delivery twice, with the same `webhook-id`.
    ///
    /// # Errors
    /// The store cannot answer or the job cannot be read; it is to be done again later.
    pub async fn run(&self, job: &Job) -> Result<Settlement, Error> {
        match job.kind.as_str() {
            EVENT_JOB => expand::expand(&self.inner, job).await,
            DELIVERY_JOB => deliver::deliver(&self.inner, job).await,
            other => Err(Error::invalid("kind", format!("`{other}` is no job of the webhooks'"))),
        }
    }

    /// The public keys of the tokens that sign deliveries to a request's own addresses: a JSON Web Key Set. Makes the key
    /// when there is none yet.
    ///
    /// # Errors
    /// The store or the system's cryptography fails.
    pub async fn jwks(&self) -> Result<serde_json::Value, Error> {
        Ok(self.inner.signing_key().await?.jwks())
    }
}

impl Inner {
    pub(crate) async fn find(&self, project: &ProjectId, id: &str) -> Result<(Document, StoredWebhook), Error> {
        let found = self.load(project, id).await?;
        found.ok_or_else(|| Error::NotFound(id.to_owned()))
    }

    /// A new id: 36 small letters and digits.
    pub(crate) fn id(&self) -> String {
        let mut bytes = [0; ID_LENGTH];
        (self.random)(&mut bytes);
        bytes
            .iter()
            .map(|byte| char::from(ID_ALPHABET[usize::from(*byte) % ID_ALPHABET.len()]))
            .collect()
    }

    pub(crate) async fn signing_key(&self) -> Result<&SigningKey, Error> {
        self.signing_key
            .get_or_try_init(|| SigningKey::load(&*self.store))
            .await
    }
}

/// The project's webhooks, the newest first.
pub(crate) fn all(project: &ProjectId, limit: usize) -> DocumentQuery {
    DocumentQuery {
        collection: WEBHOOKS,
        project: project.clone(),
        group: None,
        after: None,
        limit,
    }
}

/// What an update does; `None` leaves a field as it is.
#[derive(Clone)]
struct Change {
    name: Option<Option<String>>,
    uri: Option<String>,
    subscribed_events: Option<Vec<WebhookEvent>>,
    state: Option<WebhookState>,
}

const FIELDS: [&str; 4] = ["name", "uri", "subscribed_events", "state"];

impl Change {
    fn of(request: UpdateWebhook, mask: Option<&str>) -> Result<Self, Error> {
        let UpdateWebhook {
            name,
            uri,
            subscribed_events,
            state,
        } = request;
        let mask: Option<Vec<&str>> = mask.map(|mask| {
            mask.split(',')
                .map(str::trim)
                .filter(|field| !field.is_empty())
                .collect()
        });
        for field in mask.iter().flatten() {
            if !FIELDS.contains(field) {
                let field: String = field.chars().take(60).collect();
                let message = format!("`{field}` cannot be changed; a list of {} is taken", FIELDS.join(", "));
                return Err(Error::invalid("update_mask", message));
            }
        }
        // Whether a field is to be changed, given whether the request holds it.
        let wanted = |field: &str, there: bool| match &mask {
            None => Ok(there),
            Some(mask) if !mask.contains(&field) => Ok(false),
            Some(_) if there || field == "name" => Ok(true),
            Some(_) => Err(Error::invalid(field, "is named by `update_mask` and missing")),
        };
        if let Some(WebhookState::DisabledDueToFailedDeliveries | WebhookState::Unknown(_)) = &state {
            return Err(Error::invalid("state", "must be `enabled` or `disabled`"));
        }
        let changes_uri = wanted("uri", uri.is_some())?;
        let changes_events = wanted("subscribed_events", subscribed_events.is_some())?;
        let changes_state = wanted("state", state.is_some())?;
        Ok(Self {
            name: wanted("name", name.is_some())?.then_some(name),
            uri: uri.filter(|_| changes_uri),
            subscribed_events: subscribed_events
                .filter(|_| changes_events)
                .map(check_events)
                .transpose()?,
            state: state.filter(|_| changes_state),
        })
    }
}
