//! What a run waits for: the model's answer, or its tools.

use std::sync::Arc;
use std::time::Duration;

use antiphon_model_engine::{ModelEngine, ModelRequest, ModelStream};
use antiphon_tools::{Call, Outcome, Tool};
use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};

use crate::toolset::ToolSet;
use crate::turn::Occurrence;
use crate::{Error, Limits};

/// The work under way for a turn. Dropping it stops all of it.
pub(crate) struct Work {
    model: Option<ModelStream>,
    tools: FuturesUnordered<BoxFuture<'static, (String, Outcome)>>,
    model_call: Duration,
    /// When the whole run must be over, and after how long that is.
    run_ends: (Instant, Duration),
    /// The nearer of the run's end and the end of the model's call.
    deadline: Deadline,
}

struct Deadline {
    at: std::pin::Pin<Box<tokio::time::Sleep>>,
    what: &'static str,
    limit: Duration,
}

impl Work {
    /// Nothing yet; the run must be over at `ends`, which is `whole` after it was asked for.
    pub(crate) fn new(limits: &Limits, ends: Instant, whole: Duration) -> Self {
        let run_ends = (ends, whole);
        Self {
            model: None,
            tools: FuturesUnordered::new(),
            model_call: limits.model_call,
            run_ends,
            deadline: Deadline {
                at: Box::pin(sleep_until(run_ends.0)),
                what: "the run",
                limit: run_ends.1,
            },
        }
    }

    /// Calls the model.
    pub(crate) fn call(&mut self, engine: &Arc<dyn ModelEngine>, request: Box<ModelRequest>) {
        self.model = Some(engine.generate(*request));
        let call_ends = Instant::now() + self.model_call;
        if call_ends < self.run_ends.0 {
            self.set_deadline(call_ends, "the model's answer", self.model_call);
        } else {
            self.set_deadline(self.run_ends.0, "the run", self.run_ends.1);
        }
    }

    /// Runs a tool.
    pub(crate) fn run(&mut self, tools: &ToolSet, tool: Arc<dyn Tool>, call: Call) {
        self.model = None;
        self.set_deadline(self.run_ends.0, "the run", self.run_ends.1);
        self.tools.push(Box::pin(tools.run(tool, call)));
    }

    fn set_deadline(&mut self, at: Instant, what: &'static str, limit: Duration) {
        self.deadline.at.as_mut().reset(at);
        (self.deadline.what, self.deadline.limit) = (what, limit);
    }

    /// Stops everything.
    pub(crate) fn stop(&mut self) {
        self.model = None;
        self.tools.clear();
    }

    /// What happens next. Safe to cancel.
    pub(crate) async fn next(&mut self) -> Occurrence {
        let Self {
            model, tools, deadline, ..
        } = self;
        let (what, limit) = (deadline.what, deadline.limit);
        let said = async {
            match model {
                Some(model) => model.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = deadline.at.as_mut() => Occurrence::Failed(Error::Deadline { what, limit }),
            Some((call_id, outcome)) = tools.next(), if !tools.is_empty() => Occurrence::Tool {
                call_id,
                outcome: Box::new(outcome),
            },
            event = said => match event {
                Some(Ok(event)) => Occurrence::Model(event),
                Some(Err(error)) => Occurrence::Failed(error.into()),
                None => Occurrence::Failed(Error::Model(antiphon_model_engine::Error::Interrupted {
                    message: "the model's answer ended without an end".to_owned(),
                    source: None,
                })),
            },
        }
    }
}
