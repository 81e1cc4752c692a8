//! The model's server, as far as a test holds it in its hand.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use antiphon_testkit::{FakeUpstream, Gate, Script};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::plan::{PIECES, Plan, Stop};

/// How often the answers under way get on by a piece. Fast against a lease, slow against a commit.
const PACE: Duration = Duration::from_millis(4);

/// Where runs wait for the test.
#[derive(Default)]
struct Stops {
    holds: bool,
    /// Runs that have come to their stop already.
    stopped: HashSet<String>,
    gates: Vec<Gate>,
}

/// What the test's servers share. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct World {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    stops: Mutex<Stops>,
    /// The gates of each answer that is under way, the next one last.
    answers: Mutex<Vec<Vec<Gate>>>,
    asked: AtomicUsize,
    begun: watch::Sender<HashSet<String>>,
    arrived: watch::Sender<usize>,
}

impl World {
    /// Starts the model's server.
    pub(crate) async fn upstream(&self) -> FakeUpstream {
        let world = self.clone();
        let pacing = self.clone();
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(PACE);
            loop {
                ticks.tick().await;
                pacing.pace();
            }
        });
        FakeUpstream::responding(move |body| world.answer(body)).await.unwrap()
    }

    /// From now on runs wait where their plans say.
    pub(crate) fn hold(&self) {
        self.shared.stops.lock().unwrap().holds = true;
    }

    /// Whether a run is to stop here: the first time only. The gate is the caller's to pass.
    pub(crate) fn stop(&self, plan: &Plan, here: &Stop) -> Option<Gate> {
        let mut stops = self.shared.stops.lock().unwrap();
        if plan.stop != *here || !stops.holds || !stops.stopped.insert(plan.key.clone()) {
            return None;
        }
        let gate = Gate::new();
        stops.gates.push(gate.clone());
        let (world, reached) = (self.clone(), gate.clone());
        tokio::spawn(async move {
            reached.reached().await;
            world.shared.arrived.send_modify(|count| *count += 1);
        });
        Some(gate)
    }

    /// Waits until so many runs wait at their stops.
    pub(crate) async fn stopped(&self, count: usize) {
        let mut arrived = self.shared.arrived.subscribe();
        let all = arrived.wait_for(|arrived| *arrived >= count);
        let in_time = tokio::time::timeout(Duration::from_secs(60), all).await.is_ok();
        assert!(
            in_time,
            "of {count} runs only {} came to where they stop",
            *self.shared.arrived.borrow()
        );
    }

    /// Lets go on what waits at a stop; nothing does any more.
    pub(crate) fn let_go(&self) {
        let mut stops = self.shared.stops.lock().unwrap();
        stops.holds = false;
        stops.gates.drain(..).for_each(|gate| gate.open());
        self.shared.arrived.send_replace(0);
    }

    /// How often the model was asked.
    pub(crate) fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }

    /// For how many of these runs the model was asked.
    pub(crate) fn begun(&self, plans: &[Plan]) -> usize {
        count_begun(&self.shared.begun.borrow(), plans)
    }

    /// Waits until the model was asked for so many of these runs.
    pub(crate) async fn until_begun(&self, plans: &[Plan], count: usize) {
        let mut begun = self.shared.begun.subscribe();
        let enough = begun.wait_for(|begun| count_begun(begun, plans) >= count);
        let in_time = tokio::time::timeout(Duration::from_secs(60), enough).await.is_ok();
        assert!(in_time, "of {count} runs only {} have begun", self.begun(plans));
    }

    fn pace(&self) {
        self.shared.answers.lock().unwrap().retain_mut(|answer| {
            if let Some(gate) = answer.pop() {
                gate.open();
            }
            !answer.is_empty()
        });
    }

    fn answer(&self, body: &Value) -> Script {
        let messages = body["messages"].as_array().unwrap();
        let asked = messages.iter().find(|message| message["role"] == "user").unwrap();
        let text = asked["content"]
            .as_str()
            .or_else(|| asked["content"][0]["text"].as_str());
        let plan: Plan = serde_json::from_str(text.unwrap()).unwrap();
        let results = messages.iter().filter(|message| message["role"] == "tool").count();
        let round = Plan::round(results);
        self.shared.begun.send_modify(|begun| {
            begun.insert(plan.key.clone());
        });
        let number = self.shared.asked.fetch_add(1, Ordering::SeqCst);
        let mut script = Script::new().started().thought("Let me ").thought("think.");
        let mut gates = Vec::new();
        for piece in 0..PIECES {
            let pace = Gate::new();
            script = script.gate(&pace);
            gates.push(pace);
            if let Some(stop) = self.stop(&plan, &Stop::Answer { round, piece }) {
                script = script.gate(&stop);
            }
            script = script.text(piece_of(number, piece));
        }
        gates.reverse();
        self.shared.answers.lock().unwrap().push(gates);
        for call in plan.calls(round) {
            script = script.tool_call(
                format!("{call}-{number}"),
                "mcp_counter_count",
                json!({ "key": plan.effect(call) }),
            );
        }
        script
    }
}

fn count_begun(begun: &HashSet<String>, plans: &[Plan]) -> usize {
    plans.iter().filter(|plan| begun.contains(&plan.key)).count()
}

/// A piece of an answer says which answer it is of, so that a mix of two is seen.
pub(crate) fn piece_of(answer: usize, piece: usize) -> String {
    format!("[{answer}.{piece}]")
}

/// Whether a text is the whole of one answer.
pub(crate) fn is_one_answer(text: &str) -> bool {
    let Some((answer, _)) = text.trim_start_matches('[').split_once('.') else {
        return false;
    };
    let Ok(answer) = answer.parse() else { return false };
    text == (0..PIECES).map(|piece| piece_of(answer, piece)).collect::<String>()
}
