//! The library's own server.

use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, ListToolsResult,
    PaginatedRequestParams, Resource, ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{RoleServer, ServerHandler};
use serde_json::json;

#[derive(Clone)]
struct Reference;

impl ServerHandler for Reference {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let schema = json!({ "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] });
        let schema = Arc::new(schema.as_object().unwrap().clone());
        let tagged =
            json!({ "type": "object", "properties": { "text": { "type": "string", "x-mcp-header": "Text" } } });
        let tagged = Arc::new(tagged.as_object().unwrap().clone());
        let echo = Tool::new("echo", "Says it again.", Arc::clone(&schema));
        Ok(ListToolsResult::with_all_items(vec![
            echo.annotate(ToolAnnotations::new().read_only(true)),
            Tool::new("show", "Shows it.", schema),
            Tool::new("fail", "Fails.", Arc::default()),
            Tool::new("tagged", "Wants its text as a header too.", tagged),
        ]))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let text = request.arguments.unwrap_or_default().remove("text");
        let text = text
            .as_ref()
            .and_then(|text| text.as_str())
            .unwrap_or_default()
            .to_owned();
        let result = match request.name.as_ref() {
            "echo" => CallToolResult::success(vec![ContentBlock::text(text)]),
            "show" => {
                let mut result = CallToolResult::success(vec![
                    ContentBlock::image("aGVq", "image/png"),
                    ContentBlock::ResourceLink(Resource::new("https://example.com/a", "a")),
                ]);
                result.structured_content = Some(json!({ "shown": text }));
                result
            }
            "tagged" => {
                let parts = context.extensions.get::<axum::http::request::Parts>().unwrap();
                let header = parts
                    .headers
                    .get("mcp-param-text")
                    .and_then(|value| value.to_str().ok());
                CallToolResult::success(vec![ContentBlock::text(format!(
                    "in a header: {}",
                    header.unwrap_or("no")
                ))])
            }
            "fail" => CallToolResult::error(vec![ContentBlock::text("it is broken")]),
            _ => return Err(ErrorData::invalid_params("no such tool", None)),
        };
        Ok(result.into())
    }
}

/// Starts it; its address.
pub async fn start(json_response: bool) -> String {
    let mut config = StreamableHttpServerConfig::default();
    config.json_response = json_response;
    let service = StreamableHttpService::new(|| Ok(Reference), Arc::new(LocalSessionManager::default()), config);
    let app = axum::Router::new().nest_service("/mcp", service);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}
