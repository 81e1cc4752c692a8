use std::num::NonZeroU64;

use super::layered::layered;

layered! {
    /// `[outbound]`: where the server goes for a model or a user, with webhooks and the tools `url_context` and `mcp_server`. Private,
    /// loopback and link-local addresses are refused unless they are allowed here.
    #[command(next_help_heading = "[outbound] where the server goes for a model or a user")]
    pub(crate) struct OutboundOptions {
        /// Refuse `http://` [default: false].
        #[arg(id = "outbound_https_only", long = "outbound-https-only", env = "ANTIPHON_OUTBOUND_HTTPS_ONLY", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
        pub(crate) https_only: Option<bool>,
        /// How long a call of a tool of an MCP server may take [default: 120].
        #[arg(long, env = "ANTIPHON_MCP_CALL_SECONDS", value_name = "SECONDS")]
        pub(crate) mcp_call_seconds: Option<NonZeroU64>,
        /// The name by which robots.txt files may address `url_context` [default: antiphon].
        #[arg(long, env = "ANTIPHON_ROBOTS_AGENT", value_name = "NAME")]
        pub(crate) robots_agent: Option<String>,
        ;
        /// What may be private: a host, `HOST:PORT`, `*.HOST`, an address or a range such as `10.0.0.0/8`.
        #[arg(id = "outbound_allow", long = "outbound-allow", env = "ANTIPHON_OUTBOUND_ALLOW", value_name = "ENTRY", value_delimiter = ',')]
        pub(crate) allow: Vec<String>,
    }
}
