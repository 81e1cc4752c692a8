use std::collections::HashSet;

use serde_json::Value;

/// Checks a Chat Completions body against the rules that servers and chat templates hold it to.
///
/// # Errors
/// The first rule that is broken, in words.
pub fn check_body(body: &Value) -> Result<(), String> {
    if body["model"].as_str().is_none_or(str::is_empty) {
        return Err("`model` is missing".to_owned());
    }
    if body["stream"] != true || body["stream_options"]["include_usage"] != true {
        return Err("the answer must be asked for as a stream with usage".to_owned());
    }
    check_tools(body)?;
    let messages = body["messages"].as_array().ok_or("`messages` is no list")?;
    let mut turn = Turn::Start;
    for (position, message) in messages.iter().enumerate() {
        turn = turn
            .next(message)
            .map_err(|rule| format!("messages[{position}]: {rule}"))?;
    }
    match turn {
        Turn::User | Turn::Results => Ok(()),
        Turn::Start => Err("there is no message".to_owned()),
        Turn::System | Turn::Assistant => Err("the last message is neither the user's nor a tool's".to_owned()),
        Turn::Calls(pending) => Err(format!("the calls {pending:?} have no result")),
    }
}

fn check_tools(body: &Value) -> Result<(), String> {
    let mut names = HashSet::new();
    match &body["tools"] {
        Value::Null if body["tool_choice"].is_null() => Ok(()),
        Value::Null => Err("`tool_choice` without `tools`".to_owned()),
        Value::Array(tools) if tools.is_empty() => Err("`tools` is empty".to_owned()),
        Value::Array(tools) => {
            for tool in tools {
                let function = &tool["function"];
                let name = function["name"].as_str().unwrap_or_default();
                if tool["type"] != "function" || name.is_empty() || !function["parameters"].is_object() {
                    return Err(format!("{tool} is no function tool"));
                }
                if !names.insert(name) {
                    return Err(format!("the function `{name}` is declared twice"));
                }
            }
            Ok(())
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => Err("`tools` is no list".to_owned()),
    }
}

/// Whose message came last.
enum Turn {
    Start,
    System,
    User,
    Assistant,
    /// Calls without a result yet.
    Calls(Vec<String>),
    /// All calls have results.
    Results,
}

impl Turn {
    fn next(self, message: &Value) -> Result<Self, String> {
        let role = message["role"].as_str().unwrap_or_default();
        match (self, role) {
            (Self::Start, "system") => Ok(Self::System),
            (Self::Start | Self::System | Self::Assistant | Self::Results, "user") => check_user(message),
            (Self::User | Self::Results, "assistant") => check_assistant(message),
            (Self::Calls(mut pending), "tool") => {
                let id = message["tool_call_id"].as_str().unwrap_or_default();
                let Some(at) = pending.iter().position(|call| call == id) else {
                    return Err(format!("a result for the call `{id}`, which waits for none"));
                };
                pending.remove(at);
                if !message["content"].is_string() {
                    return Err("a tool message without text".to_owned());
                }
                Ok(if pending.is_empty() {
                    Self::Results
                } else {
                    Self::Calls(pending)
                })
            }
            (Self::Calls(pending), _) => Err(format!("`{role}` comes while the calls {pending:?} have no result")),
            (Self::Start | Self::System | Self::User | Self::Assistant | Self::Results, _) => {
                Err(format!("the role `{role}` does not belong here"))
            }
        }
    }
}

fn check_user(message: &Value) -> Result<Turn, String> {
    match &message["content"] {
        Value::String(_) => Ok(Turn::User),
        Value::Array(parts) if !parts.is_empty() && parts.iter().all(|part| part["type"].is_string()) => Ok(Turn::User),
        _ => Err("a user message without text or parts".to_owned()),
    }
}

fn check_assistant(message: &Value) -> Result<Turn, String> {
    let calls = message["tool_calls"].as_array().map(Vec::as_slice).unwrap_or_default();
    if calls.is_empty() {
        return if message["content"].is_string() {
            Ok(Turn::Assistant)
        } else {
            Err("an assistant message without text or calls".to_owned())
        };
    }
    let ids = calls.iter().map(|call| {
        let arguments = call["function"]["arguments"].as_str().unwrap_or_default();
        let arguments: Value = serde_json::from_str(arguments).unwrap_or_default();
        if !arguments.is_object() || call["type"] != "function" {
            return Err(format!("{call} is no function call"));
        }
        call["id"]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| "a call without an id".to_owned())
    });
    ids.collect::<Result<_, _>>().map(Turn::Calls)
}
