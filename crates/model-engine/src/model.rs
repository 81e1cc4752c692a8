use serde::Serialize;

/// What a model can do. A request that asks for more is refused before the engine sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Capabilities {
    /// Takes images.
    pub image_input: bool,
    /// Takes sound.
    pub audio_input: bool,
    /// Calls functions.
    pub function_calling: bool,
    /// Keeps to a JSON Schema.
    pub structured_output: bool,
    /// Reasons before it answers.
    pub thinking: bool,
}

/// A model as an engine describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelInfo {
    /// The engine's own name for it.
    pub name: String,
    /// One line for people.
    pub description: String,
    /// The most tokens of a prompt; `None` where the engine does not know.
    pub input_token_limit: Option<u64>,
    /// The most tokens of an answer; `None` where the engine does not know.
    pub output_token_limit: Option<u64>,
    /// What it can do.
    pub capabilities: Capabilities,
}
