//! The server-side tools of one turn.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use antiphon_interaction::{Content, FunctionTool, Tool as ToolDeclaration, nearest};
use antiphon_model_engine::FunctionDeclaration;
use antiphon_tools::{Call, OpenError, Outcome, Setting, Tool, Tools};
use tokio::sync::Mutex;

use crate::{Error, rules};

/// The server-side tools of one turn, by the name that the model knows.
#[derive(Default)]
pub(crate) struct ToolSet {
    tools: HashMap<String, Member>,
    /// The names of the tools of each declared type, and the functions that the declaration stands for.
    by_type: HashMap<String, Vec<String>>,
}

struct Member {
    tool: Arc<dyn Tool>,
    /// Held while it runs, when it runs one call at a time.
    turn: Arc<Mutex<()>>,
}

/// Tools opened for a request.
pub(crate) struct OpenedTools {
    pub(crate) set: ToolSet,
    /// All declarations for the model: the client's functions, what declarations stand for, the server's tools.
    pub(crate) functions: Vec<FunctionDeclaration>,
}

/// Opens the server-side tools that a request declares, beside the client's `functions`.
pub(crate) async fn open(
    tools: &Tools,
    declared: &[(usize, ToolDeclaration)],
    functions: Vec<FunctionDeclaration>,
    setting: &Setting,
) -> Result<OpenedTools, Error> {
    let mut opened = OpenedTools {
        set: ToolSet::default(),
        functions,
    };
    let mut names: HashSet<String> = opened.functions.iter().map(|function| function.name.clone()).collect();
    let deferred = setting.deferred.iter().map(|(function, _)| function.name.clone());
    names.extend(deferred);
    for (index, declaration) in declared {
        let path = format!("tools[{index}]");
        let type_name = declaration.type_name().into_owned();
        let Some(kind) = tools.kind(&type_name) else {
            return Err(Error::invalid(format!("{path}.type"), not_run(&type_name, tools)));
        };
        let setting = Setting {
            path: path.clone(),
            ..setting.clone()
        };
        let given = kind.open(declaration.clone(), setting).await?;
        let mut claim = |name: &str| {
            if names.insert(name.to_owned()) {
                Ok(())
            } else {
                Err(Error::invalid(
                    path.clone(),
                    format!(
                        "brings a function `{name}`, and there is another one of that name; rename or remove that one"
                    ),
                ))
            }
        };
        let of_type = opened.set.by_type.entry(type_name).or_default();
        for function in given.functions {
            let checked = FunctionTool {
                name: function.name.clone(),
                description: function.description.clone(),
                parameters: function.parameters.clone(),
                ..FunctionTool::default()
            };
            let function = rules::declaration(&path, &checked)?;
            claim(&function.name)?;
            of_type.push(function.name.clone());
            opened.functions.push(function);
        }
        for tool in given.tools {
            let declaration = tool.declaration().clone();
            claim(&declaration.name)?;
            of_type.push(declaration.name.clone());
            let member = Member {
                tool,
                turn: Arc::default(),
            };
            opened.set.tools.insert(declaration.name.clone(), member);
            opened.functions.push(declaration);
        }
    }
    Ok(opened)
}

impl OpenedTools {
    /// Declares functions that a search of the client's found, but for those whose name is taken.
    pub(crate) fn reveal(&mut self, found: Vec<FunctionDeclaration>) {
        for function in found {
            if !self.functions.iter().any(|known| known.name == function.name) {
                self.functions.push(function);
            }
        }
    }
}

impl ToolSet {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.tools.is_empty()
    }

    /// The tool that the model knows by this name.
    pub(crate) fn get(&self, name: &str) -> Option<Arc<dyn Tool>> {
        self.tools.get(name).map(|member| Arc::clone(&member.tool))
    }

    /// What a declared type stands for.
    pub(crate) fn names_of(&self, type_name: &str) -> Option<&[String]> {
        self.by_type.get(type_name).map(Vec::as_slice)
    }

    /// Carries out a call, within the tool's time and after those before it where it runs one at a time.
    pub(crate) fn run(
        &self,
        tool: Arc<dyn Tool>,
        call: Call,
    ) -> impl Future<Output = (String, Outcome)> + Send + 'static {
        let conduct = tool.conduct();
        let turn = self
            .tools
            .get(&tool.declaration().name)
            .map(|member| Arc::clone(&member.turn));
        async move {
            let id = call.id.clone();
            let _guard = match turn {
                Some(turn) if !conduct.parallel => Some(turn.lock_owned().await),
                _ => None,
            };
            let outcome = match tokio::time::timeout(conduct.time_limit, tool.run(call)).await {
                Ok(outcome) => outcome,
                Err(_) => {
                    let message = format!("stopped: it took longer than the {:?} it may take", conduct.time_limit);
                    Outcome::failed(tool.failed_step(&id, &message), message)
                }
            };
            (id, outcome)
        }
    }
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Invalid { path, message } => Self::Invalid { path, message },
            OpenError::Unusable { path, message } => Self::ToolUnusable { path, message },
            OpenError::Unavailable { path, message } => Self::ToolUnavailable { path, message },
        }
    }
}

/// What is said of a declaration whose `type` no kind takes.
fn not_run(type_name: &str, tools: &Tools) -> String {
    let known: Vec<_> = tools.type_names().collect();
    let runs = match known.as_slice() {
        [] => "no tools".to_owned(),
        known => known.join(", "),
    };
    if type_name.is_empty() {
        return format!("is missing; it says what the tool is: `function`, or what this server runs, {runs}");
    }
    let shown: String = type_name.chars().take(60).collect();
    match nearest(type_name, known.into_iter().chain(["function"])) {
        Some(near) => format!("this server does not run `{shown}`, did you mean `{near}`? It runs {runs}"),
        None => {
            format!("this server does not run `{shown}`; it runs {runs}; declare a `function` and run it in the client")
        }
    }
}

/// What a model that takes only text (or no images) reads in place of media.
pub(crate) fn without_media(content: Vec<Content>, takes_images: bool) -> Vec<Content> {
    content
        .into_iter()
        .map(|block| match block {
            Content::Text(_) => block,
            Content::Image(_) if takes_images => block,
            Content::Image(_) | Content::Audio(_) | Content::Document(_) | Content::Video(_) | Content::Unknown(_) => {
                Content::text(format!("[{}]", block.type_name()))
            }
        })
        .collect()
}
