use std::sync::Arc;
use std::time::Duration;

use antiphon_environments::{EnvironmentId, EnvironmentProvider, Error, Network, SandboxPolicy};
use antiphon_interaction::{CodeArguments, CodeExecutionCall, CodeExecutionResult, Content, Json, Step};
use antiphon_model_engine::FunctionDeclaration;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::json;

use super::images::{Found, Gallery};
use super::settings::{CodeExecutionSettings, CodeLanguage};
use super::{program, report};
use crate::{Call, Conduct, Outcome, Tool};

/// What a call may take beyond the program's own time: to wait for a sandbox's place, build it and read images.
const GRACE: Duration = Duration::from_secs(60);

/// The tool `code_execution` in one conversation.
pub struct CodeTool {
    settings: Arc<CodeExecutionSettings>,
    place: Arc<Place>,
    declaration: FunctionDeclaration,
}

/// Where the programs of one conversation run.
pub struct Place {
    provider: Arc<dyn EnvironmentProvider>,
    id: EnvironmentId,
    is_ephemeral: bool,
}

impl Place {
    /// The environment `id`, which is made when it is first needed. An ephemeral one goes with this value.
    pub fn new(provider: Arc<dyn EnvironmentProvider>, id: EnvironmentId, is_ephemeral: bool) -> Self {
        Self {
            provider,
            id,
            is_ephemeral,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.is_ephemeral {
            return;
        }
        // Without a runtime the program is ending; the provider's sweep finds what is left.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (provider, id) = (Arc::clone(&self.provider), self.id.clone());
            runtime.spawn(async move {
                if let Err(error) = provider.delete(id).await {
                    tracing::warn!(%error, "the files of an ended conversation may be left");
                }
            });
        }
    }
}

/// A call's arguments as a model writes them. Unknown ones are ignored: the model is told what counts.
#[derive(Deserialize)]
struct Arguments {
    code: Option<String>,
    language: Option<String>,
}

impl CodeTool {
    /// The tool as the model sees it.
    pub fn new(settings: Arc<CodeExecutionSettings>, place: Place) -> Self {
        let declaration = declaration(&settings);
        Self {
            settings,
            place: Arc::new(place),
            declaration,
        }
    }

    fn parse(&self, arguments: &Json) -> Result<(CodeLanguage, String), String> {
        let arguments: Arguments = serde_json::from_str(arguments.text())
            .map_err(|error| format!("the arguments do not fit `code` (a string) and `language`: {error}"))?;
        let code = arguments.code.ok_or("`code` is missing: give the program's text")?;
        let most = self.settings.code_bytes;
        if code.len() > most {
            return Err(format!(
                "`code` has {} bytes; {most} are the limit. Split the program, and pass data in files.",
                code.len()
            ));
        }
        let languages = &self.settings.languages;
        let found = match &arguments.language {
            None => languages.first().copied(),
            Some(name) => languages
                .iter()
                .copied()
                .find(|language| language.name().eq_ignore_ascii_case(name)),
        };
        let language = found.ok_or_else(|| format!("`language` must be one of: {}", names(languages).join(", ")))?;
        Ok((language, code))
    }
}

impl Tool for CodeTool {
    fn declaration(&self) -> &FunctionDeclaration {
        &self.declaration
    }

    fn conduct(&self) -> Conduct {
        Conduct {
            // A program that ran half may have changed files.
            idempotent: false,
            // An environment runs one program at a time.
            parallel: false,
            time_limit: self.settings.policy.wall_time + GRACE,
        }
    }

