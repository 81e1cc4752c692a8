use std::sync::Arc;
use std::time::Duration;

use antiphon_interaction::{
    Content, FunctionNameArguments, FunctionTool, Json, ServerToolResult, Step, Tool as ToolDeclaration, ToolSearchCall,
};
use antiphon_model_engine::FunctionDeclaration;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::json;

use super::index::Index;
use crate::{Call, Conduct, Outcome, Tool};

const NAME: &str = "tool_search";
/// How many functions a search by words reveals, and a call in all.
const MAX_FOUND: usize = 5;
const MAX_REVEALED: usize = 20;
/// How much the declaration says of the functions that can be found, in bytes.
const MAX_SUMMARY: usize = 8 * 1024;
const MAX_LINE: usize = 300;

/// The search that this server carries out.
pub(super) struct SearchTool {
    declaration: FunctionDeclaration,
    functions: Arc<Functions>,
}

/// What can be found.
struct Functions {
    deferred: Arc<[(FunctionDeclaration, Option<String>)]>,
    index: Index,
}

/// What the model asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    function_names: Vec<String>,
    #[serde(default)]
    query: String,
}

impl SearchTool {
    pub(super) fn new(deferred: Arc<[(FunctionDeclaration, Option<String>)]>) -> Self {
        let index = Index::new(deferred.iter().map(|(function, short)| {
            [
                function.name.as_str(),
                short.as_deref().unwrap_or_default(),
                function.description.as_deref().unwrap_or_default(),
            ]
        }));
        Self {
            declaration: declaration(&deferred),
            functions: Arc::new(Functions { deferred, index }),
        }
    }
}

fn declaration(deferred: &[(FunctionDeclaration, Option<String>)]) -> FunctionDeclaration {
    let mut description =
        "Loads more functions, so that you can call them. Give the names of those you need, or words that \
        say what you need."
            .to_owned();
    let mut listed = String::new();
    for (position, (function, short)) in deferred.iter().enumerate() {
        let about = short.as_ref().or(function.description.as_ref());
        let about = about.and_then(|text| text.lines().next()).unwrap_or_default();
        let line = format!(
            "\n- {}: {}",
            function.name,
            &about[..about.floor_char_boundary(MAX_LINE)]
        );
        if listed.len() + line.len() > MAX_SUMMARY {
            listed += &format!("\nand {} more, to be found by words", deferred.len() - position);
            break;
        }
        listed += &line;
    }
    description += " There are:";
    description += &listed;
    FunctionDeclaration {
        name: NAME.to_owned(),
        description: Some(description),
        parameters: Some(Json::from(json!({
            "type": "object",
            "properties": {
                "function_names": {
                    "type": "array",
                    "items": { "type": "string" },
                    "description": "The names of the functions to load.",
                },
                "query": { "type": "string", "description": "Words that say what the function should do." },
            },
        }))),
    }
}

impl Functions {
    /// The names that a call asks for or finds, known or not.
    fn names(&self, arguments: &Json) -> Result<Vec<String>, String> {
        let wanted: Wanted =
            serde_json::from_str(arguments.text()).map_err(|error| format!("the arguments do not fit: {error}"))?;
        if wanted.function_names.is_empty() && wanted.query.trim().is_empty() {
            return Err("say which functions: `function_names` or `query`".to_owned());
        }
        let mut names = wanted.function_names;
        let found = self.index.search(&wanted.query).into_iter().take(MAX_FOUND);
        names.extend(found.map(|position| self.deferred[position].0.name.clone()));
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        if names.len() > MAX_REVEALED {
            return Err(format!("at most {MAX_REVEALED} functions at once"));
        }
        Ok(names)
    }

    fn get(&self, name: &str) -> Option<&(FunctionDeclaration, Option<String>)> {
        self.deferred.iter().find(|(function, _)| function.name == name)
    }

    fn outcome(&self, call: &Call) -> Outcome {
        let names = self.names(&call.arguments).unwrap_or_default();
        let (found, unknown): (Vec<_>, Vec<_>) = names.iter().partition(|name| self.get(name).is_some());
        let found: Vec<_> = found.into_iter().filter_map(|name| self.get(name)).collect();
        let mut told = if found.is_empty() {
            "No function was found; try other words.".to_owned()
        } else {
            let names: Vec<&str> = found.iter().map(|(function, _)| function.name.as_str()).collect();
            format!("Loaded, and can be called now: {}.", names.join(", "))
        };
        if !unknown.is_empty() {
            let names: Vec<&str> = unknown.into_iter().map(String::as_str).collect();
            told += &format!(" There is no function called: {}.", names.join(", "));
        }
        let definitions: Vec<ToolDeclaration> = found.iter().map(|entry| definition(entry)).collect();
        let step = Step::ToolSearchResult(ServerToolResult {
            call_id: call.id.clone(),
            result: Some(serde_json::to_value(definitions).unwrap_or_default().into()),
            is_error: None,
            signature: None,
        });
        Outcome {
            revealed: found.into_iter().map(|(function, _)| function.clone()).collect(),
            ..Outcome::new(step, vec![Content::text(told)])
        }
    }
}

fn definition((function, short): &(FunctionDeclaration, Option<String>)) -> ToolDeclaration {
    ToolDeclaration::Function(FunctionTool {
        name: function.name.clone(),
        description: function.description.clone(),
        parameters: function.parameters.clone(),
        defer_loading: None,
        short_description: short.clone(),
    })
}

fn call_step(id: &str, function_names: Vec<String>) -> Step {
    Step::ToolSearchCall(ToolSearchCall {
        id: id.to_owned(),
        arguments: Some(FunctionNameArguments { function_names }),
        signature: None,
    })
}

impl Tool for SearchTool {
    fn declaration(&self) -> &FunctionDeclaration {
        &self.declaration
    }

    fn conduct(&self) -> Conduct {
        Conduct {
            idempotent: true,
            parallel: true,
            time_limit: Duration::from_secs(10),
        }
    }

    fn call_step(&self, id: &str, arguments: &Json) -> Result<Step, String> {
        Ok(call_step(id, self.functions.names(arguments)?))
    }

    fn refused_step(&self, id: &str) -> Step {
        call_step(id, Vec::new())
    }

    fn failed_step(&self, call_id: &str, _message: &str) -> Step {
        // The result is a list of functions: there is no place for a message.
        Step::ToolSearchResult(ServerToolResult {
            call_id: call_id.to_owned(),
            result: Some(json!([]).into()),
            is_error: Some(true),
            signature: None,
        })
    }

    fn run(&self, call: Call) -> BoxFuture<'static, Outcome> {
        let functions = Arc::clone(&self.functions);
        Box::pin(async move { functions.outcome(&call) })
    }
}
