use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use antiphon_interaction::{
    CodeArguments, CodeExecutionCall, CodeExecutionResult, Content, Json, Step, Tool as ToolDeclaration,
};
use antiphon_model_engine::FunctionDeclaration;
use antiphon_tools::{Call, Conduct, OpenError, Opened, Outcome, Setting, Tool, ToolKind};
use futures::future::BoxFuture;
use serde_json::Value;

use crate::scripted::locked;

type Body = Arc<dyn Fn(Call) -> BoxFuture<'static, Outcome> + Send + Sync>;

/// A server-side tool without a sandbox: it stands where `code_execution` is declared, takes `{"code": "…"}`, and does what the test
/// says. Clones are the same tool.
#[derive(Clone)]
pub struct ScriptedTool {
    conduct: Conduct,
    body: Body,
    declaration: Arc<FunctionDeclaration>,
    begun: Arc<AtomicUsize>,
    forgotten: Arc<Mutex<Vec<String>>>,
}

impl ScriptedTool {
    /// A tool whose calls run `body`.
    pub fn new<F>(body: impl Fn(Call) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let declaration = FunctionDeclaration {
            name: "code_execution".to_owned(),
            description: Some("Runs code.".to_owned()),
            parameters: Json::parse(
                r#"{"type":"object","properties":{"code":{"type":"string"}},"required":["code"]}"#.to_owned(),
            )
            .ok(),
        };
        Self {
            conduct: Conduct {
                idempotent: false,
                parallel: true,
                time_limit: Duration::from_secs(30),
            },
            body: Arc::new(move |call| Box::pin(body(call))),
            declaration: Arc::new(declaration),
            begun: Arc::default(),
            forgotten: Arc::default(),
        }
    }

    /// The same tool, run otherwise.
    #[must_use]
    pub fn conduct(mut self, conduct: Conduct) -> Self {
        self.conduct = conduct;
        self
    }

    /// How many calls have begun.
    pub fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    /// The conversations that it was told to forget, in that order.
    pub fn forgotten(&self) -> Vec<String> {
        locked(&self.forgotten).clone()
    }

    /// An outcome that prints `text`.
    pub fn prints(call: &Call, text: &str) -> Outcome {
        let step = CodeExecutionResult {
            call_id: call.id.clone(),
            result: Some(Json::from(Value::from(text))),
            ..CodeExecutionResult::default()
        };
        Outcome::new(Step::CodeExecutionResult(step), vec![Content::text(text)])
    }

    /// The code that a call carries.
    pub fn code(call: &Call) -> Option<String> {
        let arguments: Value = serde_json::from_str(call.arguments.text()).ok()?;
        Some(arguments.get("code")?.as_str()?.to_owned())
    }
}

impl Tool for ScriptedTool {
    fn declaration(&self) -> &FunctionDeclaration {
        &self.declaration
    }

    fn conduct(&self) -> Conduct {
        self.conduct
    }

    fn call_step(&self, id: &str, arguments: &Json) -> Result<Step, String> {
        let call = Call {
            id: id.to_owned(),
            arguments: arguments.clone(),
        };
        let code = Self::code(&call).ok_or("`code` is missing: a string")?;
        Ok(Step::CodeExecutionCall(CodeExecutionCall {
            id: call.id,
            arguments: Some(CodeArguments {
                code: Some(code),
                language: Some("python".to_owned()),
            }),
            signature: None,
        }))
    }

    fn refused_step(&self, id: &str) -> Step {
        Step::CodeExecutionCall(CodeExecutionCall {
            id: id.to_owned(),
            ..CodeExecutionCall::default()
        })
    }

    fn failed_step(&self, call_id: &str, message: &str) -> Step {
        Step::CodeExecutionResult(CodeExecutionResult {
            call_id: call_id.to_owned(),
            result: Some(Json::from(Value::from(message))),
            is_error: Some(true),
            signature: None,
        })
    }

    fn run(&self, call: Call) -> BoxFuture<'static, Outcome> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        (self.body)(call)
    }
}

impl ToolKind for ScriptedTool {
    fn type_name(&self) -> &'static str {
        "code_execution"
    }

    fn open(&self, _declaration: ToolDeclaration, _setting: Setting) -> BoxFuture<'static, Result<Opened, OpenError>> {
        let opened = Opened {
            tools: vec![Arc::new(self.clone())],
            functions: Vec::new(),
        };
        Box::pin(std::future::ready(Ok(opened)))
    }

    fn forget(&self, conversation: String) -> BoxFuture<'static, ()> {
        locked(&self.forgotten).push(conversation);
        Box::pin(std::future::ready(()))
    }
}
