use std::{sync::Arc, time::Duration};

use antiphon_interaction::{
    Content, Json, QueriesCall, QueryArguments, SearchType, ServerToolResult, Step, Tool as ToolDeclaration,
};
use antiphon_model_engine::FunctionDeclaration;
use futures::future::BoxFuture;
use serde_json::json;

use super::{
    SearchBackend, SearchKind,
    arguments::{self, MAX_QUERIES, MAX_QUERY_CHARACTERS},
    search::{Found, search},
    suggestions,
};
use crate::{Call, Conduct, OpenError, Opened, Outcome, Setting, Source, Tool, ToolKind};

/// The type of its declarations, its function's name, and what it counts as in the usage.
const NAME: &str = "google_search";

/// The kind `google_search`, over the backends that the operator configured. Cheap to clone.
#[derive(Clone)]
pub struct GoogleSearch {
    backends: Arc<[Arc<dyn SearchBackend>]>,
    options: Options,
}

/// The bounds of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The most sources that a call gives the model.
    pub max_sources: usize,
    /// How long a call may take.
    pub time_limit: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_sources: 8,
            time_limit: Duration::from_secs(30),
        }
    }
}

impl GoogleSearch {
    /// Searches all of `backends` at once. With none, each declaration is refused with the way to configure one.
    pub fn new(backends: impl IntoIterator<Item = Arc<dyn SearchBackend>>, options: Options) -> Self {
        Self {
            backends: backends.into_iter().collect(),
            options,
        }
    }

    fn make(&self, declaration: ToolDeclaration, path: &str) -> Result<SearchTool, OpenError> {
        let invalid = |field: &str, message: String| OpenError::Invalid {
            path: format!("{path}.{field}"),
            message,
        };
        let ToolDeclaration::GoogleSearch(declared) = declaration else {
            return Err(invalid("type", format!("this is no `{NAME}` declaration")));
        };
        if self.backends.is_empty() {
            return Err(invalid(
                "type",
                "this server has nothing to search: start it with `--search-documents DIR` or `--search-searxng URL`, or \
                 configure a backend under `[search]` in antiphon.toml or with ANTIPHON_SEARCH_*"
                    .to_owned(),
            ));
        }
        let mut kinds = Vec::new();
        for (index, search_type) in declared.search_types.unwrap_or_default().iter().enumerate() {
            let field = format!("search_types[{index}]");
            let kind = match search_type {
                SearchType::Web => SearchKind::Web,
                SearchType::EnterpriseWeb => {
                    return Err(invalid(
                        &field,
                        "`enterprise_web_search` is not what this server searches; use web_search".to_owned(),
                    ));
                }
                SearchType::Image => SearchKind::Image,
                SearchType::Unknown(name) => {
                    return Err(invalid(
                        &field,
                        format!("`{name}` is unknown: use web_search or image_search"),
                    ));
                }
            };
            if !self.backends.iter().any(|backend| backend.finds(kind)) {
                return Err(invalid(
                    &field,
                    format!(
                        "`{}` is more than this server's search can do; SearXNG can search images (`--search-searxng URL`)",
                        search_type.as_str()
                    ),
                ));
            }
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        if kinds.is_empty() {
            kinds.push(SearchKind::Web);
        }
        Ok(SearchTool {
            declaration: function(),
            backends: Arc::clone(&self.backends),
            kinds: kinds.into(),
            options: self.options,
        })
    }
}

impl ToolKind for GoogleSearch {
    fn type_name(&self) -> &'static str {
        NAME
    }

    fn is_set_up(&self) -> bool {
        !self.backends.is_empty()
    }

    fn open(&self, declaration: ToolDeclaration, setting: Setting) -> BoxFuture<'static, Result<Opened, OpenError>> {
        let made = self.make(declaration, &setting.path);
        Box::pin(async move {
            Ok(Opened {
                tools: vec![Arc::new(made?)],
                functions: Vec::new(),
            })
        })
    }

    fn forget(&self, _conversation: String) -> BoxFuture<'static, ()> {
        // Nothing is kept between calls.
        Box::pin(std::future::ready(()))
    }
}

