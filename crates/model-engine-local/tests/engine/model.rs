use std::path::PathBuf;
use std::sync::Arc;

use antiphon_interaction::{Content, Json};
use antiphon_model_engine::{
    Error, Finish, FunctionDeclaration, Message, ModelEngine, ModelEvent, ModelRequest, ModelStream, OutputFormat,
    Sampling, ToolCall, ToolSelection,
};
use antiphon_model_engine_local::random_weights::RandomModel;
use antiphon_model_engine_local::{Config, LocalEngine};
use futures::StreamExt;
use tempfile::TempDir;

/// A loaded model and the folder of its file.
pub struct Loaded {
    pub engine: LocalEngine,
    _folder: TempDir,
}

/// Writes a model file.
pub fn file(model: &RandomModel) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("tiny.gguf");
    model.write(&path).unwrap();
    (folder, path)
}

/// Loads a model, its configuration changed by `configure`.
pub fn load_with(model: &RandomModel, configure: impl FnOnce(&mut Config)) -> Loaded {
    let (folder, path) = file(model);
    let mut config = Config::new(path);
    config.threads = Some(std::num::NonZeroU32::MIN);
    configure(&mut config);
    let now = Arc::new(|| jiff::Timestamp::from_second(1_767_225_600).unwrap());
    Loaded {
        engine: LocalEngine::load(&config, now).unwrap(),
        _folder: folder,
    }
}

/// Loads a model.
pub fn load(model: &RandomModel) -> Loaded {
    load_with(model, |_| {})
}

/// A request with one user message, greedy, of at most 24 tokens.
pub fn ask(text: &str) -> ModelRequest {
    ModelRequest {
        model: "tiny".to_owned(),
        system_instruction: None,
        messages: vec![user(text)],
        functions: Vec::new(),
        tool_selection: ToolSelection::Auto,
        output_format: OutputFormat::Text,
        sampling: Sampling {
            temperature: Some(0.0),
            max_output_tokens: Some(24),
            ..Sampling::default()
        },
        thinking_level: None,
    }
}

pub fn user(text: &str) -> Message {
    Message::User(vec![Content::text(text)])
}

pub fn assistant(text: &str) -> Message {
    Message::Assistant {
        reasoning: None,
        content: vec![Content::text(text)],
        tool_calls: Vec::new(),
    }
}

pub fn function(name: &str, parameters: serde_json::Value) -> FunctionDeclaration {
    FunctionDeclaration {
        name: name.to_owned(),
        description: Some(format!("does {name}")),
        parameters: Some(Json::from(parameters)),
    }
}

/// What a call said.
#[derive(Debug, Default, PartialEq)]
pub struct Answer {
    pub text: String,
    pub thoughts: String,
    pub calls: Vec<ToolCall>,
    pub finish: Option<Finish>,
}

impl Answer {
    pub fn finish(&self) -> &Finish {
        self.finish.as_ref().unwrap()
    }
}

/// Folds a stream, checking the order of its events.
pub async fn fold(mut stream: ModelStream) -> Result<Answer, Error> {
    let mut answer = Answer::default();
    match stream.next().await {
        Some(Ok(ModelEvent::Started)) => {}
        Some(Err(error)) => return Err(error),
        other => panic!("the first event is {other:?}"),
    }
    while let Some(event) = stream.next().await {
        assert!(answer.finish.is_none(), "something follows the end");
        match event? {
            ModelEvent::Started => panic!("started twice"),
            ModelEvent::Thought(text) => answer.thoughts.push_str(&text),
            ModelEvent::Text(text) => {
                assert!(!text.is_empty());
                answer.text.push_str(&text);
            }
            ModelEvent::ToolCall(call) => answer.calls.push(call),
            ModelEvent::Finished(finish) => answer.finish = Some(finish),
        }
    }
    assert!(answer.finish.is_some(), "the stream broke off");
    Ok(answer)
}

impl Loaded {
    pub async fn answer(&self, request: ModelRequest) -> Answer {
        fold(self.engine.generate(request)).await.unwrap()
    }

    pub async fn refusal(&self, request: ModelRequest) -> Error {
        fold(self.engine.generate(request)).await.unwrap_err()
    }
}
