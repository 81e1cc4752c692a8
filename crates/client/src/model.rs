use serde::Deserialize;

/// A model that the server has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// `models/` and its name.
    pub name: String,
    /// The name, for people.
    #[serde(default)]
    pub display_name: String,
    /// One line about it.
    #[serde(default)]
    pub description: String,
    /// The most tokens of a prompt, where known.
    pub input_token_limit: Option<u64>,
    /// The most tokens of an answer, where known.
    pub output_token_limit: Option<u64>,
    /// What it takes and can do; the hosted API does not tell.
    pub capabilities: Option<ModelCapabilities>,
}

impl Model {
    /// The name as a request takes it.
    pub fn id(&self) -> &str {
        self.name.strip_prefix("models/").unwrap_or(&self.name)
    }
}

/// What a model takes and can do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ModelCapabilities {
    /// Content types it takes.
    pub input: Vec<String>,
    /// Content types it makes.
    pub output: Vec<String>,
    /// Whether it calls functions.
    pub function_calling: bool,
    /// Whether it keeps to a JSON Schema.
    pub structured_output: bool,
    /// Whether it reasons before it answers.
    pub thinking: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page {
    #[serde(default)]
    pub(crate) models: Vec<Model>,
    pub(crate) next_page_token: Option<String>,
}
