//! The rules of a request that its schema cannot say.

use std::collections::HashSet;

use antiphon_interaction::{
    CreateInteraction, Format, FunctionTool, ResponseFormat, ResponseModality, TextFormat, TextMimeType, Tool,
    ToolChoice, ToolChoiceMode, ToolSearchExecution,
};
use antiphon_model_engine::{FunctionDeclaration, OutputFormat, ToolSelection};

use crate::toolset::OpenedTools;
use crate::{Error, schema};

const LABEL_LENGTH: usize = 63;
const FUNCTION_NAME_LENGTH: usize = 128;

/// Checks what does not depend on any model or stored state.
pub(crate) fn check(request: &CreateInteraction) -> Result<(), Error> {
    match (&request.model, &request.agent) {
        (None, None) => return Err(Error::invalid("model", "name a `model` (or an `agent`) to answer")),
        (Some(_), Some(_)) => return Err(Error::invalid("agent", "name either `model` or `agent`, not both")),
        (None, Some(agent)) => {
            if request.generation_config.is_some() {
                return Err(Error::invalid(
                    "generation_config",
                    "goes with `model`; an agent takes `agent_config`",
                ));
            }
            if request.cached_content.is_some() {
                return Err(Error::invalid("cached_content", "goes with `model`, not with `agent`"));
            }
            return Err(Error::invalid(
                "agent",
                format!("this server has no agents, so not `{agent}` either; use `model`"),
            ));
        }
        (Some(_), None) => {}
    }
    let background = request.background == Some(true);
    let store = request.store != Some(false);
    if background && !store {
        return Err(Error::invalid(
            "background",
            "needs `store: true`, because the result is fetched from the store",
        ));
    }
    if request.agent_config.is_some() {
        return Err(Error::invalid(
            "agent_config",
            "goes with `agent`; a model takes `generation_config`",
        ));
    }
    refuse(
        request.webhook_config.is_some() && !background,
        "webhook_config",
        "goes with `background: true` only",
    )?;
    refuse(
        request.environment.is_some(),
        "environment",
        "this server has no environments",
    )?;
    refuse(
        request.cached_content.is_some(),
        "cached_content",
        "cached content is not stored here; a conversation's prefix is cached by itself",
    )?;
    refuse(
        request.continuation_token.is_some() && background,
        "continuation_token",
        "a background interaction goes on by itself; leave the token out",
    )?;
    if let Some(config) = &request.generation_config {
        let field = |name: &str| format!("generation_config.{name}");
        refuse(
            config.speech_config.is_some(),
            &field("speech_config"),
            "no model here speaks",
        )?;
        refuse(
            config.transcription_config.is_some(),
            &field("transcription_config"),
            "no model here transcribes",
        )?;
        refuse(
            config.video_config.is_some(),
            &field("video_config"),
            "no model here makes video",
        )?;
        refuse(
            config.image_config.is_some(),
            &field("image_config"),
            "no model here makes images",
        )?;
        if config.stop_sequences.iter().flatten().any(String::is_empty) {
            return Err(Error::invalid(
                field("stop_sequences"),
                "a stop sequence may not be empty",
            ));
        }
    }
    check_labels(request)
}

fn refuse(present: bool, path: &str, message: &str) -> Result<(), Error> {
    if present {
        Err(Error::invalid(path, message))
    } else {
        Ok(())
    }
}

fn check_labels(request: &CreateInteraction) -> Result<(), Error> {
    for (key, value) in request.labels.iter().flatten() {
        let allowed = |text: &str| {
            text.chars().count() <= LABEL_LENGTH
                && text
                    .chars()
                    .all(|c| c == '_' || c == '-' || c.is_numeric() || (c.is_alphabetic() && !c.is_uppercase()))
        };
        if !key.starts_with(|c: char| c.is_alphabetic()) || !allowed(key) {
            return Err(Error::invalid(
                format!("labels.{key}"),
                "a label's key starts with a letter and has at most 63 lower-case letters, digits, `_` and `-`",
            ));
        }
        if !allowed(value) {
            return Err(Error::invalid(
                format!("labels.{key}"),
                "a label's value has at most 63 lower-case letters, digits, `_` and `-`",
            ));
        }
    }
    Ok(())
}

/// What the request declares: the client's functions, their schemas checked, and the server's tools.
#[derive(Default)]
pub(crate) struct Declared {
    pub(crate) functions: Vec<FunctionDeclaration>,
    /// Functions that the model learns of only after a search.
    pub(crate) deferred: Vec<(FunctionDeclaration, Option<String>)>,
    /// The tools of the server's, each with its place in `tools`.
    pub(crate) server: Vec<(usize, Tool)>,
}

