use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{
    Annotation, AudioContent, CodeArguments, Content, DocumentContent, FunctionNameArguments, ImageContent, Json,
    QueryArguments, UrlArguments, VideoContent,
};

tagged_union! {
    /// What a `step.delta` adds to its step.
    ///
    /// `text`, a text `thought_summary`, `arguments_delta` and `audio` data are appended; all others replace or add whole
    /// values.
    pub enum StepDelta by "type" {
        /// More text of the current text block.
        "text" => Text(TextDelta),
        /// Notes on the current text block.
        "text_annotation_delta" => TextAnnotation(TextAnnotationDelta),
        /// An image block.
        "image" => Image(ImageContent),
        /// More sound of the current sound block.
        "audio" => Audio(AudioContent),
        /// A document block.
        "document" => Document(DocumentContent),
        /// A video block.
        "video" => Video(VideoContent),
        /// More of a thought's summary.
        "thought_summary" => ThoughtSummary(ThoughtSummaryDelta),
        /// A thought's seal; the last one counts.
        "thought_signature" => ThoughtSignature(ThoughtSignatureDelta),
        /// More of the text of a call's arguments.
        "arguments_delta" => Arguments(ArgumentsDelta),
        /// A function's result.
        "function_result" => FunctionResult(ToolResultDelta),
        /// What code is run.
        "code_execution_call" => CodeExecutionCall(CodeExecutionCallDelta),
        /// What it printed.
        "code_execution_result" => CodeExecutionResult(ToolResultDelta),
        /// Which pages are read.
        "url_context_call" => UrlContextCall(UrlContextCallDelta),
        /// Which could be.
        "url_context_result" => UrlContextResult(ToolResultDelta),
        /// What is searched for.
        "google_search_call" => GoogleSearchCall(QueriesCallDelta),
        /// What was found.
        "google_search_result" => GoogleSearchResult(ToolResultDelta),
        /// What is searched for on the map.
        "google_maps_call" => GoogleMapsCall(QueriesCallDelta),
        /// What was found on the map.
        "google_maps_result" => GoogleMapsResult(ToolResultDelta),
        /// A search of files.
        "file_search_call" => FileSearchCall(SignatureDelta),
        /// What was found in files.
        "file_search_result" => FileSearchResult(ToolResultDelta),
        /// A call of an MCP tool.
        "mcp_server_tool_call" => McpServerToolCall(McpServerToolCallDelta),
        /// What the MCP tool answered.
        "mcp_server_tool_result" => McpServerToolResult(ToolResultDelta),
        /// Which functions are wanted.
        "tool_search_call" => ToolSearchCall(ToolSearchCallDelta),
        /// The functions found.
        "tool_search_result" => ToolSearchResult(ToolResultDelta),
        /// What is retrieved.
        "retrieval_call" => RetrievalCall(RetrievalCallDelta),
        /// What was retrieved.
        "retrieval_result" => RetrievalResult(ToolResultDelta),
        /// Media is processed.
        "processing_call" => ProcessingCall(SignatureDelta),
        /// Media was processed.
        "processing_result" => ProcessingResult(ToolResultDelta),
    }
}

/// More text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TextDelta {
    /// Appended.
    pub text: String,
}

/// Notes on the current text block.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TextAnnotationDelta {
    /// Added.
    #[serde(default)]
    pub annotations: Vec<Annotation>,
}

/// More of a thought's summary.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThoughtSummaryDelta {
    /// Text is appended to text before it; an image is a block of its own.
    pub content: Option<Content>,
}

/// A thought's seal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThoughtSignatureDelta {
    /// Replaces what was there.
    #[serde(default)]
    pub signature: String,
}

/// More of the text of a call's arguments.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ArgumentsDelta {
    /// Appended; all of them together are the JSON of the arguments.
    #[serde(default)]
    pub arguments: String,
}

/// A tool's result.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolResultDelta {
    /// The tool's name, where its step has one.
    pub name: Option<String>,
    /// The MCP server's name, where its step has one.
    pub server_name: Option<String>,
    /// What it gave.
    pub result: Option<Json>,
    /// Whether it failed.
    pub is_error: Option<bool>,
    /// Opaque.
    pub signature: Option<String>,
}

/// Only a signature.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignatureDelta {
    /// Opaque.
    pub signature: Option<String>,
}

/// What code is run.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CodeExecutionCallDelta {
    /// The program.
    pub arguments: Option<CodeArguments>,
    /// Opaque.
    pub signature: Option<String>,
}

/// Which pages are read.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UrlContextCallDelta {
    /// The addresses.
    pub arguments: Option<UrlArguments>,
    /// Opaque.
    pub signature: Option<String>,
}

/// What is searched for.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QueriesCallDelta {
    /// The queries.
    pub arguments: Option<QueryArguments>,
    /// Opaque.
    pub signature: Option<String>,
}

/// A call of an MCP tool.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct McpServerToolCallDelta {
    /// The tool.
    pub name: Option<String>,
    /// The server.
    pub server_name: Option<String>,
    /// The arguments, whole.
    pub arguments: Option<Json>,
    /// Opaque.
    pub signature: Option<String>,
}

/// Which functions are wanted.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolSearchCallDelta {
    /// Their names.
    pub arguments: Option<FunctionNameArguments>,
    /// Opaque.
    pub signature: Option<String>,
}

/// What is retrieved.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RetrievalCallDelta {
    /// Where from.
    pub retrieval_type: Option<String>,
    /// What is searched for.
    pub arguments: Option<QueryArguments>,
    /// Opaque.
    pub signature: Option<String>,
}
