//! Tools for templates that know none: their declarations, calls and results as plain text, in the words that the
//! family's models are used to.

use serde_json::{Value, json};

use super::python_json;
use crate::dialect::Family;

/// What the system instruction says about the tools.
pub(super) fn declarations(family: Family, tools: &[Value]) -> String {
    let lines: Vec<String> = tools.iter().map(|tool| python_json::text(tool, None)).collect();
    let listed = lines.join("\n");
    match family {
        Family::Llama | Family::GemmaJson => format!(
            "You have access to these functions:\n\n{listed}\n\nTo call one, write nothing but a JSON object with its name and its parameters: {{\"name\": function name, \"parameters\": dictionary of argument name and its value}}"
        ),
        Family::Hermes
        | Family::MistralList
        | Family::MistralArgs
        | Family::GemmaFunction
        | Family::Gemma4
        | Family::Harmony => format!(
            "# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>\n{listed}\n</tools>\n\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n{{\"name\": <function-name>, \"arguments\": <args-json-object>}}\n</tool_call>"
        ),
    }
}

/// A call, as the model itself would write it.
pub(super) fn call(family: Family, name: &str, arguments: &Value) -> String {
    match family {
        Family::Llama | Family::GemmaJson => python_json::text(&json!({"name": name, "parameters": arguments}), None),
        Family::Hermes
        | Family::MistralList
        | Family::MistralArgs
        | Family::GemmaFunction
        | Family::Gemma4
        | Family::Harmony => {
            let call = python_json::text(&json!({"name": name, "arguments": arguments}), None);
            format!("<tool_call>\n{call}\n</tool_call>")
        }
    }
}

/// A result, as a user's message.
pub(super) fn result(name: &str, text: &str) -> String {
    format!(
        "<tool_response>\n{}\n</tool_response>",
        python_json::text(&json!({"name": name, "content": text}), None)
    )
}
