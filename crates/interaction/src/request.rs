use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{AgentConfig, GenerationConfig, Input, InteractionId, Json, ResponseFormat, ServiceTier, Tool};

string_enum! {
    /// What a safety setting is about.
    pub enum HarmCategory {
        /// Hatred.
        "hate_speech" => HateSpeech,
        /// Danger.
        "dangerous_content" => DangerousContent,
        /// Harassment.
        "harassment" => Harassment,
        /// Sex.
        "sexually_explicit" => SexuallyExplicit,
        /// Elections.
        "civic_integrity" => CivicIntegrity,
        /// Hatred in images.
        "image_hate" => ImageHate,
        /// Danger in images.
        "image_dangerous_content" => ImageDangerousContent,
        /// Harassment in images.
        "image_harassment" => ImageHarassment,
        /// Sex in images.
        "image_sexually_explicit" => ImageSexuallyExplicit,
        /// Getting around the rules.
        "jailbreak" => Jailbreak,
    }
}

string_enum! {
    /// From where on content is blocked.
    pub enum HarmThreshold {
        /// Low risk and above.
        "block_low_and_above" => LowAndAbove,
        /// Medium risk and above.
        "block_medium_and_above" => MediumAndAbove,
        /// High risk.
        "block_only_high" => OnlyHigh,
        /// Nothing is blocked.
        "block_none" => BlockNone,
        /// No check.
        "off" => Off,
    }
}

string_enum! {
    /// What the threshold measures.
    pub enum HarmMethod {
        /// How bad.
        "severity" => Severity,
        /// How likely (the default).
        "probability" => Probability,
    }
}

/// What is blocked. No engine here has a classifier, so the setting is accepted and echoed, and the model list says so.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SafetySetting {
    /// About what.
    #[serde(rename = "type")]
    pub category: HarmCategory,
    /// From where on.
    pub threshold: HarmThreshold,
    /// What is measured.
    pub method: Option<HarmMethod>,
}

/// Where to report the end of a background run.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WebhookConfig {
    /// Addresses, in place of the registered ones.
    pub uris: Option<Vec<String>>,
    /// Sent along.
    pub user_metadata: Option<Json>,
}

string_enum! {
    /// A kind of answer (deprecated: `response_format`).
    pub enum ResponseModality {
        /// Text.
        "text" => Text,
        /// Images.
        "image" => Image,
        /// Sound.
        "audio" => Audio,
        /// Video.
        "video" => Video,
        /// Documents.
        "document" => Document,
    }
}

/// The body of `POST /{version}/interactions`.
///
/// Exactly one of `model` and `agent`. System instruction, tools and settings are per request: none is carried over from
/// `previous_interaction_id`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreateInteraction {
    /// The model, with or without `models/`.
    pub model: Option<String>,
    /// The agent, with or without `agents/`.
    pub agent: Option<String>,
    /// What to answer.
    pub input: Option<Input>,
    /// How to answer.
    pub system_instruction: Option<String>,
    /// What the model may call.
    pub tools: Option<Vec<Tool>>,
    /// How the model generates.
    pub generation_config: Option<GenerationConfig>,
    /// The agent's settings.
    pub agent_config: Option<AgentConfig>,
    /// The form of the answer.
    pub response_format: Option<ResponseFormat>,
    /// The interaction to go on from: stored and finished.
    pub previous_interaction_id: Option<InteractionId>,
    /// Whether it is kept; it is, unless this is false.
    pub store: Option<bool>,
    /// Whether the answer is a stream of events.
    pub stream: Option<bool>,
    /// Whether it goes on without the connection; needs `store`.
    pub background: Option<bool>,
    /// The agent's environment: `remote`, an id, or an object.
    #[schemars(extend("type" = ["string", "object", "null"]))]
    pub environment: Option<Json>,
    /// How urgent it is.
    pub service_tier: Option<ServiceTier>,
    /// Labels for the client's own use.
    pub labels: Option<BTreeMap<String, String>>,
    /// What is blocked.
    pub safety_settings: Option<Vec<SafetySetting>>,
    /// Where to report the end of a background run.
    pub webhook_config: Option<WebhookConfig>,
    /// Goes on with a decode that reached the limit of one call.
    pub continuation_token: Option<String>,
    /// The answer's MIME type (deprecated: `response_format`).
    pub response_mime_type: Option<String>,
    /// The answer's kinds (deprecated: `response_format`).
    pub response_modalities: Option<Vec<ResponseModality>>,
    /// The name of cached content (deprecated).
    pub cached_content: Option<String>,
}