/// Reads the request's `tools`.
pub(crate) fn declared(request: &CreateInteraction) -> Result<Declared, Error> {
    let searches = request
        .tools
        .iter()
        .flatten()
        .any(|tool| matches!(tool, Tool::ToolSearch(_)));
    let mut names = HashSet::new();
    let mut declared = Declared::default();
    for (index, tool) in request.tools.iter().flatten().enumerate() {
        let path = format!("tools[{index}]");
        let Tool::Function(function) = tool else {
            declared.server.push((index, tool.clone()));
            continue;
        };
        let declaration = declaration(&path, function)?;
        let name = &function.name;
        if !names.insert(name.as_str()) {
            return Err(Error::invalid(
                format!("{path}.name"),
                format!("`{name}` is declared twice; function names are unique in a request"),
            ));
        }
        let defers = function.defer_loading == Some(true);
        refuse(
            defers && !searches,
            &format!("{path}.defer_loading"),
            "needs the tool `tool_search` beside it, or the model would never see the function",
        )?;
        refuse(
            function.short_description.is_some() && !defers,
            &format!("{path}.short_description"),
            "goes with `defer_loading: true` only",
        )?;
        if defers {
            declared
                .deferred
                .push((declaration, function.short_description.clone()));
        } else {
            declared.functions.push(declaration);
        }
    }
    Ok(declared)
}

/// One function for the model, its name and schema checked.
pub(crate) fn declaration(path: &str, function: &FunctionTool) -> Result<FunctionDeclaration, Error> {
    let name = &function.name;
    let well_formed = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.len() <= FUNCTION_NAME_LENGTH
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.:-".contains(c));
    if !well_formed {
        let message = format!(
            "`{name}` is no function name: a letter or `_` first, then letters, digits, `_`, `.`, `:`, `-`, at most {FUNCTION_NAME_LENGTH}"
        );
        return Err(Error::invalid(format!("{path}.name"), message));
    }
    let parameters = match &function.parameters {
        Some(parameters) => Some(schema::parameters(&format!("{path}.parameters"), parameters)?),
        None => None,
    };
    Ok(FunctionDeclaration {
        name: name.clone(),
        description: function.description.clone(),
        parameters,
    })
}

/// Declares functions that an earlier search of the conversation found, if the model may still search; gives back those that
/// the request itself does not defer.
pub(crate) fn reveal(declared: &mut Declared, found: Vec<FunctionDeclaration>) -> Vec<FunctionDeclaration> {
    if !declared
        .server
        .iter()
        .any(|(_, tool)| matches!(tool, Tool::ToolSearch(_)))
    {
        return Vec::new();
    }
    let mut others = Vec::new();
    for function in found {
        match declared
            .deferred
            .iter()
            .position(|(known, _)| known.name == function.name)
        {
            // What the request itself says of a function counts.
            Some(at) => declared.functions.push(declared.deferred.remove(at).0),
            None => others.push(function),
        }
    }
    others
}

/// The name of the client's function that searches for deferred ones.
pub(crate) fn client_search(declared: &Declared) -> Option<&str> {
    declared.server.iter().find_map(|(_, tool)| match tool {
        Tool::ToolSearch(search) if search.execution == Some(ToolSearchExecution::Client) => search.name.as_deref(),
        _ => None,
    })
}

