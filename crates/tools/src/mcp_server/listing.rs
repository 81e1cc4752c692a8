use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use antiphon_interaction::Json;
use antiphon_model_engine::FunctionDeclaration;
use rmcp::RoleClient;
use rmcp::model::{ClientRequest, ListToolsRequest, PaginatedRequestParams, ServerResult};
use rmcp::service::Peer;
use serde_json::Value;
use tokio::time::Instant;

use super::error::Error;
use super::input_schema;
use super::name::mcp_function_name;

const MAX_PAGES: usize = 64;
const MAX_LISTED: usize = 2_000;
const MAX_CACHED: usize = 256;
const MAX_TOOL_NAME: usize = 256;
const MAX_DESCRIPTION: usize = 4 * 1024;

/// A tool that a server lists, with what was wrong made right.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Listed {
    /// The server's name of it.
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) parameters: Json,
    /// The server says that a call may be repeated.
    pub(super) idempotent: bool,
}

impl Listed {
    /// How the model sees it.
    pub(super) fn declaration(&self, server: &str) -> FunctionDeclaration {
        FunctionDeclaration {
            name: mcp_function_name(server, &self.name),
            description: self.description.clone(),
            parameters: Some(self.parameters.clone()),
        }
    }
}

/// All tools that a server lists.
pub(super) struct Listing {
    pub(super) tools: Arc<[Listed]>,
    /// The transport must have seen the list in its own session, to send parameters as headers.
    bound_to_session: bool,
}

/// Asks for all pages.
pub(super) async fn list(server: &str, peer: &Peer<RoleClient>) -> Result<Listing, Error> {
    let mut raw = Vec::new();
    let mut cursor = None;
    for _ in 0..MAX_PAGES {
        let (tools, next) = page(peer, cursor).await?;
        raw.extend(tools);
        if raw.len() > MAX_LISTED {
            return Err(Error::EndlessList(MAX_LISTED));
        }
        match next {
            Some(next) => cursor = Some(next),
            None => return Ok(read(server, &raw)),
        }
    }
    Err(Error::EndlessList(MAX_PAGES))
}

async fn page(peer: &Peer<RoleClient>, cursor: Option<String>) -> Result<(Vec<Value>, Option<String>), Error> {
    let request = ClientRequest::ListToolsRequest(ListToolsRequest {
        method: rmcp::model::ListToolsRequestMethod,
        params: Some(PaginatedRequestParams::default().with_cursor(cursor)),
        extensions: rmcp::model::Extensions::default(),
    });
    let result = peer.send_request(request).await?;
    // One tool that lies makes the whole list another type to the protocol library; the others need not suffer for it.
    let page = match &result {
        ServerResult::ListToolsResult(page) => serde_json::to_value(page),
        other => serde_json::to_value(other),
    };
    let Ok(Value::Object(mut page)) = page else {
        return Err(Error::NoList);
    };
    let Some(Value::Array(tools)) = page.remove("tools") else {
        return Err(Error::NoList);
    };
    let next = page.get("nextCursor").and_then(Value::as_str).map(str::to_owned);
    Ok((tools, next))
}

fn read(server: &str, raw: &[Value]) -> Listing {
    let mut names = BTreeSet::new();
    let mut tools = Vec::with_capacity(raw.len());
    for tool in raw {
        let name = tool.get("name").and_then(Value::as_str).unwrap_or_default();
        if name.is_empty() || name.len() > MAX_TOOL_NAME || !names.insert(name) {
            tracing::warn!(
                mcp.server = server,
                mcp.tool = cut(name, 64),
                "left out an MCP tool: its name is missing, too long or taken"
            );
            continue;
        }
        let parameters = input_schema::parameters(tool.get("inputSchema")).unwrap_or_else(|(any, reason)| {
            tracing::warn!(
                mcp.server = server,
                mcp.tool = name,
                "the input schema of an MCP tool {reason}: it takes any object"
            );
            any
        });
        let text = |field: &str| tool.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
        let hint = |field: &str| tool.pointer(&format!("/annotations/{field}")) == Some(&Value::Bool(true));
        tools.push(Listed {
            name: name.to_owned(),
            description: text("description")
                .or(text("title"))
                .map(|text| cut(text, MAX_DESCRIPTION).to_owned()),
            parameters,
            idempotent: hint("idempotentHint") || hint("readOnlyHint"),
        });
    }
    Listing {
        tools: tools.into(),
        bound_to_session: raw.iter().any(|tool| tool.to_string().contains("x-mcp-header")),
    }
}

fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

/// The lists of a moment ago, by the digest of the declaration.
pub(super) struct Cache {
    lifetime: Duration,
    lists: Mutex<HashMap<[u8; 32], Cached>>,
}

/// A list and when it was read.
type Cached = (Instant, Arc<[Listed]>);

impl Cache {
    pub(super) fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            lists: Mutex::default(),
        }
    }

    pub(super) fn get(&self, digest: &[u8; 32]) -> Option<Arc<[Listed]>> {
        let lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, tools) = lists.get(digest)?;
        (at.elapsed() < self.lifetime).then(|| Arc::clone(tools))
    }

    pub(super) fn put(&self, digest: [u8; 32], listing: &Listing) {
        if listing.bound_to_session {
            return;
        }
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        lists.retain(|_, (at, _)| at.elapsed() < self.lifetime);
        if lists.len() >= MAX_CACHED
            && let Some(oldest) = lists.iter().min_by_key(|(_, (at, _))| *at).map(|(digest, _)| *digest)
        {
            lists.remove(&oldest);
        }
        lists.insert(digest, (Instant::now(), Arc::clone(&listing.tools)));
    }
}
