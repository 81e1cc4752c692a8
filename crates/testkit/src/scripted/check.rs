use std::collections::HashSet;

use antiphon_model_engine::{Message, ModelRequest};

/// Checks what the turn engine promises about every request.
///
/// # Errors
/// The first promise that is broken, in words.
pub fn check_request(request: &ModelRequest) -> Result<(), String> {
    let mut names = HashSet::new();
    if let Some(twice) = request
        .functions
        .iter()
        .find(|function| !names.insert(function.name.as_str()))
    {
        return Err(format!("the function `{}` is declared twice", twice.name));
    }
    // The calls of the assistant message before, that have no result yet.
    let mut pending: Vec<&str> = Vec::new();
    let mut answered: HashSet<&str> = HashSet::new();
    for (position, message) in request.messages.iter().enumerate() {
        match message {
            Message::User(content) => {
                if !pending.is_empty() {
                    return Err(format!(
                        "messages[{position}]: the calls {pending:?} before it have no result"
                    ));
                }
                if content.is_empty() {
                    return Err(format!("messages[{position}]: a user message without content"));
                }
            }
            Message::Assistant {
                reasoning: _,
                content,
                tool_calls,
            } => {
                if !pending.is_empty() {
                    return Err(format!(
                        "messages[{position}]: the calls {pending:?} before it have no result"
                    ));
                }
                if content.is_empty() && tool_calls.is_empty() {
                    return Err(format!(
                        "messages[{position}]: an assistant message without content or calls"
                    ));
                }
                for call in tool_calls {
                    match &call.id {
                        Some(id) => pending.push(id),
                        None => {
                            return Err(format!("messages[{position}]: the call of `{}` has no id", call.name));
                        }
                    }
                    if !call.arguments.is_object() {
                        return Err(format!(
                            "messages[{position}]: the arguments of `{}` are no object",
                            call.name
                        ));
                    }
                }
            }
            Message::ToolResult(result) => match pending.iter().position(|id| *id == result.call_id) {
                Some(at) => {
                    answered.insert(pending.remove(at));
                }
                None if answered.contains(result.call_id.as_str()) => {
                    return Err(format!(
                        "messages[{position}]: a second result for the call `{}`",
                        result.call_id
                    ));
                }
                None => {
                    return Err(format!(
                        "messages[{position}]: a result for the call `{}`, which the assistant message before it does not have",
                        result.call_id
                    ));
                }
            },
        }
    }
    if !pending.is_empty() {
        return Err(format!("the calls {pending:?} at the end have no result"));
    }
    match request.messages.last() {
        Some(Message::User(_) | Message::ToolResult(_)) => Ok(()),
        Some(Message::Assistant { tool_calls, .. }) if !tool_calls.is_empty() => {
            Err("the last message is the assistant's, with calls".to_owned())
        }
        Some(Message::Assistant { .. }) => Ok(()),
        None => Err("there is no message".to_owned()),
    }
}
