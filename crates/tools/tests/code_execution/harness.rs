//! A conversation with the tool, and what it says.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use antiphon_environments::{NativeConfig, NativeProvider, Tier};
use antiphon_interaction::{Content, ImageContent, Json, NoSettings, Step, Tool as Declaration};
use antiphon_tools::{Call, CodeExecution, CodeExecutionSettings, OpenError, Outcome, Setting, Tool, ToolKind};
use serde_json::json;
use tempfile::TempDir;

pub type Test = (&'static str, fn());

static PROVIDERS: AtomicU32 = AtomicU32::new(0);

/// Whether the machine allows namespaces, found out without the code under test.
pub fn is_possible() -> bool {
    std::process::Command::new("unshare")
        .args(["--user", "--mount", "--pid", "--net", "--fork", "--mount-proc", "true"])
        .stderr(std::process::Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a test's future.
pub fn block_on(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

pub struct Harness {
    pub kind: CodeExecution,
    folder: TempDir,
}

impl Harness {
    pub fn new(settings: CodeExecutionSettings) -> Self {
        Self::with(settings, |_| {})
    }

    pub fn with(settings: CodeExecutionSettings, change: impl FnOnce(&mut NativeConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The second tier needs a way through.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
        // Tests that run at the same time must not share user ids: the second tier kills by them.
        let number = PROVIDERS.fetch_add(1, Ordering::Relaxed);
        let first = 200_000_000 + (std::process::id() % 10_000 * 1_000 + number) * 10;
        let mut config = NativeConfig {
            user_ids: first..=first + 9,
            tiers: vec![Tier::Namespaces],
            ..NativeConfig::in_directory(folder.path().join("environments"))
        };
        change(&mut config);
        let provider = NativeProvider::new(config).unwrap();
        Self {
            kind: CodeExecution::new(Arc::new(provider), settings),
            folder,
        }
    }

    pub async fn open(&self, conversation: &str) -> Arc<dyn Tool> {
        self.try_open(conversation, false).await.unwrap()
    }

    pub async fn try_open(&self, conversation: &str, ephemeral: bool) -> Result<Arc<dyn Tool>, OpenError> {
        let setting = Setting {
            project: "project".to_owned(),
            conversation: conversation.to_owned(),
            ephemeral,
            path: "tools[0]".to_owned(),
            deferred: Arc::default(),
        };
        let declaration = Declaration::CodeExecution(NoSettings {});
        let opened = self.kind.open(declaration, setting).await?;
        assert!(opened.functions.is_empty());
        let [tool] = <[_; 1]>::try_from(opened.tools).map_err(|_| "one tool").unwrap();
        Ok(tool)
    }

    /// Where a conversation's files lie.
    pub fn files(&self, conversation: &str) -> PathBuf {
        self.folder.path().join("environments").join(conversation)
    }
}

pub async fn python(tool: &Arc<dyn Tool>, code: &str) -> Outcome {
    run(tool, json!({"code": code})).await
}

pub async fn run(tool: &Arc<dyn Tool>, arguments: serde_json::Value) -> Outcome {
    let arguments = Json::from(arguments);
    tool.call_step("call-1", &arguments).unwrap();
    let call = Call {
        id: "call-1".to_owned(),
        arguments,
    };
    let outcome = tool.run(call).await;
    let Step::CodeExecutionResult(step) = &outcome.step else {
        panic!("{outcome:?}")
    };
    assert_eq!(step.call_id, "call-1");
    assert_eq!(step.is_error, Some(outcome.is_error));
    outcome
}

/// The result as the step has it.
pub fn kept(outcome: &Outcome) -> String {
    let Step::CodeExecutionResult(step) = &outcome.step else {
        panic!("{outcome:?}")
    };
    step.result.as_ref().unwrap().value().as_str().unwrap().to_owned()
}

/// The result as the model reads it.
pub fn read(outcome: &Outcome) -> &str {
    let [content] = outcome.content.as_slice() else {
        panic!("{outcome:?}")
    };
    content.as_text().unwrap()
}

/// The kind and base64 text of every image shown.
pub fn shown(outcome: &Outcome) -> Vec<(&str, &str)> {
    let image = |content| match content {
        &Content::Image(ImageContent {
            ref mime_type,
            ref data,
            ..
        }) => (mime_type.as_deref().unwrap(), data.as_deref().unwrap()),
        other => panic!("{other:?}"),
    };
    outcome.shown.iter().map(image).collect()
}
