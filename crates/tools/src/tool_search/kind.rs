use std::sync::Arc;

use antiphon_interaction::{Tool as ToolDeclaration, ToolSearchExecution, ToolSearchTool};
use antiphon_model_engine::FunctionDeclaration;
use futures::future::BoxFuture;

use super::tool::SearchTool;
use crate::{OpenError, Opened, Setting, ToolKind};

/// The kind `tool_search`: by this server among the deferred functions, or a function of the client's.
#[derive(Debug, Clone, Copy, Default)]
pub struct ToolSearch;

impl ToolKind for ToolSearch {
    fn type_name(&self) -> &'static str {
        "tool_search"
    }

    fn open(&self, declaration: ToolDeclaration, setting: Setting) -> BoxFuture<'static, Result<Opened, OpenError>> {
        Box::pin(std::future::ready(open(declaration, setting)))
    }

    fn forget(&self, _conversation: String) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

fn open(declaration: ToolDeclaration, setting: Setting) -> Result<Opened, OpenError> {
    let path = setting.path;
    let at = |field: &str, message: String| OpenError::Invalid {
        path: format!("{path}.{field}"),
        message,
    };
    let ToolDeclaration::ToolSearch(declaration) = declaration else {
        return Err(at("type", "not a `tool_search`".to_owned()));
    };
    let ToolSearchTool {
        execution,
        name,
        description,
        parameters,
    } = declaration;
    match execution.unwrap_or(ToolSearchExecution::Server) {
        ToolSearchExecution::Server => {
            let given = [
                ("name", name.is_some()),
                ("description", description.is_some()),
                ("parameters", parameters.is_some()),
            ];
            if let Some((field, _)) = given.iter().find(|(_, given)| *given) {
                return Err(at(field, "belongs to `\"execution\": \"client\"` only".to_owned()));
            }
            // With nothing to find there is nothing to declare.
            let tool = (!setting.deferred.is_empty()).then(|| Arc::new(SearchTool::new(setting.deferred)) as _);
            Ok(Opened {
                tools: tool.into_iter().collect(),
                functions: Vec::new(),
            })
        }
        ToolSearchExecution::Client => {
            let missing = |field: &str| {
                at(
                    field,
                    "missing: the client's search is a function of its own".to_owned(),
                )
            };
            Ok(Opened {
                tools: Vec::new(),
                functions: vec![FunctionDeclaration {
                    name: name.filter(|name| !name.is_empty()).ok_or_else(|| missing("name"))?,
                    description: Some(description.ok_or_else(|| missing("description"))?),
                    parameters: Some(parameters.ok_or_else(|| missing("parameters"))?),
                }],
            })
        }
        ToolSearchExecution::Unknown(other) => {
            Err(at("execution", format!("`{other}` is neither `server` nor `client`")))
        }
    }
}
