use serde_json::{Value, json};

use super::messages::as_parts;
use super::template::{ChatTemplate, Options};

/// What a chat template can show, found by trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Abilities {
    /// A system message.
    pub system: bool,
    /// The list of tools, calls and their results.
    pub tools: bool,
    /// Several calls in one message.
    pub parallel_calls: bool,
    /// Two messages of one side, one after the other.
    pub repeated_roles: bool,
    /// The arguments of a call must be text instead of an object.
    pub text_arguments: bool,
    /// Content must be a list of parts instead of text.
    pub content_parts: bool,
}

impl Abilities {
    /// Tries `template` out.
    pub fn of(template: &ChatTemplate) -> Self {
        let mut probe = Probe {
            template,
            content_parts: false,
        };
        let plain = json!([{"role": "user", "content": "probe-user"}]);
        let as_text = probe.shows(&plain, None, &["probe-user"]);
        probe.content_parts = true;
        probe.content_parts = !as_text && probe.shows(&plain, None, &["probe-user"]);
        let probe = probe;
        let one_call = |arguments: Value| probe.calls(&[("probe_one", "123456789", arguments)]);
        let objects = one_call(json!({"key": "probe-value"}));
        let text_arguments = !objects && one_call(json!("{\"key\": \"probe-value\"}"));
        let arguments = |value: &str| {
            if text_arguments {
                json!(format!("{{\"key\": \"{value}\"}}"))
            } else {
                json!({"key": value})
            }
        };
        Self {
            system: probe.shows(
                &json!([{"role": "system", "content": "probe-system"}, {"role": "user", "content": "probe-user"}]),
                None,
                &["probe-system", "probe-user"],
            ),
            tools: objects || text_arguments,
            parallel_calls: probe.calls(&[
                ("probe_one", "123456789", arguments("probe-value")),
                ("probe_two", "abcdefghi", arguments("probe-other")),
            ]),
            repeated_roles: probe.shows(
                &json!([{"role": "user", "content": "probe-user"}, {"role": "user", "content": "probe-more"}]),
                None,
                &["probe-user", "probe-more"],
            ),
            text_arguments,
            content_parts: probe.content_parts,
        }
    }
}

struct Probe<'a> {
    template: &'a ChatTemplate,
    content_parts: bool,
}

impl Probe<'_> {
    fn shows(&self, messages: &Value, tools: Option<&[Value]>, expected: &[&str]) -> bool {
        let mut messages = messages.as_array().cloned().unwrap_or_default();
        if self.content_parts {
            messages.iter_mut().for_each(as_parts);
        }
        self.template
            .render(&messages, tools, &Options::default())
            .is_ok_and(|prompt| expected.iter().all(|text| prompt.contains(text)))
    }

    /// Whether the tools, the calls with their arguments, and the results are all shown.
    fn calls(&self, calls: &[(&str, &str, Value)]) -> bool {
        let tool = |name: &str| {
            json!({"type": "function", "function": {
                "name": name,
                "description": "probe-description",
                "parameters": {"type": "object", "properties": {"key": {"type": "string", "description": "key"}}, "required": ["key"]},
            }})
        };
        let tools: Vec<Value> = calls.iter().map(|(name, _, _)| tool(name)).collect();
        let tool_calls: Vec<Value> = calls
            .iter()
            .map(|(name, id, arguments)| json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}))
            .collect();
        let mut messages = vec![
            json!({"role": "user", "content": "probe-user"}),
            json!({"role": "assistant", "content": "", "tool_calls": tool_calls}),
        ];
        let mut expected: Vec<String> = vec!["probe-description".to_owned(), "probe-value".to_owned()];
        for (name, id, _) in calls {
            let result = format!("result-of-{name}");
            messages.push(json!({"role": "tool", "name": name, "tool_call_id": id, "content": result}));
            expected.push((*name).to_owned());
            expected.push(result);
        }
        if calls.len() > 1 {
            expected.push("probe-other".to_owned());
        }
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        self.shows(&Value::Array(messages), Some(&tools), &expected)
    }
}
