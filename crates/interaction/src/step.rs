use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{Content, Json};

tagged_union! {
    /// One step of a conversation: what somebody said, thought, called or got back.
    pub enum Step by "type" {
        /// What the user said.
        "user_input" => UserInput(UserInput),
        /// What the model said.
        "model_output" => ModelOutput(ModelOutput),
        /// What the model thought.
        "thought" => Thought(Thought),
        /// The model asks the client for a function.
        "function_call" => FunctionCall(FunctionCall),
        /// The client's answer.
        "function_result" => FunctionResult(FunctionResult),
        /// The model runs code.
        "code_execution_call" => CodeExecutionCall(CodeExecutionCall),
        /// What the code printed.
        "code_execution_result" => CodeExecutionResult(CodeExecutionResult),
        /// The model reads pages.
        "url_context_call" => UrlContextCall(UrlContextCall),
        /// Which pages could be read.
        "url_context_result" => UrlContextResult(ServerToolResult),
        /// The model searches the web.
        "google_search_call" => GoogleSearchCall(QueriesCall),
        /// What the search gave.
        "google_search_result" => GoogleSearchResult(ServerToolResult),
        /// The model searches a map.
        "google_maps_call" => GoogleMapsCall(QueriesCall),
        /// What the map gave.
        "google_maps_result" => GoogleMapsResult(ServerToolResult),
        /// The model searches files.
        "file_search_call" => FileSearchCall(SignedCall),
        /// What the files gave.
        "file_search_result" => FileSearchResult(ServerToolResult),
        /// The model calls a tool of an MCP server.
        "mcp_server_tool_call" => McpServerToolCall(McpServerToolCall),
        /// What the MCP server answered.
        "mcp_server_tool_result" => McpServerToolResult(McpServerToolResult),
        /// The model retrieves documents.
        "retrieval_call" => RetrievalCall(RetrievalCall),
        /// What was retrieved.
        "retrieval_result" => RetrievalResult(ServerToolResult),
        /// The model looks for deferred functions.
        "tool_search_call" => ToolSearchCall(ToolSearchCall),
        /// The functions found.
        "tool_search_result" => ToolSearchResult(ServerToolResult),
        /// Media is processed.
        "processing_call" => ProcessingCall(SignedCall),
        /// Media was processed.
        "processing_result" => ProcessingResult(ServerToolResult),
    }
}

impl Step {
    /// A `user_input` step.
    pub fn user(content: Vec<Content>) -> Self {
        Self::UserInput(UserInput { content })
    }
}

/// What the user said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserInput {
    /// The blocks, in order.
    #[serde(default)]
    pub content: Vec<Content>,
}

/// What the model said.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelOutput {
    /// The blocks, in order.
    #[serde(default)]
    pub content: Vec<Content>,
    /// Why the output broke off: `{code, message, details}`.
    pub error: Option<Json>,
}

/// What the model thought. The signature seals it; the summary is shown on request only.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Thought {
    /// Opaque; comes back unchanged when a client resends its history.
    pub signature: Option<String>,
    /// The thought in words or images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub summary: Vec<Content>,
}

/// The model asks the client for a function.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FunctionCall {
    /// Names this call; its result refers to it.
    pub id: String,
    /// The function.
    pub name: String,
    /// The arguments, an object.
    #[serde(default = "Json::empty_object")]
    #[schemars(extend("type" = "object"))]
    pub arguments: Json,
    /// Opaque.
    pub signature: Option<String>,
}

/// The client's answer to a call.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FunctionResult {
    /// The call's `id`.
    pub call_id: String,
    /// The function.
    pub name: Option<String>,
    /// A string, an object or a list of content blocks.
    #[schemars(extend("type" = ["string", "object", "array"]))]
    pub result: Json,
    /// Whether the function failed.
    pub is_error: Option<bool>,
    /// Opaque.
    pub signature: Option<String>,
}

/// What code is run.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CodeArguments {
    /// The program.
    pub code: Option<String>,
    /// `python` or `bash`.
    pub language: Option<String>,
}

/// The model runs code.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CodeExecutionCall {
    /// Names this call.
    pub id: String,
    /// What is run.
    pub arguments: Option<CodeArguments>,
    /// Opaque.
    pub signature: Option<String>,
}

/// What the code printed.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CodeExecutionResult {
    /// The call's `id`.
    pub call_id: String,
    /// Standard output and error; or a list of content blocks.
    pub result: Option<Json>,
    /// Whether it failed.
    pub is_error: Option<bool>,
    /// Opaque.
    pub signature: Option<String>,
}

/// Which pages are read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UrlArguments {
    /// Their addresses.
    #[serde(default)]
    pub urls: Vec<String>,
}

/// The model reads pages.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UrlContextCall {
    /// Names this call.
    pub id: String,
    /// Which pages.
    pub arguments: Option<UrlArguments>,
    /// Opaque.
    pub signature: Option<String>,
}

/// What is searched for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QueryArguments {
    /// The queries.
    #[serde(default)]
    pub queries: Vec<String>,
}

/// A search by queries.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QueriesCall {
    /// Names this call.
    pub id: String,
    /// What is searched for.
    pub arguments: Option<QueryArguments>,
    /// Opaque.
    pub signature: Option<String>,
}

/// A call that shows no arguments.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignedCall {
    /// Names this call.
    pub id: String,
    /// Opaque.
    pub signature: Option<String>,
}

/// The result of a server-side tool, in the tool's own shape.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ServerToolResult {
    /// The call's `id`.
    pub call_id: String,
    /// What the tool gave.
    pub result: Option<Json>,
    /// Whether it failed.
    pub is_error: Option<bool>,
    /// Opaque.
    pub signature: Option<String>,
}

/// The model calls a tool of an MCP server.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct McpServerToolCall {
    /// Names this call.
    pub id: String,
    /// The tool.
    pub name: Option<String>,
    /// The server, as the request named it.
    pub server_name: Option<String>,
    /// The arguments, an object.
    pub arguments: Option<Json>,
    /// Opaque.
    pub signature: Option<String>,
}

/// What an MCP server answered.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct McpServerToolResult {
    /// The call's `id`.
    pub call_id: String,
    /// The tool.
    pub name: Option<String>,
    /// The server, as the request named it.
    pub server_name: Option<String>,
    /// What it answered.
    pub result: Option<Json>,
    /// Whether it failed.
    pub is_error: Option<bool>,
    /// Opaque.
    pub signature: Option<String>,
}

/// The model retrieves documents.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RetrievalCall {
    /// Names this call.
    pub id: String,
    /// Where from.
    pub retrieval_type: Option<String>,
    /// What is searched for.
    pub arguments: Option<QueryArguments>,
    /// Opaque.
    pub signature: Option<String>,
}

/// Which functions are wanted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FunctionNameArguments {
    /// Their names.
    #[serde(default)]
    pub function_names: Vec<String>,
}

/// The model looks for deferred functions.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolSearchCall {
    /// Names this call.
    pub id: String,
    /// Which functions.
    pub arguments: Option<FunctionNameArguments>,
    /// Opaque.
    pub signature: Option<String>,
}
