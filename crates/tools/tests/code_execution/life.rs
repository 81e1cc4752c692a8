//! What is kept, for how long, and what happens without a sandbox.

use antiphon_interaction::{NoSettings, Tool as Declaration};
use antiphon_tools::{CodeExecutionSettings, OpenError, Setting, ToolKind};

use crate::harness::{Harness, Test, block_on, python};

pub fn tests() -> Vec<Test> {
    vec![
        ("an_ephemeral_conversation_leaves_nothing", || {
            block_on(an_ephemeral_conversation_leaves_nothing());
        }),
        ("a_forgotten_conversation_leaves_nothing", || {
            block_on(a_forgotten_conversation_leaves_nothing());
        }),
        ("without_a_sandbox_the_tool_is_refused", || {
            block_on(without_a_sandbox_the_tool_is_refused());
        }),
    ]
}

async fn an_ephemeral_conversation_leaves_nothing() {
    let harness = Harness::new(CodeExecutionSettings::default());
    let tool = harness.try_open("short", true).await.unwrap();
    python(&tool, "open('file', 'w')").await;
    assert!(harness.files("short").join("file").exists());
    drop(tool);
    // A test that hangs here says that the files stay.
    while harness.files("short").exists() {
        tokio::task::yield_now().await;
    }
}

async fn a_forgotten_conversation_leaves_nothing() {
    let harness = Harness::new(CodeExecutionSettings::default());
    let tool = harness.open("long").await;
    assert!(!harness.files("long").exists(), "made before it was needed");
    python(&tool, "open('file', 'w')").await;
    drop(tool);
    // Whatever the drop might have begun has had its time when another conversation's program has run.
    let other = harness.open("other").await;
    python(&other, "pass").await;
    assert!(harness.files("long").join("file").exists());
    harness.kind.forget("long".to_owned()).await;
    assert!(!harness.files("long").exists());
    harness.kind.forget("../environments".to_owned()).await;
    harness.kind.forget("never-was".to_owned()).await;
}

async fn without_a_sandbox_the_tool_is_refused() {
    let harness = Harness::with(CodeExecutionSettings::default(), |config| {
        config.helper = "/bin/true".into()
    });
    for _ in 0..2 {
        let refusal = harness.try_open("none", false).await.err().unwrap();
        assert!(matches!(&refusal, OpenError::Unavailable { path, .. } if path == "tools[0]"));
        let text = refusal.to_string();
        assert!(
            text.contains("code cannot be run here") && text.contains("/bin/true"),
            "{text}"
        );
    }
    let setting = Setting {
        project: String::new(),
        conversation: "no id".to_owned(),
        ephemeral: false,
        path: "tools[1]".to_owned(),
        deferred: std::sync::Arc::default(),
    };
    let opened = harness
        .kind
        .open(Declaration::CodeExecution(NoSettings {}), setting.clone())
        .await;
    assert!(matches!(opened.err().unwrap(), OpenError::Invalid { path, .. } if path == "tools[1]"));
    let opened = harness.kind.open(Declaration::Bash(NoSettings {}), setting).await;
    assert!(matches!(opened.err().unwrap(), OpenError::Invalid { .. }));
}
