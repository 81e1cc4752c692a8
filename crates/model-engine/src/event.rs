use antiphon_interaction::Json;

/// What a model call says, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelEvent {
    /// The call was accepted and the model is at work.
    Started,
    /// A piece of reasoning; never empty.
    Thought(String),
    /// A piece of the answer; never empty.
    Text(String),
    /// The model calls a function.
    ToolCall(ToolCall),
    /// The call is over.
    Finished(Finish),
}

/// A whole function call.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall {
    /// The engine's own id, where its dialect has one; the turn engine makes one otherwise.
    pub id: Option<String>,
    /// The function.
    pub name: String,
    /// The arguments: a JSON object.
    pub arguments: Json,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// Why.
    pub reason: FinishReason,
    /// What it used.
    pub usage: ModelUsage,
}

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// The model was done, or called functions.
    Stop,
    /// A token limit was reached.
    Length,
    /// A content filter of the upstream stepped in.
    ContentFilter,
}

/// Tokens of one call. Output and thought do not overlap; cached is part of input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ModelUsage {
    /// The prompt.
    pub input_tokens: u64,
    /// The part of the prompt that was not computed again.
    pub cached_tokens: u64,
    /// The answer, calls included.
    pub output_tokens: u64,
    /// The reasoning.
    pub thought_tokens: u64,
}
