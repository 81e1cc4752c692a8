//! Holds what a client was told against what the server says in the end.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use antiphon_client::{Client, Error};
use antiphon_interaction::{Content, Interaction, InteractionEvent, Status, Step, StepFold};
use serde_json::Value;

use crate::client::{Account, is_passing};
use crate::counter::Counter;
use crate::world::is_one_answer;

/// How long a run may take to be ended after its server is gone.
const TERMINAL: Duration = Duration::from_secs(30);

/// What the accounts of a test come to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) completed: usize,
    pub(crate) failed: usize,
    /// Requests that were cut off before they were answered.
    pub(crate) unanswered: usize,
    /// Foreground streams that ended with their server before their first commit.
    pub(crate) unwritten: usize,
    pub(crate) reconnections: usize,
    /// Tool results that say that the call was interrupted.
    pub(crate) interrupted_calls: usize,
}

impl Account {
    /// Panics where something that was told does not hold. `settled`: everything that the dead server had been given was written.
    pub(crate) async fn check(&self, client: &Client, counter: &Counter, settled: bool, tally: &mut Tally) {
        tally.reconnections += self.reconnections;
        let Some(id) = &self.id else {
            tally.unanswered += 1;
            return;
        };
        let whole = match self.terminal(client).await {
            Ok(whole) => whole,
            Err(Error::Api { status: 404, .. }) if !settled && !self.plan.background && !self.told_completed() => {
                tally.unwritten += 1;
                return;
            }
            Err(error) => panic!("{id} of {:?} was answered and cannot be read: {error:?}", self.plan),
        };
        if let Some(answer) = self
            .answer
            .as_ref()
            .filter(|_| !self.plan.background && self.told_completed())
        {
            assert_eq!(
                values(answer.steps.iter().flatten()),
                values(produced(&whole)),
                "{id} was answered otherwise"
            );
        }
        self.check_ids();
        if self.plan.background || self.told_completed() {
            assert_eq!(whole.status, Status::Completed, "{:?}: {whole:?}", self.plan);
            self.check_events(client, &whole).await;
        } else if !self.is_over {
            self.check_cut_off(client, &whole).await;
        }
        match whole.status {
            Status::Completed => tally.completed += 1,
            _ => tally.failed += 1,
        }
        tally.interrupted_calls += self.check_steps(&whole, counter);
    }

    /// Whether the client was told that its run ended well.
    fn told_completed(&self) -> bool {
        let answered = self
            .answer
            .as_ref()
            .is_some_and(|answer| answer.status == Status::Completed);
        let streamed = self.events.iter().any(|event| match event {
            InteractionEvent::Completed(event) => event.interaction.status == Status::Completed,
            _ => false,
        });
        answered || streamed
    }

