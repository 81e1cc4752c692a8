use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Json;

tagged_union! {
    /// Something the model may call.
    pub enum Tool by "type" open {
        /// A function of the client.
        "function" => Function(FunctionTool),
        /// The server runs code.
        "code_execution" => CodeExecution(NoSettings),
        /// The server reads pages.
        "url_context" => UrlContext(NoSettings),
        /// The server searches the web.
        "google_search" => GoogleSearch(GoogleSearchTool),
        /// The server searches a map.
        "google_maps" => GoogleMaps(GoogleMapsTool),
        /// The server searches stored files.
        "file_search" => FileSearch(FileSearchTool),
        /// The client drives a screen.
        "computer_use" => ComputerUse(ComputerUseTool),
        /// The server calls an MCP server.
        "mcp_server" => McpServer(McpServerTool),
        /// The server retrieves documents.
        "retrieval" => Retrieval(RetrievalTool),
        /// The model finds deferred functions by search.
        "tool_search" => ToolSearch(ToolSearchTool),
        /// An agent's shell.
        "bash" => Bash(NoSettings),
        /// An agent's files.
        "filesystem" => Filesystem(NoSettings),
    }
}

/// A tool without settings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NoSettings {}

/// A function of the client.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FunctionTool {
    /// The name, unique in the request.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// Its parameters, as JSON Schema.
    #[schemars(extend("type" = ["object", "null"]))]
    pub parameters: Option<Json>,
    /// Shown to the model only after a search.
    pub defer_loading: Option<bool>,
    /// What a search sees of it.
    pub short_description: Option<String>,
}

/// The server searches the web.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GoogleSearchTool {
    /// `web_search` (default), `image_search`, `enterprise_web_search`.
    pub search_types: Option<Vec<SearchType>>,
}

string_enum! {
    /// What kind of search.
    pub enum SearchType {
        /// Pages.
        "web_search" => Web,
        /// Images.
        "image_search" => Image,
        /// Pages, for enterprises.
        "enterprise_web_search" => EnterpriseWeb,
    }
}

/// The server searches a map.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GoogleMapsTool {
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Whether a widget token is wanted.
    pub enable_widget: Option<bool>,
}

/// The server searches stored files.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FileSearchTool {
    /// Which stores.
    pub file_search_store_names: Vec<String>,
    /// Which documents (AIP-160).
    pub metadata_filter: Option<String>,
    /// How many passages.
    pub top_k: Option<u32>,
}

string_enum! {
    /// The kind of screen that is driven.
    pub enum ComputerUseEnvironment {
        /// A browser.
        "browser" => Browser,
        /// A phone.
        "mobile" => Mobile,
        /// A desktop.
        "desktop" => Desktop,
    }
}

/// The client drives a screen.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComputerUseTool {
    /// The kind of screen.
    pub environment: Option<ComputerUseEnvironment>,
    /// Actions the model may not use.
    pub excluded_predefined_functions: Option<Vec<String>>,
    /// Safety policies switched off.
    pub disabled_safety_policies: Option<Vec<String>>,
    /// Whether injected prompts are looked for.
    pub enable_prompt_injection_detection: Option<bool>,
}

/// The server calls an MCP server.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct McpServerTool {
    /// What it is called in steps.
    pub name: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// Headers to send.
    pub headers: Option<std::collections::BTreeMap<String, String>>,
    /// Which of its tools: names, or `{mode, tools}` objects.
    #[schemars(extend("type" = ["array", "null"]))]
    pub allowed_tools: Option<Json>,
    /// The id of a stored credential.
    pub credential: Option<String>,
}

/// The server retrieves documents.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RetrievalTool {
    /// Where from.
    pub retrieval_types: Option<Vec<String>>,
    /// Settings of `vertex_ai_search`.
    pub vertex_ai_search_config: Option<Json>,
    /// Settings of `rag_store`.
    pub rag_store_config: Option<Json>,
    /// Settings of `exa_ai_search`.
    pub exa_ai_search_config: Option<Json>,
    /// Settings of `parallel_ai_search`.
    pub parallel_ai_search_config: Option<Json>,
}

string_enum! {
    /// Who searches.
    pub enum ToolSearchExecution {
        /// The server.
        "server" => Server,
        /// The client.
        "client" => Client,
    }
}

/// The model finds deferred functions by search.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolSearchTool {
    /// Who searches.
    pub execution: Option<ToolSearchExecution>,
    /// The name, when the client searches.
    pub name: Option<String>,
    /// What it does, when the client searches.
    pub description: Option<String>,
    /// Its parameters, when the client searches.
    pub parameters: Option<Json>,
}
