//! The tool `google_search`, over backends of the test's.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use antiphon_interaction::{Content, GoogleSearchTool, Json, NoSettings, SearchType, Step, Tool as Declaration};
use antiphon_tools::{
    Call, OpenError, Opened, Outcome, Setting, Tool, ToolKind, Tools,
    google_search::{Error, GoogleSearch, Hit, Limited, Options, Query, Rate, SearchBackend, SearchKind},
};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use tokio::sync::Barrier;

/// Finds pages made of the query; a query with `fail` fails.
struct Pages {
    asked: Mutex<Vec<Query>>,
    images: bool,
    /// When set, no search ends before so many have begun.
    together: Option<Arc<Barrier>>,
}

impl Pages {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            asked: Mutex::default(),
            images: false,
            together: None,
        })
    }
}

impl SearchBackend for Pages {
    fn name(&self) -> &'static str {
        "Pages"
    }

    fn finds(&self, kind: SearchKind) -> bool {
        kind == SearchKind::Web || self.images
    }

    fn search(&self, query: Query) -> BoxFuture<'static, Result<Vec<Hit>, Error>> {
        self.asked.lock().unwrap().push(query.clone());
        let together = self.together.clone();
        Box::pin(async move {
            if let Some(barrier) = together {
                barrier.wait().await;
            }
            if query.text.contains("fail") {
                return Err(Error::TimedOut { backend: "Pages" });
            }
            if query.text.contains("nothing") {
                return Ok(Vec::new());
            }
            Ok((1..=query.limit)
                .map(|rank| {
                    let url = format!("https://{}.example/{rank}", query.text);
                    let hit = Hit::web(&url, &format!("{} <{rank}>", query.text), "A passage.").unwrap();
                    match query.kind {
                        SearchKind::Web => hit,
                        SearchKind::Image => hit.with_image(&format!("{url}.png")),
                    }
                })
                .collect())
        })
    }
}

fn kind(backends: impl IntoIterator<Item = Arc<dyn SearchBackend>>) -> GoogleSearch {
    GoogleSearch::new(backends, Options::default())
}

fn setting() -> Setting {
    Setting {
        project: "p".to_owned(),
        conversation: "c".to_owned(),
        ephemeral: false,
        path: "tools[2]".to_owned(),
        deferred: Arc::new([]),
    }
}

async fn open(kind: &GoogleSearch, search_types: Option<Vec<SearchType>>) -> Result<Opened, OpenError> {
    kind.open(Declaration::GoogleSearch(GoogleSearchTool { search_types }), setting())
        .await
}

async fn tool(backend: Arc<dyn SearchBackend>) -> Arc<dyn Tool> {
    open(&kind([backend]), None).await.unwrap().tools.remove(0)
}

async fn run(tool: &dyn Tool, arguments: Value) -> Outcome {
    tool.run(Call {
        id: "call".to_owned(),
        arguments: Json::from(arguments),
    })
    .await
}

fn read(outcome: &Outcome) -> &str {
    outcome.content.first().and_then(Content::as_text).unwrap()
}

fn urls(outcome: &Outcome) -> Vec<&str> {
    outcome.sources.iter().map(|source| source.url.as_str()).collect()
}

fn result(outcome: &Outcome) -> Value {
    serde_json::to_value(&outcome.step).unwrap()
}

#[tokio::test]
async fn queries_are_asked_at_the_same_time_and_their_hits_take_turns() {
    let backend = Arc::new(Pages {
        together: Some(Arc::new(Barrier::new(2))),
        ..Arc::into_inner(Pages::new()).unwrap()
    });
    let tool = tool(backend).await;
    let call = json!({"queries": ["a", "b"]});
    assert!(matches!(
        tool.call_step("call", &Json::from(call.clone())),
        Ok(Step::GoogleSearchCall(_))
    ));
    let outcome = run(&*tool, call).await;

    assert!(!outcome.is_error);
    assert_eq!(outcome.grounding, Some(("google_search", 2)));
    assert_eq!(
        urls(&outcome)[..4],
        [
            "https://a.example/1",
            "https://b.example/1",
            "https://a.example/2",
            "https://b.example/2"
        ]
    );
    assert_eq!(outcome.sources.len(), 8);
    assert_eq!(outcome.sources[0].title, "a <1>");
    assert_eq!(outcome.sources[0].passage, "A passage.");
    let shown = result(&outcome);
    assert_eq!(shown["type"], "google_search_result");
    assert_eq!(shown["call_id"], "call");
    let html = shown["result"][0]["search_suggestions"].as_str().unwrap();
    assert!(html.contains("<a href=\"https://a.example/1\""), "{html}");
    assert!(html.contains(">a &lt;1&gt;</a>"), "{html}");
}

#[tokio::test]
async fn suggestions_are_safe_to_show() {
    let tool = tool(Pages::new()).await;
    let outcome = run(
        &*tool,
        json!({"queries": ["nothing <script>alert(\"1\")</script>' onload='x"]}),
    )
    .await;
    let shown = result(&outcome);
    assert_eq!(
        shown["result"][0]["search_suggestions"],
        "<div class=\"search-suggestions\"><ul class=\"queries\"><li>nothing &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;\
         &#39; onload=&#39;x</li></ul><ol class=\"results\"></ol></div>"
    );
    assert!(read(&outcome).contains("Nothing was found"));
    assert!(!outcome.is_error);
}

