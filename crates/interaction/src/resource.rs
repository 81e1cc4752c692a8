use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_with::skip_serializing_none;

use crate::{
    AgentConfig, ApiError, GenerationConfig, Input, InteractionId, Json, ResponseFormat, SafetySetting, Status, Step,
    Tool, Usage, WebhookConfig,
};

string_enum! {
    /// How urgent a request is.
    pub enum ServiceTier {
        /// Cheap, may wait.
        "flex" => Flex,
        /// The usual.
        "standard" => Standard,
        /// First in line.
        "priority" => Priority,
        /// When there is time.
        "deferred" => Deferred,
    }
}

/// The settings of a request that its interaction shows again.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Settings {
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
    /// Labels for the client's own use.
    pub labels: Option<BTreeMap<String, String>>,
    /// The agent's environment.
    pub environment: Option<Json>,
    /// What is blocked.
    pub safety_settings: Option<Vec<SafetySetting>>,
    /// Where the end of a background run is reported.
    pub webhook_config: Option<WebhookConfig>,
}

/// An interaction: one turn of a conversation, and what it took.
///
/// Inside events only some fields are present: `interaction.created` has no steps and no usage, and
/// `interaction.completed` no steps.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Interaction {
    /// Its id.
    pub id: InteractionId,
    /// Always `interaction`.
    pub object: String,
    /// The model asked for.
    pub model: Option<String>,
    /// The agent asked for.
    pub agent: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// When it was accepted, to the second.
    #[schemars(with = "Option<String>")]
    pub created: Option<Timestamp>,
    /// When it last changed, to the second.
    #[schemars(with = "Option<String>")]
    pub updated: Option<Timestamp>,
    /// The steps: those of this turn only. A POST shows what it produced, a GET the `user_input` first.
    pub steps: Option<Vec<Step>>,
    /// The tokens it used.
    pub usage: Option<Usage>,
    /// The tier it was served at.
    pub service_tier: Option<ServiceTier>,
    /// The turn it goes on from.
    pub previous_interaction_id: Option<InteractionId>,
    /// The environment it ran in.
    pub environment_id: Option<String>,
    /// Goes on with a decode that reached the limit of one call.
    pub continuation_token: Option<String>,
    /// Why it failed.
    pub errors: Option<Vec<ApiError>>,
    /// What was asked, with `include_input` only.
    pub input: Option<Input>,
    /// The request's settings.
    #[serde(flatten)]
    pub settings: Settings,
}

/// An interaction without its settings. Flattened fields would be read through a buffer that keeps no JSON text.
#[derive(Deserialize)]
struct WithoutSettings {
    id: InteractionId,
    #[serde(default = "object_name")]
    object: String,
    model: Option<String>,
    agent: Option<String>,
    status: Status,
    created: Option<Timestamp>,
    updated: Option<Timestamp>,
    steps: Option<Vec<Step>>,
    usage: Option<Usage>,
    service_tier: Option<ServiceTier>,
    previous_interaction_id: Option<InteractionId>,
    environment_id: Option<String>,
    continuation_token: Option<String>,
    errors: Option<Vec<ApiError>>,
    input: Option<Input>,
}

impl<'de> Deserialize<'de> for Interaction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Json::deserialize(deserializer)?;
        let WithoutSettings {
            id,
            object,
            model,
            agent,
            status,
            created,
            updated,
            steps,
            usage,
            service_tier,
            previous_interaction_id,
            environment_id,
            continuation_token,
            errors,
            input,
        } = serde_json::from_str(raw.text()).map_err(D::Error::custom)?;
        let settings = serde_json::from_str(raw.text()).map_err(D::Error::custom)?;
        Ok(Self {
            id,
            object,
            model,
            agent,
            status,
            created,
            updated,
            steps,
            usage,
            service_tier,
            previous_interaction_id,
            environment_id,
            continuation_token,
            errors,
            input,
            settings,
        })
    }
}

fn object_name() -> String {
    "interaction".to_owned()
}

impl Interaction {
    /// An interaction with nothing but its id and status.
    pub fn new(id: InteractionId, status: Status) -> Self {
        Self {
            id,
            object: object_name(),
            model: None,
            agent: None,
            status,
            created: None,
            updated: None,
            steps: None,
            usage: None,
            service_tier: None,
            previous_interaction_id: None,
            environment_id: None,
            continuation_token: None,
            errors: None,
            input: None,
            settings: Settings::default(),
        }
    }
}
