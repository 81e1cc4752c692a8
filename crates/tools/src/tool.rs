use std::time::Duration;

use antiphon_interaction::{Content, Json, Step};
use antiphon_model_engine::FunctionDeclaration;
use futures::future::BoxFuture;

/// One function that a model can call and the server carries out.
///
/// Contract for implementers:
/// - What the model hands over is hostile: arguments may be anything that is a JSON object.
/// - A tool that fails says so in its [`Outcome`], in words that help the model to do better; it never ends the turn.
/// - Dropping the future of [`Tool::run`] stops what it started: processes are killed, connections closed.
/// - A tool bounds its own output; [`Conduct::time_limit`] is kept by the caller, who drops the future.
pub trait Tool: Send + Sync {
    /// How it is declared to the model. Its name is unique in a request.
    fn declaration(&self) -> &FunctionDeclaration;

    /// How it may be run.
    fn conduct(&self) -> Conduct;

    /// The call as the API shows it: the typed step with its id and arguments, without a signature.
    ///
    /// # Errors
    /// The arguments do not fit; the text tells the model why. The call is then shown with [`Tool::refused_step`].
    fn call_step(&self, id: &str, arguments: &Json) -> Result<Step, String>;

    /// The call as the API shows it when its arguments do not fit: the typed step with its id and no arguments.
    fn refused_step(&self, id: &str) -> Step;

    /// The result as the API shows it when the tool did not get to answer (arguments that do not fit, a time-out, an
    /// interruption): the typed step, with `is_error` and what fits of `message`, without a signature.
    fn failed_step(&self, call_id: &str, message: &str) -> Step;

    /// Carries out a call whose [`Tool::call_step`] was fine.
    fn run(&self, call: Call) -> BoxFuture<'static, Outcome>;
}

/// How a tool may be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conduct {
    /// Whether a call whose outcome was lost in a crash may be made again without harm. Otherwise the model is told that it
    /// was interrupted.
    pub idempotent: bool,
    /// Whether several calls may run at the same time.
    pub parallel: bool,
    /// How long a call may take.
    pub time_limit: Duration,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Its id, unique in the conversation.
    pub id: String,
    /// The arguments: a JSON object.
    pub arguments: Json,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The result as the API shows it: the typed step, without a signature.
    pub step: Step,
    /// What the model reads. The passages of `sources` follow it, numbered so that they can be cited.
    pub content: Vec<Content>,
    /// What the model may cite.
    pub sources: Vec<Source>,
    /// Media that belong to the answer; shown as `model_output` content.
    pub shown: Vec<Content>,
    /// Functions that the model may call from now on.
    pub revealed: Vec<FunctionDeclaration>,
    /// Counts as so many uses of a grounding tool (`google_search`, `google_maps`, `retrieval`).
    pub grounding: Option<(&'static str, u64)>,
    /// Whether the tool failed, for the model.
    pub is_error: bool,
}

impl Outcome {
    /// An outcome with nothing but a step and what the model reads.
    pub fn new(step: Step, content: Vec<Content>) -> Self {
        Self {
            step,
            content,
            sources: Vec::new(),
            shown: Vec::new(),
            revealed: Vec::new(),
            grounding: None,
            is_error: false,
        }
    }

    /// The outcome of a call that failed: the step that shows it, and what the model reads of it.
    pub fn failed(step: Step, message: impl Into<String>) -> Self {
        Self {
            is_error: true,
            ..Self::new(step, vec![Content::text(message.into())])
        }
    }
}

/// Something that an answer can cite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it is.
    pub url: String,
    /// What it is called.
    pub title: String,
    /// What the model reads of it.
    pub passage: String,
}
