use std::time::Duration;

/// Bounds on what an MCP server may cost.
#[derive(Debug, Clone)]
pub struct McpSettings {
    /// How long reaching a server and listing its tools may take together.
    pub listing_time_limit: Duration,
    /// How long a list of tools is good for before the server is asked again.
    pub listing_lifetime: Duration,
    /// How long one call may take.
    pub call_time_limit: Duration,
    /// How many tools of one server a request may give to the model.
    pub max_tools: usize,
    /// How large one message of a server may be, in bytes.
    pub max_response: usize,
    /// How much text of one answer is kept in the conversation, in bytes.
    pub max_text: usize,
    /// How much text of one answer the model reads, in bytes.
    pub max_text_for_model: usize,
}

impl Default for McpSettings {
    fn default() -> Self {
        Self {
            listing_time_limit: Duration::from_secs(20),
            listing_lifetime: Duration::from_secs(60),
            call_time_limit: Duration::from_secs(120),
            max_tools: 128,
            max_response: 16 * 1024 * 1024,
            max_text: 1024 * 1024,
            max_text_for_model: 64 * 1024,
        }
    }
}
