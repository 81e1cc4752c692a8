use antiphon_interaction::Content;
use antiphon_model_engine::{
    Error, FunctionDeclaration, Message, ModelRequest, OutputFormat, ToolCall, ToolResult, ToolSelection,
};
use serde_json::{Map, Value, json};

use super::{Abilities, Guard, fold};
use crate::dialect::Family;

/// A conversation as a template takes it.
#[derive(Debug)]
pub(crate) struct Conversation {
    /// The messages.
    pub messages: Vec<Value>,
    /// The tools, where the template shows them itself.
    pub tools: Option<Vec<Value>>,
}

/// Puts `request` into the form that a template with these `abilities` takes; `functions` are those that may be
/// called.
pub(crate) fn conversation(
    request: &ModelRequest,
    functions: &[&FunctionDeclaration],
    style: &Style<'_>,
) -> Result<Conversation, Error> {
    let tools: Vec<Value> = functions
        .iter()
        .map(|function| style.guard.json(&tool(function)))
        .collect();
    let folds_tools = !style.native_tools;
    let mut system: Vec<String> = Vec::new();
    if let Some(instruction) = &request.system_instruction {
        system.push(style.guard.text(instruction).into_owned());
    }
    if folds_tools && !tools.is_empty() {
        system.push(fold::declarations(style.family, &tools));
    }
    if style.shows_form {
        system.extend(form(request, !functions.is_empty(), style.guard));
    }
    let mut messages = Vec::new();
    let mut calls_pending: Vec<&ToolCall> = Vec::new();
    for message in &request.messages {
        match message {
            Message::User(content) => messages.push(user(&style.text(content, &request.model)?)),
            Message::Assistant {
                reasoning,
                content,
                tool_calls,
            } => {
                let text = style.text(content, &request.model)?;
                if style.splits_calls() && tool_calls.len() > 1 {
                    // The calls follow one by one, each with its result.
                    calls_pending = tool_calls.iter().collect();
                    if !text.is_empty() || reasoning.is_some() {
                        messages.push(style.assistant(reasoning.as_deref(), &text, &[]));
                    }
                } else {
                    let calls: Vec<&ToolCall> = tool_calls.iter().collect();
                    messages.push(style.assistant(reasoning.as_deref(), &text, &calls));
                }
            }
            Message::ToolResult(result) => {
                let id = Some(result.call_id.as_str());
                if let Some(at) = calls_pending.iter().position(|call| call.id.as_deref() == id) {
                    let call = calls_pending.remove(at);
                    messages.push(style.assistant(None, "", &[call]));
                }
                messages.push(style.result(result, &request.model)?);
            }
        }
    }
    if !system.is_empty() {
        add_system(&mut messages, &system.join("\n\n"), style.abilities.system);
    }
    if !style.abilities.repeated_roles || (folds_tools && !tools.is_empty()) {
        merge_repeated(&mut messages);
    }
    if style.abilities.content_parts {
        messages.iter_mut().for_each(as_parts);
    }
    let tools = (!folds_tools && !tools.is_empty()).then_some(tools);
    Ok(Conversation { messages, tools })
}

/// What an answer in text must be, in words. The grammar holds it to its schema token by token, and only the prompt tells the
/// model which fields are to come and what they mean.
fn form(request: &ModelRequest, may_call: bool, guard: &Guard) -> Option<String> {
    if matches!(request.tool_selection, ToolSelection::Any(_)) {
        return None;
    }
    let lead = if may_call {
        "When you answer instead of calling a function, answer"
    } else {
        "Answer"
    };
    match &request.output_format {
        OutputFormat::Text => None,
        OutputFormat::Json => Some(format!("{lead} with one JSON value, and nothing else.")),
        OutputFormat::JsonSchema(schema) => {
            let schema = guard.json(&schema.value());
            Some(format!(
                "{lead} with one JSON value that fits this JSON Schema, and nothing else:\n{schema}"
            ))
        }
    }
}

/// How a model wants its conversation.
pub(crate) struct Style<'a> {
    /// Its way of writing calls.
    pub family: Family,
    /// What its template can show.
    pub abilities: Abilities,
    /// Whether its template shows tools, in a notation that we read.
    pub native_tools: bool,
    /// Its control tokens.
    pub guard: &'a Guard,
    /// Whether the form of the answer is told at the end of the system instruction.
    pub shows_form: bool,
}

