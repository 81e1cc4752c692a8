//! The tools that the server runs, made from settings.

pub(crate) mod outbound;
#[cfg(target_os = "linux")]
pub(crate) mod sandbox;
pub(crate) mod search;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use antiphon_outbound::Outbound;
use antiphon_tools::google_search::{GoogleSearch, Options as SearchLimits};
use antiphon_tools::{
    ComputerUse, McpServer, McpSettings, ToolKind, ToolSearch, Tools, UrlContext, UrlContextSettings,
};
use anyhow::{Context as _, bail};
use tokio::task::JoinSet;

use crate::options::{Options, OutboundOptions};

/// The server's tools and what keeps them in order.
pub(crate) struct ServerTools {
    /// For the turn engine.
    pub(crate) tools: Tools,
    /// Ended when dropped: the index of the documents, the sweep of unused files.
    pub(crate) upkeep: JoinSet<()>,
}

/// All kinds of tools; what they keep lies in `data_dir`. Needs a tokio runtime, and blocks for a moment.
pub(crate) fn open(options: &Options, data_dir: &Path) -> anyhow::Result<ServerTools> {
    let mut upkeep = JoinSet::new();
    let mut kinds: Vec<Arc<dyn ToolKind>> = Vec::new();
    #[cfg(target_os = "linux")]
    if options.sandbox.code_execution != Some(false) {
        let provider = Arc::new(sandbox::provider(&options.sandbox, data_dir)?);
        upkeep.spawn(sandbox::sweep(Arc::clone(&provider)));
        kinds.push(Arc::new(sandbox::code_execution(&options.sandbox, provider)?));
    }
    let found = search::backends(&options.search, data_dir)?;
    if let Some(documents) = found.documents {
        upkeep.spawn(async move { documents.keep_fresh(search::RESCAN_PAUSE).await });
    }
    // Without a backend too: its refusal says how to configure one.
    kinds.push(Arc::new(GoogleSearch::new(found.backends, SearchLimits::default())));

    let rules = outbound::rules(&options.outbound)?;
    let outbound = Outbound::new(rules.clone()).context("the client for url_context cannot be set up")?;
    kinds.push(Arc::new(UrlContext::new(outbound, url_context(&options.outbound)?)));
    kinds.push(Arc::new(
        McpServer::new(rules, mcp_server(&options.outbound)).context("the client for mcp_server cannot be set up")?,
    ));
    kinds.push(Arc::new(ToolSearch));
    kinds.push(Arc::new(ComputerUse));
    Ok(ServerTools {
        tools: Tools::new(kinds),
        upkeep,
    })
}

/// How pages are fetched for `url_context`.
pub(crate) fn url_context(options: &OutboundOptions) -> anyhow::Result<UrlContextSettings> {
    let mut settings = UrlContextSettings::default();
    if let Some(agent) = &options.robots_agent {
        let fine = |byte: u8| byte.is_ascii_alphabetic() || byte == b'-' || byte == b'_';
        if agent.is_empty() || !agent.bytes().all(fine) {
            bail!("`{agent}` is no name for robots.txt files: --robots-agent takes letters, `-` and `_`");
        }
        settings.robots_agent = Some(agent.clone());
    }
    Ok(settings)
}

fn mcp_server(options: &OutboundOptions) -> McpSettings {
    let default = McpSettings::default();
    McpSettings {
        call_time_limit: options
            .mcp_call_seconds
            .map_or(default.call_time_limit, |seconds| Duration::from_secs(seconds.get())),
        ..default
    }
}
