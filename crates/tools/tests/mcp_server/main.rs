//! The kind `mcp_server` against real servers.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod reference;
mod scripted;

use std::sync::Arc;
use std::time::Duration;

use antiphon_interaction::{Json, Step, Tool as ToolDeclaration};
use antiphon_outbound::OutboundRules;
use antiphon_tools::{Call, McpServer, McpSettings, OpenError, Opened, Outcome, Setting, Tool, ToolKind};
use axum::http::StatusCode;
use scripted::{Nowhere, Script, Scripted};
use serde_json::{Value, json};

fn kind(settings: McpSettings) -> McpServer {
    let loopback = OutboundRules {
        allow: vec!["127.0.0.1".parse().unwrap()],
        ..OutboundRules::default()
    };
    McpServer::new(loopback, settings).unwrap()
}

async fn open(kind: &McpServer, mut declaration: Value) -> Result<Opened, OpenError> {
    declaration["type"] = "mcp_server".into();
    let declaration: ToolDeclaration = serde_json::from_value(declaration).unwrap();
    let setting = Setting {
        project: "p".to_owned(),
        conversation: "c".to_owned(),
        ephemeral: true,
        path: "tools[0]".to_owned(),
        deferred: Arc::new([]),
    };
    kind.open(declaration, setting).await
}

async fn refused(kind: &McpServer, declaration: Value) -> String {
    match open(kind, declaration).await {
        Ok(_) => panic!("it opened"),
        Err(error) => error.to_string(),
    }
}

fn names(opened: &Opened) -> Vec<&str> {
    opened
        .tools
        .iter()
        .map(|tool| tool.declaration().name.as_str())
        .collect()
}

fn call(tool: &Arc<dyn Tool>, arguments: Value) -> impl Future<Output = Outcome> + use<> {
    tool.run(Call {
        id: "c1".to_owned(),
        arguments: arguments.into(),
    })
}

fn result(outcome: &Outcome) -> Value {
    serde_json::to_value(&outcome.step).unwrap()
}

fn one_tool() -> Script {
    Script {
        pages: vec![json!({ "tools": [{ "name": "act", "inputSchema": { "type": "object" } }] })],
        result: json!({ "content": [{ "type": "text", "text": "done" }] }),
        ..Script::default()
    }
}

