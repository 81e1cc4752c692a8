use antiphon_interaction::{Content, Json, ThinkingLevel};

use crate::ToolCall;

/// One call of a model.
#[derive(Debug, Clone)]
pub struct ModelRequest {
    /// The engine's own name of the model.
    pub model: String,
    /// The system instruction of this call.
    pub system_instruction: Option<String>,
    /// The conversation, oldest first; the last message is the user's or tool results, or an answer of the model's without calls that
    /// a token limit cut off: then the model goes on with that, and repeats nothing of it.
    pub messages: Vec<Message>,
    /// The functions that may be called; their names are unique.
    pub functions: Vec<FunctionDeclaration>,
    /// Whether and which functions may be called.
    pub tool_selection: ToolSelection,
    /// The form of the answer.
    pub output_format: OutputFormat,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// How much to think; `None` leaves it to the model.
    pub thinking_level: Option<ThinkingLevel>,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// From the user.
    User(Vec<Content>),
    /// From the model: reasoning, answer and calls of one turn, in that order.
    Assistant {
        /// What it reasoned, where known.
        reasoning: Option<String>,
        /// What it said.
        content: Vec<Content>,
        /// What it called.
        tool_calls: Vec<ToolCall>,
    },
    /// The result of a call of the assistant message before it.
    ToolResult(ToolResult),
}

impl Message {
    /// Whether all of it is text.
    pub fn is_text(&self) -> bool {
        let content = match self {
            Self::User(content) | Self::Assistant { content, .. } => content,
            Self::ToolResult(result) => &result.content,
        };
        content.iter().all(|block| block.as_text().is_some())
    }
}

/// The result of a function call.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolResult {
    /// The call's id.
    pub call_id: String,
    /// The function.
    pub name: String,
    /// What it gave; a JSON value becomes one text block with its JSON.
    pub content: Vec<Content>,
    /// Whether it failed.
    pub is_error: bool,
}

impl ToolResult {
    /// What a model reads of a call that failed.
    pub fn failed(call_id: impl Into<String>, name: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            call_id: call_id.into(),
            name: name.into(),
            content: vec![Content::text(message.into())],
            is_error: true,
        }
    }
}

/// A function that the model may call.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionDeclaration {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// Its parameters as JSON Schema (an object schema); `None` takes none.
    pub parameters: Option<Json>,
}

/// Whether and which functions may be called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ToolSelection {
    /// As the model sees fit.
    #[default]
    Auto,
    /// No call.
    None,
    /// At least one call, of the named functions (of any when `None`).
    Any(Option<Vec<String>>),
    /// As the model sees fit, of the named functions (of any when `None`), and what it calls fits the
    /// declaration.
    Validated(Option<Vec<String>>),
}

/// The form of the answer's text.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum OutputFormat {
    /// Free text.
    #[default]
    Text,
    /// Some JSON value.
    Json,
    /// JSON under a schema.
    JsonSchema(Json),
}

/// How tokens are chosen. `None` leaves a setting to the model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sampling {
    /// Randomness; 0 takes the likeliest token.
    pub temperature: Option<f64>,
    /// Sample from the likeliest tokens that make up this share.
    pub top_p: Option<f64>,
    /// Makes sampling repeatable.
    pub seed: Option<i64>,
    /// Texts that end the answer; they are not part of it.
    pub stop_sequences: Vec<String>,
    /// The most tokens of reasoning and answer together.
    pub max_output_tokens: Option<u64>,
}
