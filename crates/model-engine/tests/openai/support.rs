use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use antiphon_interaction::Content;
use antiphon_model_engine::openai::{Config, OpenAiEngine, Timer};
use antiphon_model_engine::{
    Error, Message, ModelEngine, ModelEvent, ModelRequest, OutputFormat, Sampling, ToolSelection,
};
use antiphon_testkit::FakeUpstream;
use futures::StreamExt;
use futures::future::BoxFuture;
use tokio::sync::watch;

/// A clock that the test moves.
#[derive(Clone)]
pub struct ManualTimer {
    start: Instant,
    elapsed: Arc<watch::Sender<Duration>>,
    asked: Arc<Mutex<Vec<Duration>>>,
}

impl ManualTimer {
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            elapsed: Arc::new(watch::Sender::new(Duration::ZERO)),
            asked: Arc::default(),
        }
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        self.elapsed.send_modify(|elapsed| *elapsed += by);
    }

    /// The sleeps of less than a minute that were asked for: retries and short waits.
    pub fn short_sleeps(&self) -> Vec<Duration> {
        self.asked
            .lock()
            .unwrap()
            .iter()
            .copied()
            .filter(|sleep| *sleep < Duration::from_secs(60))
            .collect()
    }
}

impl Timer for ManualTimer {
    fn now(&self) -> Instant {
        self.start + *self.elapsed.borrow()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.asked.lock().unwrap().push(duration);
        let mut elapsed = self.elapsed.subscribe();
        let until = *elapsed.borrow() + duration;
        Box::pin(async move {
            if elapsed.wait_for(|elapsed| *elapsed >= until).await.is_err() {
                std::future::pending().await
            }
        })
    }
}

/// Sleeps of less than a minute end at once, the others never.
#[derive(Clone)]
pub struct ImpatientTimer(pub ManualTimer);

impl Timer for ImpatientTimer {
    fn now(&self) -> Instant {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let slept = self.0.sleep(duration);
        if duration < Duration::from_secs(60) {
            Box::pin(std::future::ready(()))
        } else {
            slept
        }
    }
}

pub async fn upstream() -> FakeUpstream {
    FakeUpstream::start().await.unwrap()
}

pub fn engine(upstream: &FakeUpstream) -> OpenAiEngine {
    OpenAiEngine::new(Config::new(upstream.url())).unwrap()
}

/// An engine whose time stands still unless the test moves it.
pub fn timed(upstream: &FakeUpstream) -> (OpenAiEngine, ManualTimer) {
    let timer = ManualTimer::new();
    (
        OpenAiEngine::with_timer(Config::new(upstream.url()), Arc::new(timer.clone())).unwrap(),
        timer,
    )
}

/// An engine whose retries do not wait; the timer tells how long they would have.
pub fn impatient(config: Config) -> (OpenAiEngine, ManualTimer) {
    let timer = ManualTimer::new();
    (
        OpenAiEngine::with_timer(config, Arc::new(ImpatientTimer(timer.clone()))).unwrap(),
        timer,
    )
}

pub fn user(text: &str) -> Message {
    Message::User(vec![Content::text(text)])
}

pub fn question() -> ModelRequest {
    request(vec![user("hi")])
}

pub fn request(messages: Vec<Message>) -> ModelRequest {
    ModelRequest {
        model: "fake-model".to_owned(),
        system_instruction: None,
        messages,
        functions: Vec::new(),
        tool_selection: ToolSelection::Auto,
        output_format: OutputFormat::Text,
        sampling: Sampling::default(),
        thinking_level: None,
    }
}

/// Everything a call says, and the error that ends it.
pub async fn events(engine: &OpenAiEngine, request: ModelRequest) -> (Vec<ModelEvent>, Option<Error>) {
    let mut stream = engine.generate(request);
    let mut events = Vec::new();
    let mut error = None;
    while let Some(item) = stream.next().await {
        assert!(error.is_none(), "something follows an error: {item:?}");
        match item {
            Ok(event) => events.push(event),
            Err(failure) => error = Some(failure),
        }
    }
    (events, error)
}

/// The events of a call that goes well.
pub async fn good(engine: &OpenAiEngine, request: ModelRequest) -> Vec<ModelEvent> {
    let (events, error) = events(engine, request).await;
    assert!(error.is_none(), "{error:?} after {events:?}");
    events
}

/// The error of a call that fails before it starts.
pub async fn refused(engine: &OpenAiEngine, request: ModelRequest) -> Error {
    let (events, error) = events(engine, request).await;
    assert_eq!(events, []);
    error.unwrap()
}

pub fn text(text: &str) -> ModelEvent {
    ModelEvent::Text(text.to_owned())
}

pub fn thought(text: &str) -> ModelEvent {
    ModelEvent::Thought(text.to_owned())
}
