//! What a run had done before its process died.

use antiphon_interaction::{Json, ServerStep, Step, Usage};
use antiphon_tools::Call;

use super::calls::Round;
use super::{Action, Turn};
use crate::history::Waiting;

/// What a run had done before its process died.
pub(crate) struct Done {
    /// How many steps.
    steps: u32,
    /// The server's calls without a result: id, name, arguments.
    pending: Vec<(String, String, Json)>,
    /// Whether calls of the client's functions wait for the client.
    client: bool,
    /// How often tools had been run.
    rounds: u32,
    usage: Option<Usage>,
}

impl Done {
    /// Reads what was done from the finished steps and the calls among them that have no result.
    pub(crate) fn new(steps: &[Step], waiting: Vec<Waiting>, usage: Option<&Usage>) -> Self {
        let client = waiting.iter().any(|call| !call.server);
        let pending = waiting.into_iter().filter(|call| call.server);
        let is_call = |step: &Step| matches!(step.server_step(), Some(ServerStep::Call(_)));
        let mut rounds = 0;
        let mut in_calls = false;
        for step in steps {
            let call = is_call(step) || matches!(step, Step::FunctionCall(_));
            if is_call(step) && !in_calls {
                rounds += 1;
            }
            in_calls = call;
        }
        Self {
            steps: u32::try_from(steps.len()).unwrap_or(u32::MAX),
            pending: pending.map(|call| (call.id, call.name, call.arguments)).collect(),
            client,
            rounds,
            usage: usage.cloned(),
        }
    }

    /// How many tokens the model had made.
    pub(crate) fn tokens(&self) -> u64 {
        let usage = self.usage.as_ref();
        usage.map_or(0, |usage| {
            usage.total_output_tokens.saturating_add(usage.total_thought_tokens)
        })
    }

    /// The index of the next step.
    pub(crate) fn next_index(&self) -> u32 {
        self.steps
    }

    pub(super) fn usage(&self) -> Option<&Usage> {
        self.usage.as_ref()
    }
}

impl Turn {
    /// Goes on where a run broke off: with its unanswered calls, or with the model.
    pub(super) fn go_on_from(&mut self, done: Done, actions: &mut Vec<Action>) {
        self.rounds = done.rounds;
        self.round = Some(Round::begun(&done.pending, done.client));
        if done.pending.is_empty() {
            return self.go_on(actions);
        }
        for (id, name, arguments) in done.pending {
            match self.tools.get(&name) {
                Some(tool) if tool.conduct().idempotent && tool.call_step(&id, &arguments).is_ok() => {
                    let call = Call { id, arguments };
                    actions.push(Action::RunTool { tool, call });
                }
                Some(_) => self.on_failure(&id, INTERRUPTED, actions),
                // Its server-side kind is not configured any more; the model hears of it, the steps stay as they are.
                None => self.on_lost(&id, INTERRUPTED, actions),
            }
        }
    }
}

/// What is told of a call that a crash interrupted, and that may not be repeated.
const INTERRUPTED: &str =
    "interrupted by a restart of the server: it is not known whether this was carried out, and it was not repeated";
