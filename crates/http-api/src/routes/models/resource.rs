use antiphon_model_engine::{Capabilities, ModelInfo};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

/// A model, in the form of the hosted API's model list.
#[skip_serializing_none]
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Model {
    /// `models/` and its name.
    name: String,
    /// The name.
    base_model_id: String,
    /// The version of the listing.
    version: &'static str,
    /// The name, for people.
    display_name: String,
    /// One line about it.
    description: String,
    /// The most tokens of a prompt, where known.
    input_token_limit: Option<u64>,
    /// The most tokens of an answer, where known.
    output_token_limit: Option<u64>,
    /// What can be done with it.
    supported_generation_methods: [&'static str; 1],
    /// Whether it reasons before it answers.
    thinking: bool,
    /// What it takes and can do here.
    capabilities: ModelCapabilities,
}

/// What a model takes and can do here.
#[derive(Debug, Serialize, JsonSchema)]
struct ModelCapabilities {
    /// Content types it takes.
    input: Vec<&'static str>,
    /// Content types it makes.
    output: Vec<&'static str>,
    /// Whether it calls functions.
    function_calling: bool,
    /// Whether it keeps to a JSON Schema.
    structured_output: bool,
    /// Whether it reasons before it answers.
    thinking: bool,
    /// Whether safety settings have an effect: no classifier is configured.
    safety_settings: bool,
}

/// A page of models.
#[skip_serializing_none]
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModelList {
    /// The models, the default first.
    pub(crate) models: Vec<Model>,
    /// Where the next page begins; absent on the last.
    pub(crate) next_page_token: Option<String>,
}

impl From<ModelInfo> for Model {
    fn from(info: ModelInfo) -> Self {
        let ModelInfo {
            name,
            description,
            input_token_limit,
            output_token_limit,
            capabilities,
        } = info;
        let Capabilities {
            image_input,
            audio_input,
            function_calling,
            structured_output,
            thinking,
        } = capabilities;
        let mut input = vec!["text"];
        input.extend(image_input.then_some("image"));
        input.extend(audio_input.then_some("audio"));
        Self {
            name: format!("models/{name}"),
            version: "1",
            display_name: name.clone(),
            base_model_id: name,
            description,
            input_token_limit,
            output_token_limit,
            supported_generation_methods: ["createInteraction"],
            thinking,
            capabilities: ModelCapabilities {
                input,
                output: vec!["text"],
                function_calling,
                structured_output,
                thinking,
                safety_settings: false,
            },
        }
    }
}
