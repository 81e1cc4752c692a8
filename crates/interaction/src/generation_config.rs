use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_with::skip_serializing_none;

use crate::Json;

string_enum! {
    /// How much the model thinks.
    pub enum ThinkingLevel {
        /// Hardly.
        "minimal" => Minimal,
        /// A little.
        "low" => Low,
        /// Some.
        "medium" => Medium,
        /// Much.
        "high" => High,
        /// As much as it can.
        "xhigh" => Xhigh,
    }
}

string_enum! {
    /// Whether thoughts are shown.
    pub enum ThinkingSummaries {
        /// Where the model has them.
        "auto" => Auto,
        /// Never (the default).
        "none" => None,
    }
}

string_enum! {
    /// Whether the model calls tools.
    pub enum ToolChoiceMode {
        /// As it sees fit.
        "auto" => Auto,
        /// At least once.
        "any" => Any,
        /// Never.
        "none" => None,
        /// As it sees fit, and what it calls fits the declaration.
        "validated" => Validated,
    }
}

/// A mode, limited to some tools.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AllowedTools {
    /// The mode; `auto` when absent.
    pub mode: Option<ToolChoiceMode>,
    /// The names of the tools.
    #[serde(default)]
    pub tools: Vec<String>,
}

/// A mode, or `{"allowed_tools": {mode, tools}}`.
#[derive(Debug, Clone, PartialEq)]
pub enum ToolChoice {
    /// A mode over all tools.
    Mode(ToolChoiceMode),
    /// A mode over some tools.
    Allowed(AllowedTools),
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct AllowedToolsObject {
    allowed_tools: AllowedTools,
}

impl Serialize for ToolChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Mode(mode) => mode.serialize(serializer),
            Self::Allowed(allowed_tools) => AllowedToolsObject {
                allowed_tools: allowed_tools.clone(),
            }
            .serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ToolChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Json::deserialize(deserializer)?;
        if raw.is_string() {
            serde_json::from_str(raw.text())
                .map(Self::Mode)
                .map_err(serde::de::Error::custom)
        } else {
            serde_json::from_str::<AllowedToolsObject>(raw.text())
                .map(|object| Self::Allowed(object.allowed_tools))
                .map_err(serde::de::Error::custom)
        }
    }
}

impl JsonSchema for ToolChoice {
    fn schema_name() -> Cow<'static, str> {
        "ToolChoice".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "anyOf": [generator.subschema_for::<ToolChoiceMode>(), AllowedToolsObject::json_schema(generator)]
        })
    }
}

/// How the model generates.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GenerationConfig {
    /// The most tokens of the answer, thoughts included.
    #[schemars(range(min = 1))]
    pub max_output_tokens: Option<u64>,
    /// Makes sampling repeatable.
    pub seed: Option<i64>,
    /// Texts that end the answer; they are not part of it. At most five.
    #[schemars(length(max = 5))]
    pub stop_sequences: Option<Vec<String>>,
    /// How much the model thinks.
    pub thinking_level: Option<ThinkingLevel>,
    /// Whether thoughts are shown.
    pub thinking_summaries: Option<ThinkingSummaries>,
    /// Whether the model calls tools.
    pub tool_choice: Option<ToolChoice>,
    /// Voices.
    pub speech_config: Option<Json>,
    /// How speech becomes text.
    pub transcription_config: Option<Json>,
    /// How video is made.
    pub video_config: Option<Json>,
    /// How images are made (deprecated: `response_format`).
    pub image_config: Option<Json>,
    /// Randomness, 0 to 2; 0 takes the likeliest token.
    #[schemars(range(min = 0.0, max = 2.0))]
    pub temperature: Option<f64>,
    /// Sample from the likeliest tokens that make up this share, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub top_p: Option<f64>,
}