    fn call_step(&self, id: &str, arguments: &Json) -> Result<Step, String> {
        let (language, code) = self.parse(arguments)?;
        Ok(Step::CodeExecutionCall(CodeExecutionCall {
            id: id.to_owned(),
            arguments: Some(CodeArguments {
                code: Some(code),
                language: Some(language.name().to_owned()),
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
        result_step(call_id, &report::shorten(message, self.settings.step_bytes), true)
    }

    fn run(&self, call: Call) -> BoxFuture<'static, Outcome> {
        let parsed = self.parse(&call.arguments);
        let (settings, place) = (Arc::clone(&self.settings), Arc::clone(&self.place));
        Box::pin(async move {
            let ran = match parsed {
                Ok((language, code)) => run(&settings, &place, language, &code).await,
                Err(message) => return failed(&call.id, message),
            };
            match ran {
                Ok((outcome, found)) => finished(&settings, &call.id, &outcome, found),
                Err(error) => {
                    tracing::warn!(%error, environment = %place.id, "a program was not run");
                    failed(&call.id, format!("the program was not run: {error}"))
                }
            }
        })
    }
}

/// Runs a program and looks for the images that it left.
async fn run(
    settings: &CodeExecutionSettings,
    place: &Place,
    language: CodeLanguage,
    code: &str,
) -> Result<(antiphon_environments::Outcome, Found), Error> {
    let environment = place.provider.open(place.id.clone(), settings.policy.clone()).await?;
    let entries = settings.policy.disk_entries;
    let before = Gallery::of(&*environment, entries).await?;
    let outcome = environment.run(program::command(language, code)).await?;
    let after = Gallery::of(&*environment, entries).await?;
    let found = after.since(&before, &*environment, settings.images).await;
    Ok((outcome, found))
}

fn finished(
    settings: &CodeExecutionSettings,
    call_id: &str,
    outcome: &antiphon_environments::Outcome,
    found: Found,
) -> Outcome {
    let is_error = !outcome.ending.is_success();
    let kept = report::text(outcome, &settings.policy, settings.step_bytes);
    let mut read = report::text(outcome, &settings.policy, settings.model_bytes);
    if read.is_empty() {
        read.push_str("[The program ended well and printed nothing.]");
    }
    for note in &found.notes {
        report::push_line(&mut read, &format!("[{note}]"));
    }
    Outcome {
        shown: found.shown,
        is_error,
        ..Outcome::new(result_step(call_id, &kept, is_error), vec![Content::text(read)])
    }
}

fn failed(call_id: &str, message: String) -> Outcome {
    Outcome::failed(result_step(call_id, &message, true), message)
}

fn result_step(call_id: &str, result: &str, is_error: bool) -> Step {
    Step::CodeExecutionResult(CodeExecutionResult {
        call_id: call_id.to_owned(),
        result: Some(Json::from(json!(result))),
        is_error: Some(is_error),
        signature: None,
    })
}

fn declaration(settings: &CodeExecutionSettings) -> FunctionDeclaration {
    let names = names(&settings.languages);
    let default = names.first().copied().unwrap_or_default();
    FunctionDeclaration {
        name: "code_execution".to_owned(),
        description: Some(description(&settings.policy, &names)),
        parameters: Some(Json::from(json!({
            "type": "object",
            "properties": {
                "code": {"type": "string", "description": "The whole program. Print what you want to know."},
                "language": {
                    "type": "string",
                    "enum": names,
                    "description": format!("The program's language; {default} when it is left out."),
                },
            },
            "required": ["code"],
        }))),
    }
}

fn description(policy: &SandboxPolicy, names: &[&str]) -> String {
    let network = match &policy.network {
        Network::Off => "There is no network.".to_owned(),
        Network::Allow(domains) => format!(
            "The network reaches these domains only, by HTTPS through the proxy of the environment variables: {}. `pip install` \
             works where its index is among them.",
            domains.texts().join(", ")
        ),
    };
    format!(
        "Runs a program ({}) and returns what it printed to standard output and error. Use it to calculate, to work with data \
         and to draw. Every call starts a new process; files in the working directory stay for later calls. A program may \
         take {} seconds. {network} Images that it writes to the working directory, and figures of matplotlib, are shown to \
         the user.",
        names.join(" or "),
        policy.wall_time.as_secs_f64(),
    )
}

fn names(languages: &[CodeLanguage]) -> Vec<&'static str> {
    languages.iter().map(|language| language.name()).collect()
}
