//! The client against a small server that says what the test tells it to.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use antiphon_client::{Client, Config, Error};
use antiphon_interaction::{CreateInteraction, ErrorCode, InteractionEvent, InteractionId, Status, Step};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::Response;
use futures::{StreamExt, stream};

type Reply = Response<Body>;

/// Gives its replies one by one and remembers what was asked: method, path with query, body.
#[derive(Clone, Default)]
struct Server {
    replies: Arc<Mutex<Vec<Reply>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(replies: Vec<Reply>) -> (Self, Client) {
        let server = Self {
            replies: Arc::new(Mutex::new(replies)),
            asked: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = axum::Router::new().fallback(answer).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let config = Config {
            api_key: Some("key".to_owned()),
            ..Config::new(format!("http://{address}/"))
        };
        (server, Client::new(config).unwrap())
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

async fn answer(State(server): State<Server>, request: Request) -> Reply {
    let (head, body) = request.into_parts();
    assert_eq!(head.headers["x-goog-api-key"], "key");
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let asked = format!("{} {} {}", head.method, head.uri, String::from_utf8_lossy(&body));
    server.asked.lock().unwrap().push(asked.trim().to_owned());
    server.replies.lock().unwrap().remove(0)
}

fn json(status: u16, body: &str) -> Reply {
    let reply = Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("retry-after", "3");
    reply.body(Body::from(body.to_owned())).unwrap()
}

fn events(pieces: Vec<&'static str>, hang: bool) -> Reply {
    let said = stream::iter(pieces).map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
    let body = if hang {
        Body::from_stream(said.chain(stream::pending()))
    } else {
        Body::from_stream(said)
    };
    Response::builder()
        .header("content-type", "text/event-stream")
        .body(body)
        .unwrap()
}

fn id() -> InteractionId {
    InteractionId::from("v1_a/b")
}

const CREATED: &str = "event: interaction.created\ndata: {\"event_type\":\"interaction.created\",\"interaction\":{\"id\":\"v1_x\",\"status\":\"in_progress\"},\"event_id\":\"e1\"}\n\n";
const NEWS: &str = ": keepalive\n\nevent: news\ndata: {\"event_type\":\"news\",\"n\":1.0}\n\n";
const DONE: &str = "event: done\ndata: [DONE]\n\n";

#[tokio::test]
async fn each_call_has_its_path() {
    let interaction = r#"{"id":"v1_x","status":"completed","steps":[{"type":"dance"}]}"#;
    let (server, client) = Server::start(vec![
        json(200, interaction),
        json(200, interaction),
        json(200, interaction),
        json(200, "{}"),
        json(200, r#"{"models":[{"name":"models/a"}],"nextPageToken":"1 2"}"#),
        json(
            200,
            r#"{"models":[{"name":"models/b","capabilities":{"thinking":true}}]}"#,
        ),
    ])
    .await;
    let question = CreateInteraction {
        model: Some("m".to_owned()),
        input: Some("hi".into()),
        ..CreateInteraction::default()
    };
    let created = client.create(&question).await.unwrap();
    assert_eq!(created.status, Status::Completed);
    assert!(matches!(&created.steps.unwrap()[..], [Step::Unknown(_)]));
    client.get(&id(), true).await.unwrap();
    client.cancel(&id()).await.unwrap();
    client.delete(&id()).await.unwrap();
    let models = client.models().await.unwrap();
    assert_eq!(models.iter().map(|model| model.id()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(
        server.asked(),
        [
            r#"POST /v1/interactions {"model":"m","input":"hi","stream":false}"#,
            "GET /v1/interactions/v1_a%2Fb?stream=false&include_input=true",
            "POST /v1/interactions/v1_a%2Fb/cancel",
            "DELETE /v1/interactions/v1_a%2Fb",
            "GET /v1/models?pageSize=1000",
            "GET /v1/models?pageSize=1000&pageToken=1+2",
        ]
    );
}

#[tokio::test]
async fn a_stream_gives_its_events_and_where_to_resume() {
    let (server, client) = Server::start(vec![
        events(vec![CREATED, NEWS, DONE, CREATED], false),
        events(vec![DONE], false),
    ])
    .await;
    let mut stream = client.stream(&CreateInteraction::default()).await.unwrap();
    assert!(matches!(stream.next().await, Some(Ok(InteractionEvent::Created(_)))));
    assert!(matches!(stream.next().await, Some(Ok(InteractionEvent::Unknown(_)))));
    assert!(stream.next().await.is_none(), "[DONE] hides what follows");
    assert_eq!(stream.last_event_id(), Some("e1"));

    let again = client.stream_from(&id(), stream.last_event_id()).await.unwrap();
    assert_eq!(again.last_event_id(), Some("e1"));
    assert_eq!(again.into_stream().count().await, 0);
    assert_eq!(
        server.asked()[1],
        "GET /v1/interactions/v1_a%2Fb?stream=true&last_event_id=e1"
    );
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_an_error_once() {
    let (_, client) = Server::start(vec![
        events(vec![CREATED], false),
        events(vec!["data: {}\n\n", "data: nonsense\n\n"], false),
    ])
    .await;
    let mut stream = client.stream(&CreateInteraction::default()).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    assert!(matches!(stream.next().await, Some(Err(Error::Interrupted { .. }))));
    assert!(stream.next().await.is_none());

    let mut stream = client.stream(&CreateInteraction::default()).await.unwrap();
    assert!(matches!(stream.next().await, Some(Ok(InteractionEvent::Unknown(_)))));
    assert!(matches!(stream.next().await, Some(Err(Error::Protocol { .. }))));
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_silent_stream_times_out() {
    let (_, client) = Server::start(vec![events(vec![CREATED], true)]).await;
    let mut stream = client.stream(&CreateInteraction::default()).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    // From here on nothing happens but time.
    tokio::time::pause();
    let idle = Config::new("").idle_timeout;
    assert!(matches!(stream.next().await, Some(Err(Error::TimedOut { after })) if after == idle));
}

#[tokio::test]
async fn refusals_keep_code_message_and_pause() {
    let (_, client) = Server::start(vec![
        json(
            429,
            r#"{"error":{"code":"too_many_requests","message":"the queue is full"}}"#,
        ),
        json(502, "<html>bad gateway</html>"),
        json(200, "{}"),
        json(200, "not a stream"),
    ])
    .await;
    let error = client.get(&id(), false).await.unwrap_err();
    assert_eq!(error.to_string(), "the queue is full");
    let pause = Some(Duration::from_secs(3));
    assert!(
        matches!(error, Error::Api { status: 429, code: ErrorCode::TooManyRequests, retry_after, .. } if retry_after == pause)
    );
    let error = client.get(&id(), false).await.unwrap_err();
    assert!(
        matches!(&error, Error::Api { status: 502, message, .. } if message.contains("bad gateway")),
        "{error}"
    );
    assert!(matches!(client.get(&id(), false).await, Err(Error::Protocol { .. })));
    assert!(matches!(
        client.stream_from(&id(), None).await.err(),
        Some(Error::Protocol { .. })
    ));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let address = std::net::TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap();
    let client = Client::new(Config::new(format!("http://{address}"))).unwrap();
    let error = client.models().await.unwrap_err();
    assert!(
        matches!(&error, Error::Unreachable { .. }) && error.to_string().contains(&address.to_string()),
        "{error:?}"
    );
    assert!(matches!(
        Client::new(Config::new("localhost:8080")).err(),
        Some(Error::Config { .. })
    ));
    let config = Config {
        api_key: Some("secret".to_owned()),
        ..Config::new("http://x")
    };
    assert!(!format!("{config:?}").contains("secret"));
}
