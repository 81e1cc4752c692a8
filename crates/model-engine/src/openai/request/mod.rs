//! Writes a [`ModelRequest`] as the body of `POST /chat/completions`.

mod media;
mod message;
mod strict;

use antiphon_interaction::Json;
use serde::Serialize;
use serde::ser::SerializeMap as _;

use super::{Config, TokenLimitField};
use crate::{Error, FunctionDeclaration, ModelRequest, OutputFormat, Sampling, ToolSelection};

/// The body, or why the server or the model cannot be asked this.
pub(super) fn write(request: &ModelRequest, config: &Config, effort: Option<&str>) -> Result<Vec<u8>, Error> {
    let ModelRequest {
        model,
        system_instruction,
        messages,
        functions,
        tool_selection,
        output_format,
        sampling,
        thinking_level: _,
    } = request;
    let Sampling {
        temperature,
        top_p,
        seed,
        stop_sequences,
        max_output_tokens,
    } = sampling;
    let media = media::Media {
        model,
        images: config.takes_images(model),
        audio: config.takes_audio(model),
    };
    let tools = tools(functions, tool_selection);
    let must_call = matches!(tool_selection, ToolSelection::Any(_));
    if must_call && tools.is_empty() {
        let message =
            "a function call is asked for and none of the declared functions is allowed: allow one in `tool_choice`";
        return Err(Error::Unsupported {
            message: message.to_owned(),
        });
    }
    let (max_tokens, max_completion_tokens) = match config.token_limit_field {
        TokenLimitField::MaxTokens => (*max_output_tokens, None),
        TokenLimitField::MaxCompletionTokens => (None, *max_output_tokens),
    };
    let body = Body {
        model,
        messages: message::write(system_instruction.as_deref(), messages, &media)?,
        tools,
        tool_choice: must_call.then_some("required"),
        response_format: response_format(output_format),
        temperature: *temperature,
        top_p: *top_p,
        seed: *seed,
        stop: stop_sequences,
        max_tokens,
        max_completion_tokens,
        reasoning_effort: effort,
        stream: true,
        stream_options: StreamOptions { include_usage: true },
    };
    serde_json::to_vec(&body).map_err(|source| Error::Internal {
        message: "the request for the upstream could not be written".to_owned(),
        source: Some(Box::new(source)),
    })
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<message::WireMessage<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'a str>,
    stream: bool,
    stream_options: StreamOptions,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
#[serde(tag = "type", content = "function", rename_all = "snake_case")]
enum Tool<'a> {
    Function(Function<'a>),
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    parameters: Parameters<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

/// A function's schema; servers want one even of a function that takes nothing.
enum Parameters<'a> {
    Schema(&'a Json),
    Nothing,
}

impl Serialize for Parameters<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Schema(schema) => schema.serialize(serializer),
            Self::Nothing => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("type", "object")?;
                map.serialize_entry("properties", &serde_json::Map::new())?;
                map.end()
            }
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ResponseFormat<'a> {
    JsonObject,
    JsonSchema { json_schema: NamedSchema<'a> },
}

#[derive(Serialize)]
struct NamedSchema<'a> {
    name: &'static str,
    schema: &'a Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

fn tools<'a>(functions: &'a [FunctionDeclaration], selection: &ToolSelection) -> Vec<Tool<'a>> {
    let (allowed, validated) = match selection {
        ToolSelection::None => return Vec::new(),
        ToolSelection::Auto => (None, false),
        ToolSelection::Any(allowed) => (allowed.as_deref(), false),
        ToolSelection::Validated(allowed) => (allowed.as_deref(), true),
    };
    let sent = functions
        .iter()
        .filter(|function| allowed.is_none_or(|names| names.contains(&function.name)));
    sent.map(|function| {
        let FunctionDeclaration {
            name,
            description,
            parameters,
        } = function;
        let strict = validated && parameters.as_ref().is_some_and(strict::allows);
        Tool::Function(Function {
            name,
            description: description.as_deref(),
            parameters: parameters.as_ref().map_or(Parameters::Nothing, Parameters::Schema),
            strict: strict.then_some(true),
        })
    })
    .collect()
}

fn response_format(format: &OutputFormat) -> Option<ResponseFormat<'_>> {
    match format {
        OutputFormat::Text => None,
        OutputFormat::Json => Some(ResponseFormat::JsonObject),
        OutputFormat::JsonSchema(schema) => {
            let strict = strict::allows(schema).then_some(true);
            Some(ResponseFormat::JsonSchema {
                json_schema: NamedSchema {
                    name: "answer",
                    schema,
                    strict,
                },
            })
        }
    }
}