#[tokio::test]
async fn tools_of_the_reference_server_are_declared_and_called() {
    for json_response in [false, true] {
        let url = reference::start(json_response).await;
        let opened = open(&kind(McpSettings::default()), json!({ "name": "ref", "url": url }))
            .await
            .unwrap();
        assert_eq!(
            names(&opened),
            ["mcp_ref_echo", "mcp_ref_show", "mcp_ref_fail", "mcp_ref_tagged"]
        );
        let [echo, show, fail, _] = &opened.tools[..] else {
            panic!("four tools")
        };

        assert_eq!(echo.declaration().description.as_deref(), Some("Says it again."));
        let parameters = echo.declaration().parameters.as_ref().unwrap().value();
        assert_eq!(parameters["required"], json!(["text"]));
        assert!(echo.conduct().idempotent && !show.conduct().idempotent && show.conduct().parallel);
        let step = echo.call_step("c1", &Json::from(json!({ "text": "hi" }))).unwrap();
        assert_eq!(
            serde_json::to_value(&step).unwrap(),
            json!({ "type": "mcp_server_tool_call", "id": "c1", "name": "echo", "server_name": "ref", "arguments": { "text": "hi" } })
        );

        let (said, shown, failed) = tokio::join!(
            call(echo, json!({ "text": "hej" })),
            call(show, json!({ "text": "x" })),
            call(fail, json!({}))
        );
        assert_eq!(
            result(&said),
            json!({ "type": "mcp_server_tool_result", "call_id": "c1", "name": "echo", "server_name": "ref",
                "result": [{ "type": "text", "text": "hej" }] })
        );
        assert_eq!(
            serde_json::to_value(&shown.content).unwrap(),
            json!([
                { "type": "text", "text": r#"{"shown":"x"}"# },
                { "type": "image", "data": "aGVq", "mime_type": "image/png" },
                { "type": "text", "text": "Resource link: a <https://example.com/a>" },
            ])
        );
        assert_eq!(result(&shown)["result"], serde_json::to_value(&shown.content).unwrap());
        assert!(failed.is_error && !said.is_error);
        assert_eq!(result(&failed)["is_error"], true);
        assert_eq!(failed.content[0].as_text(), Some("it is broken"));
    }
}

#[tokio::test]
async fn a_turn_has_one_session_that_ends_with_it_and_sends_its_headers_always() {
    let server = Scripted::start(one_tool()).await;
    let kind = kind(McpSettings::default());
    let declaration = json!({ "name": "s", "url": server.url, "headers": { "X-Key": "secret" } });
    let opened = open(&kind, declaration).await.unwrap();
    call(&opened.tools[0], json!({})).await;
    call(&opened.tools[0], json!({})).await;
    assert_eq!(
        (
            server.count("initialize"),
            server.count("tools/call"),
            server.count("DELETE")
        ),
        (1, 2, 0)
    );

    drop(opened);
    server.reached("DELETE").await;
    for seen in server.seen() {
        assert_eq!(seen.key.as_deref(), Some("secret"), "{seen:?}");
        let expected = (!matches!(seen.what.as_str(), "server/discover" | "initialize")).then_some("session-1");
        assert_eq!(seen.session.as_deref(), expected, "{seen:?}");
    }
}

#[tokio::test]
async fn a_forgotten_session_is_opened_anew_once() {
    let server = Scripted::start(Script {
        forget: 1,
        ..one_tool()
    })
    .await;
    let opened = open(&kind(McpSettings::default()), json!({ "name": "s", "url": server.url }))
        .await
        .unwrap();
    let outcome = call(&opened.tools[0], json!({})).await;
    assert_eq!(outcome.content[0].as_text(), Some("done"));
    assert_eq!((server.count("initialize"), server.count("tools/call")), (2, 2));

    let server = Scripted::start(Script {
        forget: 5,
        ..one_tool()
    })
    .await;
    let opened = open(&kind(McpSettings::default()), json!({ "name": "s", "url": server.url }))
        .await
        .unwrap();
    let outcome = call(&opened.tools[0], json!({})).await;
    assert!(outcome.is_error);
    assert_eq!(server.count("tools/call"), 2);
}

#[tokio::test]
async fn a_list_is_read_to_its_end_and_remembered_for_a_moment() {
    let page = |name: &str, next: Option<&str>| {
        let mut page = json!({ "tools": [{ "name": name, "inputSchema": { "type": "object" } }] });
        if let Some(next) = next {
            page["nextCursor"] = next.into();
        }
        page
    };
    let pages = vec![page("a", Some("1")), page("b", None)];
    let server = Scripted::start(Script {
        pages,
        ..Script::default()
    })
    .await;
    let kind = kind(McpSettings::default());
    let declaration = json!({ "name": "s", "url": server.url, "headers": { "x-key": "one" } });
    assert_eq!(
        names(&open(&kind, declaration.clone()).await.unwrap()),
        ["mcp_s_a", "mcp_s_b"]
    );
    assert_eq!(
        names(&open(&kind, declaration.clone()).await.unwrap()),
        ["mcp_s_a", "mcp_s_b"]
    );
    assert_eq!(server.count("tools/list"), 2);

    let mut other_caller = declaration.clone();
    other_caller["headers"] = json!({ "x-key": "other" });
    open(&kind, other_caller).await.unwrap();
    assert_eq!(server.count("tools/list"), 4);

    tokio::time::pause();
    tokio::time::advance(McpSettings::default().listing_lifetime).await;
    tokio::time::resume();
    open(&kind, declaration).await.unwrap();
    assert_eq!(server.count("tools/list"), 6);
}

#[tokio::test]
async fn only_allowed_tools_are_declared() {
    let tools: Vec<_> = ["a", "b", "c"]
        .map(|name| json!({ "name": name, "inputSchema": { "type": "object" } }))
        .into();
    let server = Scripted::start(Script {
        pages: vec![json!({ "tools": tools })],
        ..Script::default()
    })
    .await;
    let kind = kind(McpSettings {
        max_tools: 2,
        ..McpSettings::default()
    });
    let with = |allowed: Value| json!({ "name": "s", "url": server.url, "allowed_tools": allowed });
    assert_eq!(
        names(&open(&kind, with(json!(["c", "a"]))).await.unwrap()),
        ["mcp_s_a", "mcp_s_c"]
    );
    assert_eq!(
        names(&open(&kind, with(json!([{ "tools": ["b"] }]))).await.unwrap()),
        ["mcp_s_b"]
    );
    assert_eq!(
        refused(&kind, with(json!(["a", "z"]))).await,
        "tools[0].allowed_tools: the MCP server `s` has no tool `z`; it has: a, b, c"
    );
    let too_many = refused(&kind, json!({ "name": "s", "url": server.url })).await;
    assert!(
        too_many.contains("has 3 tools, and a model is given at most 2"),
        "{too_many}"
    );
}

#[tokio::test]
async fn a_server_that_lies_about_its_tools_costs_only_what_it_lies_about() {
    let tools = json!([
        { "name": "good", "inputSchema": { "type": "object", "properties": { "a": { "type": "string" } } } },
        { "name": "text", "inputSchema": "none" },
        { "name": "list", "inputSchema": { "type": "array" } },
        { "name": "good", "inputSchema": { "type": "object" } },
        { "name": 7 },
        { "name": "" },
    ]);
    let server = Scripted::start(Script {
        pages: vec![json!({ "tools": tools })],
        ..Script::default()
    })
    .await;
    let opened = open(&kind(McpSettings::default()), json!({ "name": "s", "url": server.url }))
        .await
        .unwrap();
    assert_eq!(names(&opened), ["mcp_s_good", "mcp_s_text", "mcp_s_list"]);
    let parameters = |index: usize| opened.tools[index].declaration().parameters.as_ref().unwrap().value();
    assert_eq!(parameters(0)["properties"]["a"]["type"], "string");
    assert_eq!(
        (parameters(1), parameters(2)),
        (json!({ "type": "object" }), json!({ "type": "object" }))
    );

    let endless = Scripted::start(Script::default()).await;
    let told = refused(
        &kind(McpSettings::default()),
        json!({ "name": "s", "url": endless.url }),
    )
    .await;
    assert!(told.contains("does not end"), "{told}");
    let none = Scripted::start(Script {
        pages: vec![json!({ "tools": 7 })],
        ..Script::default()
    })
    .await;
    let told = refused(&kind(McpSettings::default()), json!({ "name": "s", "url": none.url })).await;
    assert!(told.contains("its list of tools is no such list"), "{told}");
}

#[tokio::test]
async fn an_answer_that_is_too_large_or_no_answer_is_told_to_the_model() {
    let settings = McpSettings {
        max_response: 10_000,
        ..McpSettings::default()
    };
    for (answer, told) in [
        (
            json!({ "content": [{ "type": "text", "text": "x".repeat(20_000) }] }),
            "exceeded the maximum size",
        ),
        (
            json!({ "content": [{ "type": "no such block" }] }),
            "not what the protocol says",
        ),
    ] {
        let server = Scripted::start(Script {
            result: answer,
            ..one_tool()
        })
        .await;
        let opened = open(&kind(settings.clone()), json!({ "name": "s", "url": server.url }))
            .await
            .unwrap();
        let outcome = call(&opened.tools[0], json!({})).await;
        assert!(outcome.is_error);
        let text = outcome.content[0].as_text().unwrap();
        assert!(
            text.starts_with("The tool `act` of the MCP server `s` failed: ") && text.contains(told),
            "{text}"
        );
        assert_eq!(result(&outcome)["result"], text);
    }
}

#[tokio::test]
async fn a_dead_or_slow_or_broken_server_is_unavailable_and_no_secret_is_told() {
    let dead = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = dead.local_addr().unwrap();
    drop(dead);
    let slow = Scripted::start(Script {
        silent: vec!["initialize"],
        ..one_tool()
    })
    .await;
    let broken = Scripted::start(Script {
        status: Some(StatusCode::BAD_GATEWAY),
        ..one_tool()
    })
    .await;
    let kind = kind(McpSettings {
        listing_time_limit: Duration::from_millis(100),
        ..McpSettings::default()
    });
    for (url, told) in [
        (format!("http://{address}/mcp?key=hidden"), "Connection refused"),
        (slow.url.clone(), "did not answer within"),
        (broken.url.clone(), "HTTP 502"),
    ] {
        let declaration = json!({ "name": "s", "url": url, "headers": { "authorization": "Bearer hidden" } });
        let Err(OpenError::Unavailable { path, message }) = open(&kind, declaration).await else {
            panic!("{url} is unavailable");
        };
        assert_eq!(path, "tools[0]");
        assert!(
            message.contains(url.split('?').next().unwrap()) && message.contains(told),
            "{message}"
        );
        assert!(!message.contains("hidden"), "{message}");
    }
}

#[tokio::test]
async fn what_repeating_cannot_mend_is_an_error_of_the_declaration() {
    let answering = |status| {
        Scripted::start(Script {
            status: Some(status),
            ..one_tool()
        })
    };
    let kind = McpServer::new(
        OutboundRules {
            allow: vec!["127.0.0.1".parse().unwrap()],
            resolver: Arc::new(Nowhere),
            ..OutboundRules::default()
        },
        McpSettings::default(),
    )
    .unwrap();
    for (url, told) in [
        (
            answering(StatusCode::NOT_FOUND).await.url,
            "could not be opened: HTTP 404 Not Found: no",
        ),
        (answering(StatusCode::METHOD_NOT_ALLOWED).await.url, "HTTP 405"),
        (answering(StatusCode::FORBIDDEN).await.url, "HTTP 403"),
        ("http://mcp.nowhere.test/mcp".to_owned(), "no such name"),
    ] {
        let Err(OpenError::Unusable { path, message }) = open(&kind, json!({ "name": "s", "url": url })).await else {
            panic!("{url} can be used");
        };
        assert_eq!(path, "tools[0].url");
        assert!(message.contains(&url) && message.contains(told), "{message}");
    }
}

#[tokio::test]
async fn headers_are_not_carried_to_where_a_server_redirects() {
    let target = Scripted::start(one_tool()).await;
    let server = Scripted::start(Script {
        redirect: Some(target.url.clone()),
        ..one_tool()
    })
    .await;
    let declaration = json!({ "name": "s", "url": server.url, "headers": { "x-key": "secret" } });
    let told = refused(&kind(McpSettings::default()), declaration).await;
    assert!(told.contains("HTTP 307"), "{told}");
    assert_eq!(target.seen(), []);
}

#[tokio::test]
async fn a_tool_that_wants_parameters_as_headers_is_listed_in_the_session_that_calls_it() {
    let url = reference::start(false).await;
    let kind = kind(McpSettings::default());
    let declaration = json!({ "name": "ref", "url": url, "allowed_tools": ["tagged"] });
    for _ in 0..2 {
        let opened = open(&kind, declaration.clone()).await.unwrap();
        let outcome = call(&opened.tools[0], json!({ "text": "north" })).await;
        assert_eq!(outcome.content[0].as_text(), Some("in a header: north"));
    }
}

#[tokio::test]
async fn a_call_that_is_given_up_is_cancelled_at_the_server() {
    let server = Scripted::start(Script {
        silent: vec!["tools/call"],
        ..one_tool()
    })
    .await;
    let opened = open(&kind(McpSettings::default()), json!({ "name": "s", "url": server.url }))
        .await
        .unwrap();
    tokio::select! {
        outcome = call(&opened.tools[0], json!({})) => panic!("{outcome:?}"),
        () = server.reached("tools/call") => {}
    }
    server.reached("notifications/cancelled").await;
    assert!(
        matches!(opened.tools[0].failed_step("c1", "it took too long"), Step::McpServerToolResult(step) if step.is_error == Some(true))
    );
}

#[tokio::test]
async fn a_wrong_declaration_is_refused_where_it_is_wrong() {
    let kind = kind(McpSettings::default());
    let good = json!({ "name": "s", "url": "https://example.com/mcp" });
    for (field, value, told) in [
        (
            "name",
            json!("Ä"),
            "tools[0].name: an MCP server has a name of lower-case letters",
        ),
        ("name", json!("s".repeat(41)), "tools[0].name: "),
        ("name", Value::Null, "tools[0].name: "),
        ("url", Value::Null, "tools[0].url: missing"),
        (
            "url",
            json!("stdio:thing"),
            "tools[0].url: an MCP server is reached over `http` or `https`",
        ),
        (
            "url",
            json!("https://user:hidden@example.com"),
            "tools[0].url: holds a user name or a password",
        ),
        ("url", json!("http://[::1]/mcp"), "tools[0].url: "),
        ("url", json!("http://169.254.169.254/"), "`--outbound-allow`"),
        (
            "headers",
            json!({ "Mcp-Session-Id": "hidden" }),
            "tools[0].headers.Mcp-Session-Id: the transport sets",
        ),
        ("headers", json!({ "a b": "c" }), "tools[0].headers.a b: not the name"),
        (
            "headers",
            json!({ "a": "hidden\r\nb: c" }),
            "tools[0].headers.a: holds a character",
        ),
        ("headers", json!({ "a": "b", "A": "c" }), "is there twice"),
        (
            "credential",
            json!("hidden"),
            "tools[0].credential: this server stores no credentials",
        ),
    ] {
        let mut declaration = good.clone();
        declaration[field] = value;
        let message = refused(&kind, declaration).await;
        assert!(
            message.contains(told) && !message.contains("hidden"),
            "{field}: {message}"
        );
    }
}
