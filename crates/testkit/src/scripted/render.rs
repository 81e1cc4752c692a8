use std::fmt::Write as _;

use antiphon_interaction::Content;
use antiphon_model_engine::{Message, ModelRequest, OutputFormat, Sampling, ToolSelection};

/// What a request shows the model, one line per item; settings that are unset leave no line.
pub fn render_request(request: &ModelRequest) -> String {
    let ModelRequest {
        model,
        system_instruction,
        messages,
        functions,
        tool_selection,
        output_format,
        sampling,
        thinking_level,
    } = request;
    let mut lines = vec![format!("model {model}")];
    lines.extend(
        system_instruction
            .iter()
            .map(|text| format!("system {}", one_line(text))),
    );
    for function in functions {
        let parameters = function.parameters.as_ref().map_or("", |schema| schema.text());
        let description = function.description.as_deref().unwrap_or_default();
        lines.push(
            format!(
                "function {} {} {}",
                function.name,
                one_line(description),
                one_line(parameters)
            )
            .trim_end()
            .to_owned(),
        );
    }
    match tool_selection {
        ToolSelection::Auto => {}
        ToolSelection::None => lines.push("tools none".to_owned()),
        ToolSelection::Any(names) => lines.push(format!("tools any{}", listed(names.as_deref()))),
        ToolSelection::Validated(names) => lines.push(format!("tools validated{}", listed(names.as_deref()))),
    }
    match output_format {
        OutputFormat::Text => {}
        OutputFormat::Json => lines.push("format json".to_owned()),
        OutputFormat::JsonSchema(schema) => lines.push(format!("format schema {}", one_line(schema.text()))),
    }
    lines.extend(thinking_level.iter().map(|level| format!("thinking {level}")));
    if *sampling != Sampling::default() {
        lines.push(format!("sampling {}", render_sampling(sampling)));
    }
    for message in messages {
        render_message(message, &mut lines);
    }
    lines.push(String::new());
    lines.join("\n")
}

fn render_message(message: &Message, lines: &mut Vec<String>) {
    match message {
        Message::User(content) => lines.push(format!("user {}", render_content(content))),
        Message::Assistant {
            reasoning,
            content,
            tool_calls,
        } => {
            lines.extend(reasoning.iter().map(|text| format!("thought {}", one_line(text))));
            if !content.is_empty() {
                lines.push(format!("assistant {}", render_content(content)));
            }
            for call in tool_calls {
                let id = call.id.as_deref().unwrap_or("-");
                lines.push(format!("call {id} {}({})", call.name, one_line(call.arguments.text())));
            }
        }
        Message::ToolResult(result) => {
            let failed = if result.is_error { " failed" } else { "" };
            lines.push(format!(
                "result {} {}{failed} {}",
                result.call_id,
                result.name,
                render_content(&result.content)
            ));
        }
    }
}

fn render_content(content: &[Content]) -> String {
    let blocks = content.iter().map(|block| match block {
        Content::Text(text) => one_line(&text.text),
        Content::Image(_) | Content::Audio(_) | Content::Document(_) | Content::Video(_) | Content::Unknown(_) => {
            format!("<{}>", block.type_name())
        }
    });
    blocks.collect::<Vec<_>>().join(" | ")
}

fn render_sampling(sampling: &Sampling) -> String {
    let Sampling {
        temperature,
        top_p,
        seed,
        stop_sequences,
        max_output_tokens,
    } = sampling;
    let mut line = String::new();
    // Writing to a string cannot fail.
    if let Some(value) = temperature {
        let _ = write!(line, "temperature={value} ");
    }
    if let Some(value) = top_p {
        let _ = write!(line, "top_p={value} ");
    }
    if let Some(value) = seed {
        let _ = write!(line, "seed={value} ");
    }
    if !stop_sequences.is_empty() {
        let _ = write!(line, "stop={stop_sequences:?} ");
    }
    if let Some(value) = max_output_tokens {
        let _ = write!(line, "max_output_tokens={value} ");
    }
    line.trim_end().to_owned()
}

fn listed(names: Option<&[String]>) -> String {
    names.map_or_else(String::new, |names| format!(" of {}", names.join(", ")))
}

fn one_line(text: &str) -> String {
    text.replace('\n', "\\n")
}
