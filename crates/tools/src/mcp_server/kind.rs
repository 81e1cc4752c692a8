use std::sync::Arc;

use antiphon_interaction::{McpServerTool, Tool as ToolDeclaration};
use antiphon_outbound::{Outbound, OutboundRules};
use futures::future::BoxFuture;

use super::declaration::{Declaration, invalid};
use super::error::Error;
use super::listing::{self, Cache, Listed};
use super::session::Session;
use super::settings::McpSettings;
use super::tool::McpTool;
use crate::{OpenError, Opened, Setting, Tool, ToolKind};

/// How many names an error lists.
const MAX_NAMED: usize = 20;

/// The kind `mcp_server`: tools of remote MCP servers.
///
/// A list of tools is remembered for a moment, by address and headers; nothing else outlives a turn.
pub struct McpServer {
    outbound: Outbound,
    settings: Arc<McpSettings>,
    cache: Arc<Cache>,
}

impl McpServer {
    /// `rules` say which servers may be reached. Redirects are not followed, since the headers of a declaration are for the
    /// server that it names; and how long an answer may take is said by `settings`.
    ///
    /// # Errors
    /// The HTTP client could not be set up.
    pub fn new(mut rules: OutboundRules, settings: McpSettings) -> Result<Self, antiphon_outbound::Error> {
        rules.max_redirects = 0;
        rules.time_limits.read = None;
        rules.time_limits.total = None;
        Ok(Self {
            outbound: Outbound::new(rules)?,
            cache: Arc::new(Cache::new(settings.listing_lifetime)),
            settings: Arc::new(settings),
        })
    }
}

impl ToolKind for McpServer {
    fn type_name(&self) -> &'static str {
        "mcp_server"
    }

    fn open(&self, declaration: ToolDeclaration, setting: Setting) -> BoxFuture<'static, Result<Opened, OpenError>> {
        let outbound = self.outbound.clone();
        let settings = Arc::clone(&self.settings);
        let cache = Arc::clone(&self.cache);
        Box::pin(async move {
            let ToolDeclaration::McpServer(declaration) = declaration else {
                return Err(invalid(format!("{}.type", setting.path), "not an `mcp_server`"));
            };
            open(&setting.path, declaration, &outbound, settings, &cache).await
        })
    }

    fn forget(&self, _conversation: String) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

async fn open(
    path: &str,
    declaration: McpServerTool,
    outbound: &Outbound,
    settings: Arc<McpSettings>,
    cache: &Cache,
) -> Result<Opened, OpenError> {
    let declaration = Declaration::check(path, declaration)?;
    // The client itself does not judge an address that is written as a number.
    outbound
        .check(&declaration.url)
        .map_err(|refusal| invalid(format!("{path}.url"), refusal.to_string()))?;
    let session = Session::new(
        &declaration,
        outbound.client().clone(),
        settings.max_response,
        settings.listing_time_limit,
    );
    let session = Arc::new(session);
    let listed = match cache.get(&declaration.digest()) {
        Some(listed) => listed,
        None => {
            let asking = ask(&declaration.name, &session);
            let listing = tokio::time::timeout(settings.listing_time_limit, asking)
                .await
                .unwrap_or(Err(Error::Slow(settings.listing_time_limit)))
                .map_err(|error| refused(path, &declaration, &error))?;
            cache.put(declaration.digest(), &listing);
            listing.tools
        }
    };
    let chosen = choose(path, &declaration, &listed, settings.max_tools)?;
    let tools = chosen.into_iter().map(|listed| {
        let tool = McpTool::new(&declaration.name, listed, Arc::clone(&session), Arc::clone(&settings));
        Arc::new(tool) as Arc<dyn Tool>
    });
    Ok(Opened {
        tools: tools.collect(),
        functions: Vec::new(),
    })
}

async fn ask(server: &str, session: &Session) -> Result<listing::Listing, Error> {
    listing::list(server, &session.peer().await?).await
}

fn refused(path: &str, declaration: &Declaration, error: &Error) -> OpenError {
    // The query of an address may hold a key.
    let mut url = declaration.url.clone();
    url.set_query(None);
    let message = format!("the MCP server `{}` at {url} cannot be used: {error}", declaration.name);
    match error.field() {
        Some(field) => OpenError::Unusable {
            path: format!("{path}.{field}"),
            message,
        },
        None => OpenError::Unavailable {
            path: path.to_owned(),
            message,
        },
    }
}

fn choose<'a>(
    path: &str,
    declaration: &Declaration,
    listed: &'a [Listed],
    max_tools: usize,
) -> Result<Vec<&'a Listed>, OpenError> {
    let names: Vec<&str> = listed.iter().map(|tool| tool.name.as_str()).collect();
    let at = || format!("{path}.allowed_tools");
    if let Some(unknown) = declaration.allowed.unknown(&names) {
        let known = names.iter().take(MAX_NAMED).copied().collect::<Vec<_>>().join(", ");
        let more = if names.len() > MAX_NAMED { ", …" } else { "" };
        return Err(invalid(
            at(),
            format!(
                "the MCP server `{}` has no tool `{unknown}`; it has: {known}{more}",
                declaration.name
            ),
        ));
    }
    let chosen: Vec<&Listed> = listed
        .iter()
        .filter(|tool| declaration.allowed.allows(&tool.name))
        .collect();
    if chosen.len() > max_tools {
        return Err(invalid(
            at(),
            format!(
                "the MCP server `{}` has {} tools, and a model is given at most {max_tools}; name those that it needs",
                declaration.name,
                chosen.len()
            ),
        ));
    }
    Ok(chosen)
}
