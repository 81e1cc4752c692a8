//! What the tests of this crate work with.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use antiphon_interaction::{CreateInteraction, Interaction, InteractionEvent, InteractionId, Step, StepFold};
use antiphon_model_engine::Registry;
use antiphon_store::{ProjectId, Store};
use antiphon_testkit::ScriptedEngine;
use antiphon_tools::Tools;
use antiphon_turn_engine::{
    Clock, Created, Entropy, EventStream, Limits, Parts, SEALING_KEY_BYTES, Sealer, TurnEngine,
};
use jiff::Timestamp;
use serde_json::{Value, json};

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// Counts, so that ids differ and are the same in every run. One for the whole process: restarts must not repeat ids.
struct Counting;

static COUNT: AtomicU64 = AtomicU64::new(0);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut digits = (0_u64..8).map(|place| (count >> (5 * place)) as u8 & 31);
        bytes.fill_with(|| digits.next().unwrap_or_default());
    }
}

/// The limit of one call of the model.
pub const CALL_TOKENS: u64 = 100;

/// A turn engine over `store`, as a process that starts makes it.
pub async fn engine(store: &Arc<dyn Store>, model: &ScriptedEngine) -> TurnEngine {
    engine_with(store, model, Tools::default()).await
}

/// A turn engine that runs tools.
pub async fn engine_with(store: &Arc<dyn Store>, model: &ScriptedEngine, tools: Tools) -> TurnEngine {
    TurnEngine::start(Parts {
        store: Arc::clone(store),
        registry: Registry::new(vec![Arc::new(model.clone())], Vec::new()),
        sealer: Sealer::new(&[7; SEALING_KEY_BYTES]).unwrap(),
        clock: Arc::new(StoppedClock),
        entropy: Arc::new(Counting),
        limits: Limits {
            call_tokens: CALL_TOKENS,
            tool_rounds: 2,
            tool_calls: 3,
            tool_result_bytes: 1_000,
            ..Limits::default()
        },
        projects: antiphon_turn_engine::Projects::default(),
        tools,
        outbox: Arc::new(antiphon_jobs::NoOutbox),
        handlers: Vec::new(),
        jobs: antiphon_jobs::Options::default(),
    })
    .await
    .unwrap()
}

pub fn project() -> ProjectId {
    ProjectId::default()
}

/// A request for the scripted model; `more` is added to it.
pub fn request(more: Value) -> CreateInteraction {
    let mut body = json!({ "model": "scripted", "input": "hi" });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    serde_json::from_value(body).unwrap_or_else(|error| panic!("{error}"))
}

pub async fn events(engine: &TurnEngine, id: &InteractionId, last: Option<&str>) -> Vec<InteractionEvent> {
    collect(engine.events(&project(), id, last).await.unwrap()).await
}

pub async fn collect(mut stream: EventStream) -> Vec<InteractionEvent> {
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        events.push(event);
    }
    events
}

pub fn interaction(created: Created) -> Interaction {
    match created {
        Created::Interaction(interaction) => *interaction,
        Created::Events(_) => panic!("a stream"),
    }
}

/// The steps that the events of a stream add up to.
pub fn folded(events: &[InteractionEvent]) -> Vec<Step> {
    let mut open = None;
    let mut steps = Vec::new();
    for event in events {
        match event {
            InteractionEvent::StepStart(event) => open = Some(StepFold::start(event.step.clone())),
            InteractionEvent::StepDelta(event) => open.as_mut().unwrap().apply(&event.delta).unwrap(),
            InteractionEvent::StepStop(_) => steps.push(open.take().unwrap().finish().unwrap()),
            InteractionEvent::Created(_)
            | InteractionEvent::StatusUpdate(_)
            | InteractionEvent::Completed(_)
            | InteractionEvent::Error(_)
            | InteractionEvent::Unknown(_) => {}
        }
    }
    steps
}
