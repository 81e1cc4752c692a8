//! The backends that ask other servers, against look-alikes that answer in the recorded shapes.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use antiphon_tools::google_search::{
    Brave, Error, Exa, Hit, Limits, Query, SearchBackend, SearchKind, Searxng, Tavily,
};
use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{Response, StatusCode, header::LOCATION},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const KEY: &str = "key-that-nobody-may-see";

/// A request as it arrived.
#[derive(Debug, Clone)]
struct Asked {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: axum::http::HeaderMap,
    body: Value,
}

impl Asked {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A server that answers everything the same.
struct LookAlike {
    url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl LookAlike {
    async fn answering(body: Value) -> Self {
        Self::start(move || Response::new(Body::from(body.to_string()))).await
    }

    async fn start(answer: impl Fn() -> Response<Body> + Clone + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let router = Router::new().fallback(move |request: Request| {
            let (log, answer) = (Arc::clone(&log), answer.clone());
            async move {
                let (head, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
                let query = head.uri.query().unwrap_or_default();
                log.lock().unwrap().push(Asked {
                    method: head.method.to_string(),
                    path: head.uri.path().to_owned(),
                    query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
                    headers: head.headers,
                    body: serde_json::from_slice(&body).unwrap_or_default(),
                });
                answer()
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, asked }
    }

    fn only_request(&self) -> Asked {
        let asked = self.asked.lock().unwrap();
        assert_eq!(asked.len(), 1);
        asked[0].clone()
    }
}

fn query(text: &str) -> Query {
    Query {
        text: text.to_owned(),
        kind: SearchKind::Web,
        limit: 3,
    }
}

fn shown(hits: &[Hit]) -> Vec<(&str, &str, &str)> {
    hits.iter()
        .map(|hit| (hit.url.as_str(), hit.title.as_str(), hit.snippet.as_str()))
        .collect()
}

fn searxng_answer() -> Value {
    json!({
        "query": "rust & co", "number_of_results": 0,
        "results": [
            {"url": "https://www.rust-lang.org/", "title": "Rust", "content": "A language\n empowering everyone", "thumbnail": null,
             "engine": "duckduckgo", "template": "default.html", "parsed_url": ["https", "www.rust-lang.org", "/", "", "", ""],
             "img_src": "", "priority": "", "engines": ["duckduckgo", "brave"], "positions": [1, 2], "score": 3.0, "category": "general"},
            {"url": "javascript:alert(1)", "title": "Bad", "content": "bad", "engine": "x"},
            {"url": "https://doc.rust-lang.org/book/", "title": "The Book", "content": null, "publishedDate": null, "engine": "bing"},
            {"url": "https://img.example/page", "title": "Crab", "content": "", "img_src": "https://img.example/crab.png", "category": "images"}
        ],
        "answers": [], "corrections": [], "infoboxes": [], "suggestions": ["rust book"], "unresponsive_engines": [["google", "CAPTCHA"]]
    })
}

#[tokio::test]
async fn searxng_is_asked_for_json() {
    let server = LookAlike::answering(searxng_answer()).await;
    let backend = Searxng::new(&format!("{}/meta/", server.url), Limits::default()).unwrap();
    let hits = backend.search(query("rust & co")).await.unwrap();
    assert_eq!(
        shown(&hits),
        [
            ("https://www.rust-lang.org/", "Rust", "A language empowering everyone"),
            ("https://doc.rust-lang.org/book/", "The Book", ""),
            ("https://img.example/page", "Crab", ""),
        ]
    );
    let asked = server.only_request();
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("GET", "/meta/search"));
    assert_eq!(asked.parameter("q"), Some("rust & co"));
    assert_eq!(asked.parameter("format"), Some("json"));
    assert_eq!(asked.parameter("categories"), Some("general"));
}

#[tokio::test]
async fn searxng_finds_images() {
    let server = LookAlike::answering(searxng_answer()).await;
    let backend = Searxng::new(&server.url, Limits::default()).unwrap();
    let hits = backend
        .search(Query {
            kind: SearchKind::Image,
            ..query("crab")
        })
        .await
        .unwrap();
    let image = hits.last().unwrap();
    assert_eq!(image.image.as_ref().unwrap().as_str(), "https://img.example/crab.png");
    assert_eq!(server.only_request().parameter("categories"), Some("images"));
}

#[tokio::test]
async fn searxng_without_any_engine_says_so() {
    let answer =
        json!({"query": "x", "results": [], "unresponsive_engines": [["google", "CAPTCHA"], ["bing", "timeout"]]});
    let server = LookAlike::answering(answer).await;
    let backend = Searxng::new(&server.url, Limits::default()).unwrap();
    let error = backend.search(query("x")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "SearXNG got nothing from its engines: google: CAPTCHA, bing: timeout"
    );
}

#[tokio::test]
async fn brave_is_asked_with_its_token() {
    let server = LookAlike::answering(json!({
        "type": "search",
        "query": {"original": "greek", "more_results_available": true},
        "web": {"type": "search", "family_friendly": true, "results": [
            {"title": "Restaurants &amp; bars", "url": "https://eat.example/", "is_source_local": false, "language": "en",
             "description": "The <strong>best</strong> &quot;gyros&quot;", "extra_snippets": ["Open late"],
             "profile": {"name": "Eat", "img": "https://imgs.example/x"}, "page_age": "2025-01-15T00:00:00"},
            {"title": "Two", "url": "https://two.example/"}
        ]}
    }))
    .await;
    let backend = Brave::new(&server.url, KEY, Limits::default()).unwrap();
    let hits = backend.search(query(&"word ".repeat(60))).await.unwrap();
    assert_eq!(
        shown(&hits),
        [
            (
                "https://eat.example/",
                "Restaurants & bars",
                "The best \"gyros\" … Open late"
            ),
            ("https://two.example/", "Two", ""),
        ]
    );
    let asked = server.only_request();
    assert_eq!(
        (asked.method.as_str(), asked.path.as_str()),
        ("GET", "/res/v1/web/search")
    );
    assert_eq!(asked.header("x-subscription-token"), Some(KEY));
    assert_eq!(asked.parameter("count"), Some("3"));
    assert_eq!(asked.parameter("q").unwrap().split(' ').count(), 50);
    // Nothing found is no error.
    let empty = LookAlike::answering(json!({"type": "search", "query": {"original": "x"}})).await;
    let backend = Brave::new(&empty.url, KEY, Limits::default()).unwrap();
    assert_eq!(backend.search(query("x")).await.unwrap(), []);
}

#[tokio::test]
async fn tavily_is_asked_with_its_key() {
    let server = LookAlike::answering(json!({
        "query": "messi", "answer": null, "images": [], "response_time": 1.67, "request_id": "123e4567",
        "follow_up_questions": null,
        "results": [{"title": "Messi", "url": "https://m.example/", "content": "Born 1987.", "score": 0.81, "raw_content": null}]
    }))
    .await;
    let backend = Tavily::new(&server.url, KEY, Limits::default()).unwrap();
    let hits = backend.search(query("messi")).await.unwrap();
    assert_eq!(shown(&hits), [("https://m.example/", "Messi", "Born 1987.")]);
    let asked = server.only_request();
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/search"));
    assert_eq!(asked.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(asked.body["query"], "messi");
    assert_eq!(asked.body["max_results"], 3);
}

#[tokio::test]
async fn exa_is_asked_for_highlights() {
    let server = LookAlike::answering(json!({
        "requestId": "b5947044", "resolvedSearchType": "neural", "costDollars": {"total": 0.005},
        "results": [
            {"id": "https://a.example/", "url": "https://a.example/", "title": "A", "publishedDate": "2023-11-16T01:36:32.547Z",
             "author": "H", "image": null, "highlights": ["One.", "Two."], "highlightScores": [0.4, 0.3]},
            {"id": "b", "url": "https://b.example/", "title": null, "author": null, "text": "All of it"}
        ]
    }))
    .await;
    let backend = Exa::new(&server.url, KEY, Limits::default()).unwrap();
    let hits = backend.search(query("llm")).await.unwrap();
    assert_eq!(
        shown(&hits),
        [
            ("https://a.example/", "A", "One. … Two."),
            ("https://b.example/", "https://b.example/", "All of it"),
        ]
    );
    let asked = server.only_request();
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/search"));
    assert_eq!(asked.header("x-api-key"), Some(KEY));
    assert_eq!(asked.body["numResults"], 3);
    assert_eq!(asked.body["contents"], json!({"highlights": true}));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = LookAlike::answering(searxng_answer()).await;
    let target = format!("{}/search", elsewhere.url);
    let server = LookAlike::start(move || {
        let redirect = Response::builder().status(StatusCode::TEMPORARY_REDIRECT);
        redirect.header(LOCATION, &target).body(Body::empty()).unwrap()
    })
    .await;
    let backend = Tavily::new(&server.url, KEY, Limits::default()).unwrap();
    assert!(matches!(
        backend.search(query("x")).await,
        Err(Error::Refused { status: 307, .. })
    ));
    assert!(elsewhere.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_is_read_within_limits() {
    let limits = Limits {
        max_bytes: 500,
        ..Limits::default()
    };
    let server = LookAlike::answering(searxng_answer()).await;
    let backend = Searxng::new(&server.url, limits).unwrap();
    assert!(matches!(
        backend.search(query("x")).await,
        Err(Error::TooLong { limit: 500, .. })
    ));

    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let limits = Limits {
        timeout: Duration::from_millis(50),
        ..Limits::default()
    };
    let backend = Searxng::new(&format!("http://{}", silent.local_addr().unwrap()), limits).unwrap();
    assert!(matches!(backend.search(query("x")).await, Err(Error::TimedOut { .. })));
}

#[tokio::test]
async fn failures_are_told_without_keys_and_addresses() {
    let refusing = LookAlike::start(|| {
        let body = Body::from(format!("your key {KEY} is bad"));
        Response::builder().status(StatusCode::UNAUTHORIZED).body(body).unwrap()
    })
    .await;
    let odd = LookAlike::start(|| Response::new(Body::from("<html>not JSON</html>"))).await;
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    for (url, told) in [
        (refusing.url.as_str(), "Exa answered with HTTP status 401"),
        (odd.url.as_str(), "Exa's answer cannot be read"),
        (closed.as_str(), "Exa cannot be reached"),
    ] {
        let backend = Exa::new(url, KEY, Limits::default()).unwrap();
        let error = backend.search(query("a secret question")).await.unwrap_err();
        assert!(error.to_string().starts_with(told), "{error}");
        let address = url.strip_prefix("http://").unwrap();
        assert!(!error.to_string().contains(address), "{error}");
        let all = format!("{error} {error:?} {backend:?}");
        assert!(!all.contains(KEY) && !all.contains("secret question"), "{all}");
    }
    for wrong in ["localhost:8888", "ftp://x.example", "nonsense"] {
        assert!(
            matches!(
                Searxng::new(wrong, Limits::default()),
                Err(Error::Setting { setting: "url", .. })
            ),
            "{wrong}"
        );
    }
    let error = Exa::new(Exa::URL, "line\nbreak", Limits::default()).unwrap_err();
    assert!(!format!("{error:?}").contains("break"), "{error:?}");
}