    /// The interaction at its end.
    async fn terminal(&self, client: &Client) -> Result<Interaction, Error> {
        let id = self.id.as_ref().unwrap();
        let read = async {
            loop {
                match client.get(id, false).await {
                    Ok(whole) if whole.status.is_terminal() => return Ok(whole),
                    Ok(_) => {}
                    Err(error) if is_passing(&error) => {}
                    Err(error) => return Err(error),
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let done = tokio::time::timeout(TERMINAL, read).await;
        done.unwrap_or_else(|_| panic!("{id} of {:?} came to no end", self.plan))
    }

    /// No event comes twice.
    fn check_ids(&self) {
        let mut seen = HashSet::new();
        for event in &self.events {
            let id = event.event_id().unwrap();
            assert!(seen.insert(id), "the event {id} of {:?} came twice", self.id);
        }
    }

    /// What a client of a background run, or of one that ended well, was told is the replay, and its fold is the interaction.
    async fn check_events(&self, client: &Client, whole: &Interaction) {
        let Some(first) = self.events.first() else { return };
        let id = self.id.as_ref().unwrap();
        let began_by_post = first.event_id().unwrap().starts_with('p');
        let behind = began_by_post.then(|| first.event_id().unwrap());
        let replay = rest(client, self, behind).await;
        let told = without_abandoned(&self.events);
        let told = &told[usize::from(began_by_post)..];
        for (told, replayed) in told.iter().zip(&replay) {
            assert_eq!(value(told), value(replayed), "{id} is not replayed as it was told");
        }
        assert_eq!(
            told.len(),
            replay.len(),
            "{id}: the replay has other events than were told"
        );
        let steps: Vec<&Step> = if began_by_post {
            produced(whole).collect()
        } else {
            whole.steps.iter().flatten().collect()
        };
        assert_eq!(
            values(fold(told).values()),
            values(steps),
            "{id}: the events do not fold to the interaction"
        );
    }

    /// A foreground run whose server died: what was committed is what was told, and what comes after is its end.
    async fn check_cut_off(&self, client: &Client, whole: &Interaction) {
        let id = self.id.as_ref().unwrap();
        let told = fold(&self.events);
        for (index, step) in (0_u32..).zip(produced(whole)) {
            if let Some(told) = told.get(&index) {
                assert_eq!(
                    value(told),
                    value(step),
                    "{id}: the step {index} is stored otherwise than it was told"
                );
            }
        }
        let rest = rest(client, self, self.last_event_id()).await;
        let [.., last] = &rest[..] else {
            panic!("{id}: nothing follows what was told")
        };
        let InteractionEvent::Completed(completed) = last else {
            panic!("{id} ends with {last:?}")
        };
        assert_eq!(completed.interaction.status, whole.status);
        if whole.status != Status::Completed {
            assert_eq!(whole.status, Status::Failed, "{whole:?}");
            assert!(
                whole.errors.iter().flatten().next().is_some(),
                "{id} does not say why it failed"
            );
            let [.., error, _] = &rest[..] else {
                panic!("{id} fails without an error")
            };
            assert!(
                matches!(error, InteractionEvent::Error(_)),
                "{id}: before the end comes {error:?}"
            );
        }
    }

    /// Answers are whole and of one attempt, every call has one result, and no effect has happened twice. How many
    /// calls were interrupted.
    fn check_steps(&self, whole: &Interaction, counter: &Counter) -> usize {
        let id = self.id.as_ref().unwrap();
        let mut calls = BTreeMap::new();
        let mut interrupted = 0;
        for step in produced(whole) {
            match step {
                Step::ModelOutput(output) => {
                    let text: String = output.content.iter().filter_map(Content::as_text).collect();
                    assert!(is_one_answer(&text), "{id}: `{text}` is not one whole answer");
                }
                Step::McpServerToolCall(call) => {
                    let name = call.arguments.as_ref().unwrap().value()["key"]
                        .as_str()
                        .unwrap()
                        .to_owned();
                    assert!(
                        calls.insert(call.id.clone(), name).is_none(),
                        "{id}: the call {} is there twice",
                        call.id
                    );
                }
                Step::McpServerToolResult(result) => {
                    let name = calls.remove(&result.call_id);
                    let name = name.unwrap_or_else(|| panic!("{id}: a result of no call, or a second one: {result:?}"));
                    if result.is_error == Some(true) {
                        interrupted += 1;
                    } else {
                        assert_eq!(counter.effects(&name), 1, "{id}: the call {name} has a result");
                    }
                }
                _ => {}
            }
        }
        if whole.status == Status::Completed {
            assert!(calls.is_empty(), "{id}: no result of {calls:?}");
            let answers = produced(whole)
                .filter(|step| matches!(step, Step::ModelOutput(_)))
                .count();
            assert_eq!(answers, if self.plan.tool { 4 } else { 1 }, "{id}: {whole:?}");
        }
        interrupted
    }
}

/// The events behind one, to the end.
async fn rest(client: &Client, account: &Account, behind: Option<&str>) -> Vec<InteractionEvent> {
    let id = account.id.as_ref().unwrap();
    let opened = client.stream_from(id, behind).await;
    let mut stream = opened.unwrap_or_else(|error| panic!("{id} is not replayed behind {behind:?}: {error:?}"));
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        events.push(event.unwrap());
    }
    events
}

/// The steps that the run made.
fn produced(whole: &Interaction) -> impl Iterator<Item = &Step> {
    whole
        .steps
        .iter()
        .flatten()
        .filter(|step| !matches!(step, Step::UserInput(_)))
}

/// The events, without those of steps that were begun anew.
fn without_abandoned(events: &[InteractionEvent]) -> Vec<InteractionEvent> {
    let mut kept: Vec<InteractionEvent> = Vec::new();
    for event in events {
        if let InteractionEvent::StepStart(start) = event
            && let Some(at) = kept.iter().position(|event| index(event) == Some(start.index))
        {
            let is_open = kept[at..]
                .iter()
                .all(|event| index(event) == Some(start.index) && !matches!(event, InteractionEvent::StepStop(_)));
            assert!(is_open, "a step that was stopped is begun anew: {event:?}");
            kept.truncate(at);
        }
        kept.push(event.clone());
    }
    kept
}

fn index(event: &InteractionEvent) -> Option<u32> {
    match event {
        InteractionEvent::StepStart(event) => Some(event.index),
        InteractionEvent::StepDelta(event) => Some(event.index),
        InteractionEvent::StepStop(event) => Some(event.index),
        _ => None,
    }
}

/// The steps that were told whole, by index.
fn fold(events: &[InteractionEvent]) -> BTreeMap<u32, Step> {
    let mut open = BTreeMap::new();
    let mut whole = BTreeMap::new();
    for event in events {
        match event {
            InteractionEvent::StepStart(start) => {
                open.insert(start.index, StepFold::start(start.step.clone()));
            }
            InteractionEvent::StepDelta(delta) => open.get_mut(&delta.index).unwrap().apply(&delta.delta).unwrap(),
            InteractionEvent::StepStop(stop) => {
                whole.insert(stop.index, open.remove(&stop.index).unwrap().finish().unwrap());
            }
            _ => {}
        }
    }
    whole
}

fn value(part: &impl serde::Serialize) -> Value {
    serde_json::to_value(part).unwrap()
}

fn values<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Vec<Value> {
    steps.into_iter().map(value).collect()
}