/// Whether and which functions may be called.
pub(crate) fn tool_selection(
    request: &CreateInteraction,
    opened: &OpenedTools,
    deferred: &[(FunctionDeclaration, Option<String>)],
    output: &OutputFormat,
) -> Result<ToolSelection, Error> {
    let functions = &opened.functions;
    const PATH: &str = "generation_config.tool_choice";
    let choice = request
        .generation_config
        .as_ref()
        .and_then(|config| config.tool_choice.as_ref());
    let (mode, allowed) = match choice {
        None => (None, None),
        Some(ToolChoice::Mode(mode)) => (Some(mode.clone()), None),
        Some(ToolChoice::Allowed(allowed)) => (
            Some(allowed.mode.clone().unwrap_or(ToolChoiceMode::Auto)),
            Some(&allowed.tools),
        ),
    };
    // A tool of the server's is allowed by its type, or by the name of one of its functions.
    let mut allowed_names = allowed.map(|_| Vec::new());
    for (index, name) in allowed.into_iter().flatten().enumerate() {
        let known = functions.iter().any(|function| function.name == *name)
            || deferred.iter().any(|(function, _)| function.name == *name);
        let names: &[String] = if known {
            std::slice::from_ref(name)
        } else if let Some(names) = opened.set.names_of(name) {
            names
        } else {
            let path = format!("{PATH}.allowed_tools.tools[{index}]");
            return Err(Error::invalid(path, format!("`{name}` is not declared in `tools`")));
        };
        allowed_names.get_or_insert_default().extend(names.iter().cloned());
    }
    if allowed.is_some_and(Vec::is_empty) && mode != Some(ToolChoiceMode::None) {
        return Err(Error::invalid(
            format!("{PATH}.allowed_tools.tools"),
            "name at least one tool, or choose the mode `none`",
        ));
    }
    let allowed = allowed_names;
    let mixed = !opened.set.is_empty()
        && functions
            .iter()
            .any(|function| opened.set.get(&function.name).is_none());
    let selection = match mode {
        Some(ToolChoiceMode::None) => ToolSelection::None,
        Some(ToolChoiceMode::Any) if functions.is_empty() => {
            return Err(Error::invalid(
                PATH,
                "`any` demands a call, but `tools` declares nothing to call",
            ));
        }
        Some(ToolChoiceMode::Any) => ToolSelection::Any(allowed),
        Some(ToolChoiceMode::Validated) => ToolSelection::Validated(allowed),
        // Which functions may be called is a constraint, so a free choice among some of them is validated.
        Some(ToolChoiceMode::Auto) if allowed.is_some() => ToolSelection::Validated(allowed),
        None if !functions.is_empty() && (*output != OutputFormat::Text || mixed) => ToolSelection::Validated(None),
        Some(ToolChoiceMode::Auto) | None => ToolSelection::Auto,
        Some(ToolChoiceMode::Unknown(mode)) => {
            return Err(Error::invalid(
                PATH,
                format!("`{mode}` is none of auto, any, none, validated"),
            ));
        }
    };
    Ok(selection)
}

/// The names of the functions that the model may call.
pub(crate) fn callable(functions: &[FunctionDeclaration], selection: &ToolSelection) -> HashSet<String> {
    let allowed = match selection {
        ToolSelection::None => return HashSet::new(),
        ToolSelection::Auto => None,
        ToolSelection::Any(allowed) | ToolSelection::Validated(allowed) => allowed.as_ref(),
    };
    let names = functions.iter().map(|function| function.name.clone());
    names
        .filter(|name| allowed.is_none_or(|allowed| allowed.contains(name)))
        .collect()
}

/// The form of the answer.
pub(crate) fn output_format(model: &str, request: &CreateInteraction) -> Result<OutputFormat, Error> {
    for (index, modality) in request.response_modalities.iter().flatten().enumerate() {
        if *modality != ResponseModality::Text {
            let message = format!("the model `{model}` answers in text only, not in `{modality}`");
            return Err(Error::invalid(format!("response_modalities[{index}]"), message));
        }
    }
    let json = match request.response_mime_type.as_deref() {
        None | Some("text/plain") => false,
        Some("application/json") => true,
        Some(other) => {
            let message = format!("`{other}` is neither text/plain nor application/json");
            return Err(Error::invalid("response_mime_type", message));
        }
    };
    let mut output = if json { OutputFormat::Json } else { OutputFormat::Text };
    let mut text_seen = false;
    let several = matches!(request.response_format, Some(ResponseFormat::Many(_)));
    for (index, format) in request
        .response_format
        .iter()
        .flat_map(ResponseFormat::formats)
        .enumerate()
    {
        let path = if several {
            format!("response_format[{index}]")
        } else {
            "response_format".to_owned()
        };
        if matches!(format, Format::Text(_) | Format::Unknown(_)) {
            if text_seen {
                return Err(Error::invalid(path, "is a second form of text; an answer has one"));
            }
            text_seen = true;
        }
        match format {
            Format::Text(TextFormat {
                mime_type: Some(TextMimeType::Plain),
                ..
            }) if json => {
                return Err(Error::invalid(
                    format!("{path}.mime_type"),
                    "contradicts `response_mime_type`; leave that out",
                ));
            }
            Format::Text(text) => match (&text.mime_type, &text.schema) {
                (Some(TextMimeType::Plain), Some(_)) => {
                    return Err(Error::invalid(
                        format!("{path}.schema"),
                        "goes with the mime_type `application/json`",
                    ));
                }
                (_, Some(schema)) => {
                    output = OutputFormat::JsonSchema(schema::output(&format!("{path}.schema"), schema)?)
                }
                (Some(TextMimeType::Json), None) => output = OutputFormat::Json,
                (Some(TextMimeType::Plain | TextMimeType::Unknown(_)) | None, None) => {}
            },
            Format::Unknown(schema) => output = OutputFormat::JsonSchema(schema::output(&path, schema)?),
            Format::Audio(_) | Format::Image(_) | Format::Video(_) => {
                let kind = format.type_name();
                return Err(Error::invalid(
                    format!("{path}.type"),
                    format!("the model `{model}` answers in text only, not in `{kind}`"),
                ));
            }
        }
    }
    Ok(output)
}
