//! What is done for a call before it gets a place: template, tokens, grammar. Runs on a blocking thread.

use std::borrow::Cow;

use antiphon_interaction::ThinkingLevel;
use antiphon_model_engine::{Error, FunctionDeclaration, Message, ModelRequest, OutputFormat, ToolSelection};
use llama_cpp_2::token::LlamaToken;
use serde_json::json;

use crate::constraint::{Constraint, Demand};
use crate::dialect::Functions;
use crate::model::Model;
use crate::output::Output;
use crate::prompt::{Options, Style, conversation};
use crate::sampler::Sampler;

/// A call that can start as soon as there is a place.
pub(crate) struct Prepared {
    pub prompt: Vec<LlamaToken>,
    pub sampler: Sampler,
    pub output: Output,
    pub constraint: Option<Constraint>,
    pub max_output_tokens: u64,
}

/// Prepares `request`; `seed` is used where it has none.
pub(crate) fn prepare(model: &Model, request: &ModelRequest, seed: u64) -> Result<Prepared, Error> {
    let allowed = allowed(request);
    let (request, unfinished) = split_unfinished(request);
    let request = request.as_ref();
    let options = options(request.thinking_level.as_ref());
    let limit = model.input_limit();
    let mut written = write(model, request, &allowed, &options, unfinished.as_deref(), true)?;
    if written.prompt.len() as u64 > limit && request.output_format != OutputFormat::Text {
        // The answer fits its schema also where the model cannot be shown it.
        written = write(model, request, &allowed, &options, unfinished.as_deref(), false)?;
    }
    let Written { prompt, open_thought } = written;
    if prompt.len() as u64 > limit {
        return Err(Error::PromptTooLong {
            model: model.name.clone(),
            prompt_tokens: prompt.len() as u64,
            limit,
        });
    }
    if prompt.is_empty() {
        return Err(Error::Internal {
            message: format!("the chat template of `{}` made an empty prompt", model.name),
            source: None,
        });
    }
    let functions = Functions::new(
        allowed
            .iter()
            .map(|function| {
                let parameters = function.parameters.as_ref().map(antiphon_interaction::Json::value);
                (
                    function.name.clone(),
                    parameters.unwrap_or_else(|| json!({"type": "object", "properties": {}})),
                )
            })
            .collect(),
    );
    let demand = Demand {
        format: &request.output_format,
        selection: &request.tool_selection,
        functions: &functions,
        open_thought,
        may_think: options.enable_thinking != Some(false) && unfinished.is_none(),
    };
    let constraint = Constraint::new(model, &demand)?;
    let reader = model.family.reader(model.think, open_thought, &functions);
    let output = Output::new(reader, functions, &request.sampling.stop_sequences);
    Ok(Prepared {
        prompt,
        sampler: Sampler::new(&request.sampling, model.defaults, seed),
        output,
        constraint,
        max_output_tokens: request.sampling.max_output_tokens.unwrap_or(u64::MAX),
    })
}

/// A conversation as the model reads it.
struct Written {
    prompt: Vec<LlamaToken>,
    /// Whether the prompt ends inside the reasoning.
    open_thought: bool,
}

/// Writes `request` by the model's template, and behind it the answer that it goes on with.
fn write(
    model: &Model,
    request: &ModelRequest,
    allowed: &[&FunctionDeclaration],
    options: &Options,
    unfinished: Option<&str>,
    shows_form: bool,
) -> Result<Written, Error> {
    let style = Style {
        family: model.family,
        abilities: model.abilities,
        native_tools: model.native_tools,
        guard: &model.guard,
        shows_form,
    };
    let conversation = conversation(request, allowed, &style)?;
    let mut rendered = model
        .template
        .render(&conversation.messages, conversation.tools.as_deref(), options)
        .map_err(|error| Error::Unsupported {
            message: format!(
                "the chat template of `{}` refuses this conversation: {error}",
                model.name
            ),
        })?;
    let mut open_thought = model
        .think
        .is_some_and(|marks| rendered.trim_end().ends_with(marks.open));
    if let Some(text) = unfinished {
        if let (true, Some(marks)) = (open_thought, model.think) {
            rendered.push_str(marks.close);
            open_thought = false;
        }
        rendered.push_str(&model.guard.text(text));
    }
    Ok(Written {
        prompt: model.tokenize(&rendered),
        open_thought,
    })
}

/// The request up to the answer that it goes on with, and that answer's text.
fn split_unfinished(request: &ModelRequest) -> (Cow<'_, ModelRequest>, Option<String>) {
    let Some((Message::Assistant { content, .. }, earlier)) = request.messages.split_last() else {
        return (Cow::Borrowed(request), None);
    };
    let text = content
        .iter()
        .filter_map(antiphon_interaction::Content::as_text)
        .collect();
    let request = ModelRequest {
        messages: earlier.to_vec(),
        ..request.clone()
    };
    (Cow::Owned(request), Some(text))
}

/// The functions that may be called; the model is told of no others.
fn allowed(request: &ModelRequest) -> Vec<&FunctionDeclaration> {
    let named = |names: &Option<Vec<String>>| {
        let chosen =
            |function: &&FunctionDeclaration| names.as_ref().is_none_or(|names| names.contains(&function.name));
        request.functions.iter().filter(chosen).collect()
    };
    match &request.tool_selection {
        ToolSelection::None => Vec::new(),
        ToolSelection::Auto => request.functions.iter().collect(),
        ToolSelection::Any(names) | ToolSelection::Validated(names) => named(names),
    }
}

fn options(level: Option<&ThinkingLevel>) -> Options {
    let Some(level) = level else { return Options::default() };
    let effort = match level {
        ThinkingLevel::Minimal | ThinkingLevel::Low => "low",
        ThinkingLevel::Medium | ThinkingLevel::Unknown(_) => "medium",
        ThinkingLevel::High | ThinkingLevel::Xhigh => "high",
    };
    Options {
        enable_thinking: Some(level != &ThinkingLevel::Minimal),
        reasoning_effort: Some(effort),
    }
}