impl Style<'_> {
    fn splits_calls(&self) -> bool {
        self.native_tools && !self.abilities.parallel_calls
    }

    fn text(&self, content: &[Content], model: &str) -> Result<String, Error> {
        let mut texts = Vec::with_capacity(content.len());
        for block in content {
            let text = block.as_text().ok_or_else(|| Error::Unsupported {
                message: format!(
                    "the model `{model}` takes text only, and the conversation has other content: use a model with image or audio input"
                ),
            })?;
            texts.push(self.guard.text(text));
        }
        Ok(texts.join("\n"))
    }

    fn assistant(&self, reasoning: Option<&str>, text: &str, calls: &[&ToolCall]) -> Value {
        let mut message = Map::new();
        message.insert("role".to_owned(), json!("assistant"));
        let mut content = text.to_owned();
        if !calls.is_empty() && !self.native_tools {
            let written: Vec<String> = calls
                .iter()
                .map(|call| fold::call(self.family, &call.name, &self.guard.json(&call.arguments.value())))
                .collect();
            if !content.is_empty() {
                content.push('\n');
            }
            content.push_str(&written.join("\n"));
        }
        if let Some(reasoning) = reasoning.filter(|text| !text.is_empty()) {
            let reasoning = self.guard.text(reasoning);
            message.insert("reasoning_content".to_owned(), json!(reasoning));
            // gpt-oss has its own name for it, and refuses it beside text and a call.
            if content.is_empty() || calls.is_empty() {
                message.insert("thinking".to_owned(), json!(reasoning));
            }
        }
        message.insert("content".to_owned(), json!(content));
        if !calls.is_empty() && self.native_tools {
            let calls: Vec<Value> = calls.iter().map(|call| self.call(call)).collect();
            message.insert("tool_calls".to_owned(), Value::Array(calls));
        }
        Value::Object(message)
    }

    fn call(&self, call: &ToolCall) -> Value {
        let arguments = if self.abilities.text_arguments {
            json!(self.guard.text(call.arguments.text()))
        } else {
            self.guard.json(&call.arguments.value())
        };
        json!({
            "id": self.call_id(call.id.as_deref().unwrap_or("")),
            "type": "function",
            "function": {"name": call.name, "arguments": arguments},
        })
    }

    fn result(&self, result: &ToolResult, model: &str) -> Result<Value, Error> {
        let mut text = self.text(&result.content, model)?;
        if result.is_error {
            text.insert_str(0, "Error: ");
        }
        Ok(if self.native_tools {
            json!({
                "role": "tool",
                "name": result.name,
                "tool_call_id": self.call_id(&result.call_id),
                "content": text,
            })
        } else {
            user(&fold::result(&result.name, &text))
        })
    }

    /// Mistral's templates refuse ids that are not nine letters or digits; what stands there means nothing beyond
    /// being the same twice.
    fn call_id(&self, id: &str) -> String {
        match self.family {
            Family::MistralList | Family::MistralArgs => {
                if id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                    return id.to_owned();
                }
                let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
                });
                format!("{:09x}", hash & 0xf_ffff_ffff)
            }
            Family::Hermes
            | Family::Llama
            | Family::GemmaJson
            | Family::GemmaFunction
            | Family::Gemma4
            | Family::Harmony => self.guard.text(id).into_owned(),
        }
    }
}

fn user(text: &str) -> Value {
    json!({"role": "user", "content": text})
}

fn tool(function: &FunctionDeclaration) -> Value {
    let parameters = function.parameters.as_ref().map_or_else(
        || json!({"type": "object", "properties": {}}),
        |parameters| parameters.value(),
    );
    json!({"type": "function", "function": {
        "name": function.name,
        "description": function.description.as_deref().unwrap_or(""),
        "parameters": parameters,
    }})
}

fn add_system(messages: &mut Vec<Value>, system: &str, supported: bool) {
    if supported {
        messages.insert(0, json!({"role": "system", "content": system}));
        return;
    }
    match messages.first_mut().filter(|first| first["role"] == "user") {
        Some(first) => {
            let text = first["content"].as_str().unwrap_or("");
            first["content"] = json!(format!("{system}\n\n{text}"));
        }
        None => messages.insert(0, user(system)),
    }
}

/// Joins neighbours of one side, unless they carry calls or results.
fn merge_repeated(messages: &mut Vec<Value>) {
    messages.dedup_by(|next, last| {
        let mergeable = next["role"] == last["role"]
            && next["role"] != "tool"
            && next.get("tool_calls").is_none()
            && last.get("tool_calls").is_none();
        if mergeable {
            let text = |message: &Value| message["content"].as_str().unwrap_or("").to_owned();
            last["content"] = json!(format!("{}\n\n{}", text(last), text(next)));
        }
        mergeable
    });
}

/// Makes the text of a message a list of parts.
pub(super) fn as_parts(message: &mut Value) {
    if let Some(text) = message["content"].as_str() {
        message["content"] = json!([{"type": "text", "text": text}]);
    }
}
