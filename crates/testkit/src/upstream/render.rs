use serde_json::Value;

/// What a Chat Completions body shows the model, one line per item; `messages` last, the media in them as `<kind>`.
pub fn render_body(body: &Value) -> String {
    let mut lines = Vec::new();
    for (name, value) in body.as_object().into_iter().flatten() {
        match (name.as_str(), value) {
            ("messages" | "stream" | "stream_options", _) => {}
            ("tools", Value::Array(tools)) => {
                lines.extend(tools.iter().map(|tool| format!("tool {}", tool["function"])));
            }
            (_, Value::String(text)) => lines.push(format!("{name} {}", one_line(text))),
            (_, value) => lines.push(format!("{name} {value}")),
        }
    }
    for message in body["messages"].as_array().into_iter().flatten() {
        render_message(message, &mut lines);
    }
    lines.push(String::new());
    lines.join("\n")
}

fn render_message(message: &Value, lines: &mut Vec<String>) {
    let role = message["role"].as_str().unwrap_or_default();
    if let Some(text) = message["reasoning_content"].as_str() {
        lines.push(format!("{role} thought {}", one_line(text)));
    }
    let id = message["tool_call_id"]
        .as_str()
        .map(|id| format!(" {id}"))
        .unwrap_or_default();
    match &message["content"] {
        Value::String(text) => lines.push(format!("{role}{id} {}", one_line(text))),
        Value::Array(parts) => {
            let parts: Vec<_> = parts.iter().map(render_part).collect();
            lines.push(format!("{role}{id} {}", parts.join(" | ")));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {}
    }
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        let function = &call["function"];
        let text = |value: &Value| one_line(value.as_str().unwrap_or_default());
        lines.push(format!(
            "{role} call {} {}({})",
            text(&call["id"]),
            text(&function["name"]),
            text(&function["arguments"])
        ));
    }
}

fn render_part(part: &Value) -> String {
    match part["type"].as_str() {
        Some("text") => one_line(part["text"].as_str().unwrap_or_default()),
        Some("image_url") => {
            let url = part["image_url"]["url"].as_str().unwrap_or_default();
            format!("<image {}>", url.split(',').next().unwrap_or_default())
        }
        Some("input_audio") => format!("<audio {}>", part["input_audio"]["format"].as_str().unwrap_or_default()),
        Some(_) | None => part.to_string(),
    }
}

fn one_line(text: &str) -> String {
    text.replace('\n', "\\n")
}
