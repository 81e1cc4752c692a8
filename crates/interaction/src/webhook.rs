use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

string_enum! {
    /// What a webhook can be told of.
    pub enum WebhookEvent {
        /// A batch succeeded.
        "batch.succeeded" => BatchSucceeded,
        /// A batch was cancelled.
        "batch.cancelled" => BatchCancelled,
        /// A batch was not done in time.
        "batch.expired" => BatchExpired,
        /// A batch failed.
        "batch.failed" => BatchFailed,
        /// A background interaction waits for the client's function results.
        "interaction.requires_action" => InteractionRequiresAction,
        /// A background interaction has its answer, whole or cut short by a limit.
        "interaction.completed" => InteractionCompleted,
        /// A background interaction failed.
        "interaction.failed" => InteractionFailed,
        /// A background interaction was cancelled.
        "interaction.cancelled" => InteractionCancelled,
        /// A video was made.
        "video.generated" => VideoGenerated,
    }
}

string_enum! {
    /// Whether a webhook is sent events.
    pub enum WebhookState {
        /// It is.
        "enabled" => Enabled,
        /// It is not: the client switched it off.
        "disabled" => Disabled,
        /// It is not: its receiver did not take what was sent. Enabling it again is the client's.
        "disabled_due_to_failed_deliveries" => DisabledDueToFailedDeliveries,
    }
}

string_enum! {
    /// What becomes of a webhook's earlier signing secrets when it gets a new one.
    pub enum RevocationBehavior {
        /// They sign for another 24 hours, beside the new one.
        "revoke_previous_secrets_after_h24" => AfterH24,
        /// They are gone.
        "revoke_previous_secrets_immediately" => Immediately,
    }
}

/// A registered receiver of events.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// The client's name for it.
    pub name: Option<String>,
    /// Where events are sent.
    pub uri: String,
    /// Which events.
    pub subscribed_events: Vec<WebhookEvent>,
    /// Whether events are sent.
    pub state: WebhookState,
    /// What the events are signed with, the newest first.
    #[serde(default)]
    pub signing_secrets: Vec<SigningSecret>,
    /// The whole secret, in the reply to its creation and nowhere else.
    pub new_signing_secret: Option<String>,
    /// When it was made.
    #[schemars(with = "Option<String>")]
    pub create_time: Option<Timestamp>,
    /// When it was last changed.
    #[schemars(with = "Option<String>")]
    pub update_time: Option<Timestamp>,
}

/// A signing secret as it is shown after its creation.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SigningSecret {
    /// Its ends.
    pub truncated_secret: String,
    /// When it stops signing; absent for the current one.
    #[schemars(with = "Option<String>")]
    pub expire_time: Option<Timestamp>,
}

/// The body of `POST /{version}/webhooks`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreateWebhook {
    /// The client's name for it.
    pub name: Option<String>,
    /// Where events are to be sent.
    pub uri: String,
    /// Which events.
    pub subscribed_events: Vec<WebhookEvent>,
}

/// The body of `PATCH /{version}/webhooks/{id}`: what is absent stays, unless the request's `update_mask` names it.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UpdateWebhook {
    /// The client's name for it.
    pub name: Option<String>,
    /// Where events are to be sent.
    pub uri: Option<String>,
    /// Which events.
    pub subscribed_events: Option<Vec<WebhookEvent>>,
    /// `enabled` or `disabled`.
    pub state: Option<WebhookState>,
}

/// A page of webhooks.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WebhookList {
    /// The webhooks, the newest first.
    #[serde(default)]
    pub webhooks: Vec<Webhook>,
    /// Where the next page begins; absent on the last.
    pub next_page_token: Option<String>,
}

/// The body of `POST /{version}/webhooks/{id}:ping`, which says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub struct PingWebhook {}

/// The body of `POST /{version}/webhooks/{id}:rotateSigningSecret`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RotateSigningSecret {
    /// What becomes of the earlier secrets: `revoke_previous_secrets_after_h24` (the default) or
    /// `revoke_previous_secrets_immediately`, in any case of letters.
    #[schemars(with = "Option<String>")]
    #[serde(default, deserialize_with = "in_any_case")]
    pub revocation_behavior: Option<RevocationBehavior>,
}

fn in_any_case<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<RevocationBehavior>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.map(|text| RevocationBehavior::from(text.to_ascii_lowercase().as_str())))
}

/// A new signing secret, shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RotatedSigningSecret {
    /// The whole secret.
    pub secret: String,
}

string_enum! {
    /// What came of one attempt to deliver an event.
    pub enum DeliveryOutcome {
        /// The receiver took it.
        "delivered" => Delivered,
        /// It did not; there will be another attempt.
        "failed" => Failed,
        /// It did not, and there will be none.
        "given_up" => GivenUp,
    }
}

/// One attempt to deliver an event.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WebhookDelivery {
    /// The `webhook-id` that was sent, the same at every attempt.
    pub message_id: String,
    /// What the event was.
    #[serde(rename = "type")]
    pub event: String,
    /// What it was about: the id in its `data`.
    pub data_id: String,
    /// Where it was sent.
    pub uri: String,
    /// Counts the attempts, from 1.
    pub attempt: u32,
    /// When it was made.
    #[schemars(with = "String")]
    pub time: Timestamp,
    /// How long the receiver took, in milliseconds.
    pub duration_ms: u64,
    /// What came of it.
    pub outcome: DeliveryOutcome,
    /// The HTTP status of the receiver's answer; absent when there was none.
    pub response_status: Option<u16>,
    /// Why there was no answer.
    pub error: Option<String>,
    /// When the next attempt is due.
    #[schemars(with = "Option<String>")]
    pub next_attempt_time: Option<Timestamp>,
}

/// A page of attempts.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WebhookDeliveryList {
    /// The attempts, the newest first.
    #[serde(default)]
    pub deliveries: Vec<WebhookDelivery>,
    /// Where the next page begins; absent on the last.
    pub next_page_token: Option<String>,
}
