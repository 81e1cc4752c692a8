//! A client that writes down what it is told, and comes back when its connection breaks.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use antiphon_client::{Client, Error, EventStream};
use antiphon_interaction::{CreateInteraction, Interaction, InteractionEvent, InteractionId};
use serde_json::json;
use tokio::sync::watch;

use crate::plan::Plan;
use crate::program;

/// How long a client goes on trying before the test fails.
const PATIENCE: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(20);

/// The servers that are there now; the first one is asked to run things.
pub(crate) type Servers = watch::Receiver<Vec<String>>;

/// How far the clients of a test are, all together.
#[derive(Clone, Default)]
pub(crate) struct Progress {
    named: watch::Sender<usize>,
    ended: Arc<AtomicUsize>,
}

impl Progress {
    /// Waits until so many clients know the id of their run.
    pub(crate) async fn named(&self, count: usize) {
        let mut named = self.named.subscribe();
        let in_time = tokio::time::timeout(Duration::from_secs(60), named.wait_for(|named| *named >= count));
        let in_time = in_time.await.is_ok();
        assert!(in_time, "of {count} runs only {} were named", *self.named.borrow());
    }

    /// How many clients have seen the end.
    pub(crate) fn ended(&self) -> usize {
        self.ended.load(Ordering::SeqCst)
    }
}

/// What a client was told of a run.
pub(crate) struct Account {
    pub(crate) plan: Plan,
    pub(crate) id: Option<InteractionId>,
    /// The answer to a request that was not streamed.
    pub(crate) answer: Option<Interaction>,
    /// Every event that has an id, in the order in which they came.
    pub(crate) events: Vec<InteractionEvent>,
    pub(crate) reconnections: usize,
    /// Whether it was told the end.
    pub(crate) is_over: bool,
}

/// The request that a plan stands for.
pub(crate) fn request(plan: &Plan, counter: &str) -> CreateInteraction {
    let mut request = json!({
        "model": "fake-model",
        "input": serde_json::to_string(plan).unwrap(),
        "background": plan.background,
        "generation_config": { "thinking_summaries": "auto" },
    });
    if plan.tool {
        request["tools"] = json!([{ "type": "mcp_server", "name": "counter", "url": format!("http://{counter}/mcp") }]);
    }
    serde_json::from_value(request).unwrap()
}

/// Asks for the run and follows it: in the background to its end, by way of whatever server is there; in the foreground as long as
/// the connection holds.
pub(crate) async fn run(plan: Plan, request: CreateInteraction, servers: Servers, progress: Progress) -> Account {
    let mut account = Account {
        plan,
        id: None,
        answer: None,
        events: Vec::new(),
        reconnections: 0,
        is_over: false,
    };
    let done = tokio::time::timeout(PATIENCE, account.live(&request, servers, &progress)).await;
    if done.is_err() {
        let last = account.events.last().map(|event| serde_json::to_string(event).unwrap());
        panic!(
            "{:?} of {:?} was not over in time; the last event was {last:?}",
            account.id, account.plan
        );
    }
    if account.is_over {
        progress.ended.fetch_add(1, Ordering::SeqCst);
    }
    account
}

impl Account {
    async fn live(&mut self, request: &CreateInteraction, servers: Servers, progress: &Progress) {
        let client = first(&servers);
        let mut stream = None;
        if self.plan.stream {
            match client.stream(request).await {
                Ok(opened) => stream = Some(opened),
                Err(error) => return self.unanswered(&error),
            }
        } else {
            match client.create(request).await {
                Ok(answer) => {
                    self.id = Some(answer.id.clone());
                    self.is_over = !self.plan.background;
                    self.answer = Some(answer);
                    progress.named.send_modify(|named| *named += 1);
                }
                Err(error) => return self.unanswered(&error),
            }
        }
        if self.plan.background {
            self.follow(stream, servers, progress).await;
        } else if let Some(mut stream) = stream {
            while self.next(&mut stream, progress).await {}
        }
    }

    /// A request that was not answered promises nothing.
    fn unanswered(&self, error: &Error) {
        assert!(is_passing(error), "{:?} was refused: {error:?}", self.plan);
    }

    async fn follow(&mut self, first: Option<EventStream>, servers: Servers, progress: &Progress) {
        let mut stream = first;
        while !self.is_over {
            if let Some(open) = &mut stream {
                if !self.next(open, progress).await {
                    stream = None;
                    self.reconnections += 1;
                }
                continue;
            }
            // Nobody knows of a run whose id was never told.
            let Some(id) = self.id.clone() else { return };
            let last = self.last_event_id().map(str::to_owned);
            match one_of(&servers, self.reconnections)
                .stream_from(&id, last.as_deref())
                .await
            {
                Ok(opened) => stream = Some(opened),
                Err(error) if is_passing(&error) => tokio::time::sleep(PAUSE).await,
                Err(error) => panic!(
                    "{id} of {:?} cannot be gone on with behind {last:?}: {error:?}",
                    self.plan
                ),
            }
        }
    }

    /// Takes an event. Whether there may be more in this stream.
    async fn next(&mut self, stream: &mut EventStream, progress: &Progress) -> bool {
        match stream.next().await {
            Some(Ok(event)) => {
                if let InteractionEvent::Created(created) = &event
                    && self.id.is_none()
                {
                    self.id = Some(created.interaction.id.clone());
                    progress.named.send_modify(|named| *named += 1);
                }
                self.is_over |= matches!(event, InteractionEvent::Completed(_));
                // One without an id says that this server has let go of the run.
                if event.event_id().is_some() {
                    self.events.push(event);
                }
                true
            }
            Some(Err(error)) => {
                assert!(is_passing(&error), "the stream of {:?} failed: {error:?}", self.plan);
                false
            }
            None => false,
        }
    }

    pub(crate) fn last_event_id(&self) -> Option<&str> {
        self.events.last().and_then(InteractionEvent::event_id)
    }
}

fn first(servers: &Servers) -> Client {
    program::client(&servers.borrow()[0])
}

/// Another server at each turn, where there are several.
pub(crate) fn one_of(servers: &Servers, turn: usize) -> Client {
    let servers = servers.borrow();
    program::client(&servers[turn % servers.len()])
}

/// Whether to try again.
pub(crate) fn is_passing(error: &Error) -> bool {
    match error {
        Error::Unreachable { .. } | Error::Interrupted { .. } | Error::TimedOut { .. } => true,
        Error::Api { status, .. } => *status >= 500,
        Error::Config { .. } | Error::Protocol { .. } => false,
    }
}

/// A number that the environment gives.
pub(crate) fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok().filter(|text| !text.is_empty())?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is a number, not `{text}`")),
    )
}
