use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_with::skip_serializing_none;

use crate::{Json, ThinkingSummaries};

tagged_union! {
    /// The settings of an agent. With `dynamic`, fields are the agent's own.
    pub enum AgentConfig by "type" {
        /// The coding agent.
        "antigravity" => Antigravity(AntigravityConfig),
        /// The research agent.
        "deep-research" => DeepResearch(DeepResearchConfig),
        /// The code repair agent.
        "code-mender" => CodeMender(DynamicConfig),
        /// Any agent.
        "dynamic" => Dynamic(DynamicConfig),
    }
}

/// The settings of the coding agent.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AntigravityConfig {
    /// The model it uses.
    pub model: Option<String>,
    /// Input, output and thought tokens together; a number or its decimal text.
    #[schemars(extend("type" = ["integer", "string", "null"]))]
    pub max_total_tokens: Option<Json>,
}

/// The settings of the research agent.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeepResearchConfig {
    /// Whether its narration is shown.
    pub thinking_summaries: Option<ThinkingSummaries>,
    /// `auto` (default) or `off`.
    pub visualization: Option<String>,
    /// Whether it plans with the user first.
    pub collaborative_planning: Option<bool>,
    /// Whether it may query tables.
    pub enable_bigquery_tool: Option<bool>,
}

/// Settings of the agent's own choosing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct DynamicConfig {
    /// The fields.
    #[serde(flatten)]
    pub fields: serde_json::Map<String, serde_json::Value>,
}

impl<'de> Deserialize<'de> for DynamicConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = serde_json::Map::deserialize(deserializer)?;
        // The union's tag is not one of them.
        fields.shift_remove("type");
        Ok(Self { fields })
    }
}