fn function() -> FunctionDeclaration {
    FunctionDeclaration {
        name: NAME.to_owned(),
        description: Some(
            "Searches for what you do not know for certain: recent events, facts to check, this server's documents. \
             Gives numbered sources with the passages that match."
                .to_owned(),
        ),
        parameters: Some(Json::from(json!({
            "type": "object",
            "properties": {
                "queries": {
                    "type": "array",
                    "items": {"type": "string"},
                    "minItems": 1,
                    "maxItems": MAX_QUERIES,
                    "description": format!(
                        "What to search for, one query for each thing you want to know, each at most {MAX_QUERY_CHARACTERS} characters."
                    ),
                },
            },
            "required": ["queries"],
        }))),
    }
}

struct SearchTool {
    declaration: FunctionDeclaration,
    backends: Arc<[Arc<dyn SearchBackend>]>,
    kinds: Arc<[SearchKind]>,
    options: Options,
}

impl Tool for SearchTool {
    fn declaration(&self) -> &FunctionDeclaration {
        &self.declaration
    }

    fn conduct(&self) -> Conduct {
        Conduct {
            idempotent: true,
            parallel: true,
            time_limit: self.options.time_limit,
        }
    }

    fn call_step(&self, id: &str, arguments: &Json) -> Result<Step, String> {
        let queries = arguments::queries(arguments)?;
        Ok(call_step(id, Some(QueryArguments { queries })))
    }

    fn refused_step(&self, id: &str) -> Step {
        call_step(id, None)
    }

    fn failed_step(&self, call_id: &str, _message: &str) -> Step {
        failed_step(call_id)
    }

    fn run(&self, call: Call) -> BoxFuture<'static, Outcome> {
        let (backends, kinds) = (Arc::clone(&self.backends), Arc::clone(&self.kinds));
        let limit = self.options.max_sources;
        Box::pin(async move {
            let queries = match arguments::queries(&call.arguments) {
                Ok(queries) => queries,
                Err(message) => return failed(&call.id, message),
            };
            let found = search(&backends, &kinds, &queries, limit).await;
            if found.answered == 0 {
                return failed(&call.id, found.failures.join("\n"));
            }
            answer(&call.id, &queries, found)
        })
    }
}

fn answer(call_id: &str, queries: &[String], found: Found) -> Outcome {
    let step = Step::GoogleSearchResult(ServerToolResult {
        call_id: call_id.to_owned(),
        result: Some(Json::from(json!([
            {"search_suggestions": suggestions::html(queries, &found.hits)}
        ]))),
        is_error: None,
        signature: None,
    });
    let mut lines = vec![if found.hits.is_empty() {
        "Nothing was found. Try other or fewer words, or say that you could not find it.".to_owned()
    } else {
        match found.hits.len() {
            1 => "1 source was found.".to_owned(),
            count => format!("{count} sources were found."),
        }
    }];
    lines.extend(found.failures);
    Outcome {
        sources: found
            .hits
            .into_iter()
            .map(|hit| -> Source { hit.into_source() })
            .collect(),
        grounding: Some((NAME, found.answered as u64)),
        ..Outcome::new(step, vec![Content::text(lines.join("\n"))])
    }
}

fn failed(call_id: &str, message: String) -> Outcome {
    Outcome::failed(failed_step(call_id), message)
}

fn call_step(id: &str, arguments: Option<QueryArguments>) -> Step {
    Step::GoogleSearchCall(QueriesCall {
        id: id.to_owned(),
        arguments,
        signature: None,
    })
}

/// A failed search shows nothing but that it failed: the result's only field is for suggestions.
fn failed_step(call_id: &str) -> Step {
    Step::GoogleSearchResult(ServerToolResult {
        call_id: call_id.to_owned(),
        result: Some(Json::from(json!([]))),
        is_error: Some(true),
        signature: None,
    })
}
