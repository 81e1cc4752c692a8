//! A stream taken up again behind each of its events, on another server than the one that runs the interaction.

use std::sync::Arc;
use std::time::Duration;

use antiphon_interaction::{Content, ImageContent, InteractionEvent, Json, Step, Tool as ToolDeclaration};
use antiphon_model_engine::FunctionDeclaration;
use antiphon_store::Store;
use antiphon_store_postgres::{PostgresOptions, PostgresStore};
use antiphon_store_sqlite::{Options, SqliteStore};
use antiphon_testkit::{CountingEntropy, Gate, Script, ScriptedEngine, ServerSetup, TestServer};
use antiphon_tools::{Call, Conduct, OpenError, Opened, Outcome, Setting, Source, Tool, ToolKind, Tools};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::site::Database;

#[tokio::test(flavor = "multi_thread")]
async fn streams_resume_at_every_event_elsewhere_on_sqlite() {
    let folder = TempDir::new().unwrap();
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.path().join("test.db"), Options::default()).unwrap());
    resume_everywhere([Arc::clone(&store), store]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_resume_at_every_event_elsewhere_on_postgres() {
    let Database::Postgres { url, schema } = Database::postgres() else {
        unreachable!()
    };
    let open = async || {
        let options = PostgresOptions {
            schema: schema.clone(),
            max_connections: 6,
            ..PostgresOptions::new(&url)
        };
        let store: Arc<dyn Store> = Arc::new(PostgresStore::connect(options).await.unwrap());
        store
    };
    resume_everywhere([open().await, open().await]).await;
}

async fn resume_everywhere([one, other]: [Arc<dyn Store>; 2]) {
    let model = ScriptedEngine::new();
    let (first, second) = (Gate::new(), Gate::new());
    let mut script = Script::new()
        .thought("I ")
        .thought("wonder.")
        .text("Let me ")
        .gate(&first)
        .text("see.");
    for kind in KINDS {
        script = script.tool_call(kind.step, kind.function, json!({}));
    }
    model.push(script);
    model.push(
        Script::new()
            .thought("Ah.")
            .text("It is blue [[1]]. ")
            .gate(&second)
            .text("And grün [[1]].")
            .tool_call("ask", "ask", json!({ "what": "more" })),
    );
    // Servers with the same entropy would take each other for one.
    let entropy = Arc::new(CountingEntropy::default());
    let runner = server(one, &model, &entropy).await;
    let teller = server(other, &ScriptedEngine::new(), &entropy).await;
    let mut post = runner.stream(&request()).await;
    let mut told: Vec<InteractionEvent> = Vec::new();
    let mut followers = Vec::new();
    let mut id = String::new();
    while let Some(event) = post.next().await {
        if let InteractionEvent::Created(created) = &event {
            id = created.interaction.id.to_string();
        }
        // From here on, live, on the server that does not run it.
        let behind = event.event_id().unwrap().to_owned();
        let mut follower = teller.replay(&id, Some(&behind)).await;
        followers.push(tokio::spawn(async move { follower.rest().await }));
        told.push(event);
        let said = |text: &str| serde_json::to_string(&told.last()).unwrap().contains(text);
        if said("Let me ") {
            first.open();
        }
        if said("It is blue") {
            second.open();
        }
    }
    for (at, follower) in followers.into_iter().enumerate() {
        let live = tokio::time::timeout(Duration::from_secs(60), follower).await;
        let live = live
            .unwrap_or_else(|_| panic!("the follower behind {:?} is not told the end", told[at]))
            .unwrap();
        assert_eq!(live, told[at + 1..], "live, behind {:?}", told[at]);
    }
    let whole = teller.replay(&id, None).await.rest().await;
    for events in [&told, &whole] {
        for (at, event) in events.iter().enumerate() {
            for server in [&runner, &teller] {
                let rest = server.replay(&id, event.event_id()).await.rest().await;
                assert_eq!(rest, events[at + 1..], "replayed behind {event:?}");
            }
        }
    }
    check_coverage(&whole);
    let shown = teller.get(&format!("/v1/interactions/{id}")).await.ok();
    assert_eq!(shown["status"], "requires_action", "{shown}");
}

/// Every type of step that a run of this server can have, and every kind of delta in an answer.
fn check_coverage(events: &[InteractionEvent]) {
    let text = serde_json::to_string(events).unwrap();
    let mut wanted = vec![
        "user_input",
        "thought",
        "model_output",
        "function_call",
        "text_annotation_delta",
        "\"image\"",
    ];
    let steps: Vec<_> = KINDS
        .iter()
        .flat_map(|kind| ["_call", "_result"].map(|end| format!("{}{end}", kind.step)))
        .collect();
    wanted.extend(steps.iter().map(String::as_str));
    let missing: Vec<_> = wanted.into_iter().filter(|wanted| !text.contains(*wanted)).collect();
    assert!(missing.is_empty(), "the run has no {missing:?}: {text}");
}

async fn server(store: Arc<dyn Store>, model: &ScriptedEngine, entropy: &Arc<CountingEntropy>) -> TestServer {
    let setup = ServerSetup {
        store,
        entropy: Arc::clone(entropy),
        engine: model.clone(),
        tools: Tools::new(KINDS.iter().map(|kind| Arc::new(kind) as Arc<dyn ToolKind>)),
        ..ServerSetup::default()
    };
    setup.start().await
}

fn request() -> Value {
    let parameters = json!({ "type": "object", "properties": { "what": { "type": "string" } } });
    json!({
        "model": "scripted",
        "input": "What colour is it?",
        "background": true,
        "stream": true,
        "generation_config": { "thinking_summaries": "auto" },
        "tools": [
            { "type": "code_execution" },
            { "type": "google_search" },
            { "type": "url_context" },
            { "type": "mcp_server", "name": "test", "url": "http://example.com/mcp" },
            { "type": "function", "name": "ask", "description": "Asks.", "parameters": parameters },
        ],
    })
}

/// A tool of a type, which has a result at once.
struct Kind {
    name: &'static str,
    function: &'static str,
    /// What its steps' types begin with.
    step: &'static str,
    call: &'static str,
    result: &'static str,
}

const KINDS: [Kind; 4] = [
    Kind {
        name: "code_execution",
        function: "code_execution",
        step: "code_execution",
        call: r#"{ "arguments": { "code": "print(1)", "language": "python" } }"#,
        result: r#"{ "result": "1\n" }"#,
    },
    Kind {
        name: "google_search",
        function: "google_search",
        step: "google_search",
        call: r#"{ "arguments": { "queries": ["blue"] } }"#,
        result: r#"{ "result": [{ "search_suggestions": "<b>blue</b>" }] }"#,
    },
    Kind {
        name: "url_context",
        function: "url_context",
        step: "url_context",
        call: r#"{ "arguments": { "urls": ["http://example.com/"] } }"#,
        result: r#"{ "result": [{ "url": "http://example.com/", "status": "success" }] }"#,
    },
    Kind {
        name: "mcp_server",
        function: "mcp_test_look",
        step: "mcp_server_tool",
        call: r#"{ "name": "look", "server_name": "test", "arguments": {} }"#,
        result: r#"{ "name": "look", "server_name": "test", "result": [{ "type": "text", "text": "seen" }] }"#,
    },
];

impl Kind {
    fn made(&self, end: &str, name: &str, id: &str, rest: &str) -> Step {
        let mut step: Value = serde_json::from_str(rest).unwrap();
        step["type"] = format!("{}{end}", self.step).into();
        step[name] = id.into();
        serde_json::from_value(step).unwrap()
    }
}

impl ToolKind for &'static Kind {
    fn type_name(&self) -> &'static str {
        self.name
    }

    fn open(&self, _: ToolDeclaration, _: Setting) -> BoxFuture<'static, Result<Opened, OpenError>> {
        let declaration = FunctionDeclaration {
            name: self.function.to_owned(),
            description: None,
            parameters: Json::parse(r#"{"type":"object"}"#.to_owned()).ok(),
        };
        let tool = KindTool {
            kind: self,
            declaration,
        };
        let opened = Opened {
            tools: vec![Arc::new(tool)],
            functions: Vec::new(),
        };
        Box::pin(std::future::ready(Ok(opened)))
    }

    fn forget(&self, _: String) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

