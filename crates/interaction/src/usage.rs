use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

string_enum! {
    /// A kind of data that tokens stand for.
    pub enum Modality {
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

/// Tokens of one modality.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ModalityTokens {
    /// The modality.
    pub modality: Modality,
    /// How many tokens.
    pub tokens: u64,
}

/// How often a grounding tool was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroundingToolCount {
    /// `google_search`, `google_maps` or `retrieval`.
    #[serde(rename = "type")]
    pub tool_type: String,
    /// How often.
    pub count: u64,
}

/// The tokens an interaction used.
///
/// `total_tokens` = input + output + thought + tool use; cached tokens are part of the input. Zeros are written.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Usage {
    /// The whole prompt, earlier turns included.
    pub total_input_tokens: u64,
    /// The answer.
    pub total_output_tokens: u64,
    /// The model's reasoning.
    pub total_thought_tokens: u64,
    /// The part of the input that was not computed again.
    pub total_cached_tokens: u64,
    /// What tools fed into the model.
    pub total_tool_use_tokens: u64,
    /// The sum.
    pub total_tokens: u64,
    /// The input by modality.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub input_tokens_by_modality: Vec<ModalityTokens>,
    /// The output by modality.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub output_tokens_by_modality: Vec<ModalityTokens>,
    /// The cached input by modality.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cached_tokens_by_modality: Vec<ModalityTokens>,
    /// What tools fed in, by modality.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_use_tokens_by_modality: Vec<ModalityTokens>,
    /// How often each grounding tool was used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grounding_tool_count: Vec<GroundingToolCount>,
    /// The input of the first of several chained calls.
    pub initial_input_tokens: Option<u64>,
}

impl Usage {
    /// Sets `total_tokens` to the sum of its parts.
    #[must_use]
    pub fn summed(mut self) -> Self {
        self.total_tokens = self
            .total_input_tokens
            .saturating_add(self.total_output_tokens)
            .saturating_add(self.total_thought_tokens)
            .saturating_add(self.total_tool_use_tokens);
        self
    }
}