#[tokio::test]
async fn one_failed_query_is_a_note_and_all_are_an_error() {
    let tool = tool(Pages::new()).await;
    let some = run(&*tool, json!({"queries": ["fail", "a"]})).await;
    assert!(!some.is_error);
    assert_eq!(some.grounding, Some(("google_search", 1)));
    assert_eq!(
        read(&some),
        "8 sources were found.\nThe search for \"fail\" failed: Pages did not answer in time."
    );
    let none = run(&*tool, json!({"queries": ["fail"]})).await;
    assert!(none.is_error);
    assert_eq!(none.grounding, None);
    assert_eq!(
        read(&none),
        "The search for \"fail\" failed: Pages did not answer in time."
    );
    assert_eq!(
        result(&none),
        json!({"type": "google_search_result", "call_id": "call", "result": [], "is_error": true})
    );
}

#[tokio::test]
async fn arguments_are_taken_in_the_forms_that_models_write() {
    let tool = tool(Pages::new()).await;
    let queries = |arguments: Value| {
        tool.call_step("i", &Json::from(arguments))
            .map(|step| serde_json::to_value(step).unwrap()["arguments"]["queries"].clone())
    };
    assert_eq!(
        queries(json!({"queries": [" a ", "b", "a", ""]})),
        Ok(json!(["a", "b"]))
    );
    assert_eq!(queries(json!({"query": "a"})), Ok(json!(["a"])));
    assert_eq!(queries(json!({"queries": "a"})), Ok(json!(["a"])));
    for (wrong, told) in [
        (json!({}), "Give `queries`"),
        (json!({"queries": [1]}), "Give `queries`"),
        (json!({"queries": [" "]}), "empty"),
        (json!({"queries": ["1", "2", "3", "4", "5", "6"]}), "at most 5"),
        (json!({"queries": ["é".repeat(401)]}), "at most 400 characters"),
    ] {
        let message = queries(wrong).unwrap_err();
        assert!(message.contains(told), "{message}");
    }
    assert_eq!(
        queries(json!({"queries": ["é".repeat(400)]})),
        Ok(json!(["é".repeat(400)]))
    );
}

#[tokio::test(start_paused = true)]
async fn a_backend_is_kept_within_its_rate() {
    let pages = Pages::new();
    let limited = Limited::new(
        Arc::clone(&pages) as Arc<dyn SearchBackend>,
        Rate {
            per_minute: 30.0,
            burst: 2,
        },
    );
    let tool = tool(Arc::new(limited)).await;
    let outcome = run(&*tool, json!({"queries": ["a", "b", "c"]})).await;
    assert_eq!(outcome.grounding, Some(("google_search", 2)));
    assert!(
        read(&outcome).contains("\"c\" failed: Pages may not be asked again for 2 s"),
        "{}",
        read(&outcome)
    );
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(run(&*tool, json!({"queries": ["d"]})).await.is_error);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(!run(&*tool, json!({"queries": ["e"]})).await.is_error);
    assert_eq!(pages.asked.lock().unwrap().len(), 3);
    // However long it was left alone.
    tokio::time::advance(Duration::from_secs(3600)).await;
    let outcome = run(&*tool, json!({"queries": ["f", "g", "h", "i"]})).await;
    assert_eq!(outcome.grounding, Some(("google_search", 2)));
}

#[tokio::test]
async fn images_are_searched_only_where_a_backend_can() {
    let images = || Some(vec![SearchType::Web, SearchType::Image]);
    let error = open(&kind([Pages::new() as Arc<dyn SearchBackend>]), images())
        .await
        .err()
        .unwrap();
    let OpenError::Invalid { path, message } = error else {
        panic!("{error}");
    };
    assert_eq!(path, "tools[2].search_types[1]");
    assert!(message.contains("`image_search`"), "{message}");

    let able = Arc::new(Pages {
        images: true,
        ..Arc::into_inner(Pages::new()).unwrap()
    });
    let tool = open(&kind([able as Arc<dyn SearchBackend>]), images())
        .await
        .unwrap()
        .tools
        .remove(0);
    let outcome = run(&*tool, json!({"queries": ["a"]})).await;
    assert_eq!(outcome.sources[0].passage, "A passage.");
    assert_eq!(outcome.sources[1].passage, "A passage.\nImage: https://a.example/1.png");
}

#[tokio::test]
async fn a_declaration_that_cannot_be_served_says_what_to_do() {
    let path_and_message = |result: Result<Opened, OpenError>| match result.err().unwrap() {
        OpenError::Invalid { path, message } => (path, message),
        error => panic!("{error}"),
    };
    // Nor is it named among what the server runs.
    assert_eq!(
        Tools::new([Arc::new(kind([])) as Arc<dyn ToolKind>])
            .type_names()
            .count(),
        0
    );
    let (path, message) = path_and_message(open(&kind([]), None).await);
    assert_eq!(path, "tools[2].type");
    assert!(
        message.contains("--search-documents DIR") && message.contains("--search-searxng URL"),
        "{message}"
    );

    let with = kind([Pages::new() as Arc<dyn SearchBackend>]);
    let odd = Some(vec![SearchType::Unknown("smell_search".to_owned())]);
    let (path, message) = path_and_message(open(&with, odd).await);
    assert_eq!(path, "tools[2].search_types[0]");
    assert!(message.contains("smell_search"), "{message}");
    let (path, _) = path_and_message(with.open(Declaration::CodeExecution(NoSettings {}), setting()).await);
    assert_eq!(path, "tools[2].type");
}