struct KindTool {
    kind: &'static Kind,
    declaration: FunctionDeclaration,
}

impl Tool for KindTool {
    fn declaration(&self) -> &FunctionDeclaration {
        &self.declaration
    }

    fn conduct(&self) -> Conduct {
        Conduct {
            idempotent: false,
            parallel: true,
            time_limit: Duration::from_secs(30),
        }
    }

    fn call_step(&self, id: &str, _: &Json) -> Result<Step, String> {
        Ok(self.kind.made("_call", "id", id, self.kind.call))
    }

    fn refused_step(&self, id: &str) -> Step {
        self.kind.made("_call", "id", id, self.kind.call)
    }

    fn failed_step(&self, call_id: &str, _: &str) -> Step {
        self.kind.made("_result", "call_id", call_id, self.kind.result)
    }

    fn run(&self, call: Call) -> BoxFuture<'static, Outcome> {
        let step = self.kind.made("_result", "call_id", &call.id, self.kind.result);
        let mut outcome = Outcome::new(step, vec![Content::text("seen")]);
        if self.kind.name == "google_search" {
            outcome.sources.push(Source {
                url: "http://example.com/".to_owned(),
                title: "Colours".to_owned(),
                passage: "It is blue.".to_owned(),
            });
        }
        if self.kind.name == "code_execution" {
            let image: ImageContent =
                serde_json::from_value(json!({ "mime_type": "image/png", "data": "iVBORw0KGgo=" })).unwrap();
            outcome.shown.push(Content::Image(image));
        }
        Box::pin(std::future::ready(outcome))
    }
}
