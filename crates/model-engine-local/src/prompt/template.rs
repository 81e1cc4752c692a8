use jiff::tz::TimeZone;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde};
use minijinja::{Environment, Error, ErrorKind, Value};
use minijinja_contrib::pycompat;
use serde::Serialize;
use serde_json::Value as JsonValue;

use super::python_json;
use crate::engine::Now;

/// The template of files that have none.
pub(crate) const CHATML: &str = "{%- for message in messages -%}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}";

/// What one rendering may cost; an endless loop in a file's template ends here.
const FUEL: u64 = 20_000_000;

const NAME: &str = "chat";

/// A compiled chat template, in the environment that the templates of model files expect.
#[derive(Debug)]
pub(crate) struct ChatTemplate {
    environment: Environment<'static>,
    bos: String,
    eos: String,
}

/// What a call asks of the template.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Options {
    /// Whether to think; absent leaves it to the template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_thinking: Option<bool>,
    /// `low`, `medium` or `high`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<&'static str>,
}

#[derive(Serialize)]
struct Variables<'a> {
    messages: &'a [JsonValue],
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<&'a [JsonValue]>,
    add_generation_prompt: bool,
    bos_token: &'a str,
    eos_token: &'a str,
    #[serde(flatten)]
    options: &'a Options,
}

impl ChatTemplate {
    /// Compiles `source`.
    pub fn new(source: &str, bos: String, eos: String, now: Now) -> Result<Self, Error> {
        let mut environment = Environment::new();
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        environment.set_fuel(Some(FUEL));
        environment.set_unknown_method_callback(pycompat::unknown_method_callback);
        environment.add_filter("tojson", to_json);
        environment.add_function("raise_exception", raise_exception);
        environment.add_function("strftime_now", move |format: &str| strftime(&now, format));
        environment.add_template_owned(NAME, without_generation_marks(source))?;
        Ok(Self { environment, bos, eos })
    }

    /// Renders a conversation up to where the model goes on.
    pub fn render(
        &self,
        messages: &[JsonValue],
        tools: Option<&[JsonValue]>,
        options: &Options,
    ) -> Result<String, Error> {
        let variables = Variables {
            messages,
            tools,
            add_generation_prompt: true,
            bos_token: &self.bos,
            eos_token: &self.eos,
            options,
        };
        self.environment.get_template(NAME)?.render(Serde(&variables))
    }
}

/// Training marks that some templates carry and Jinja does not know.
fn without_generation_marks(source: &str) -> String {
    let mut template = source.to_owned();
    for word in ["generation", "endgeneration"] {
        for (open, close) in [("{%", "%}"), ("{%-", "%}"), ("{%", "-%}"), ("{%-", "-%}")] {
            let blank = format!("{open} if false {close}{{% endif {close}");
            template = template.replace(&format!("{open} {word} {close}"), &blank);
        }
    }
    template
}

#[expect(clippy::needless_pass_by_value, reason = "filters take their options so")]
fn to_json(value: &Value, options: Kwargs) -> Result<Value, Error> {
    let indent: Option<usize> = options.get("indent")?;
    // Python's other options change nothing that a template can rely on.
    let value = serde_json::to_value(value)
        .map_err(|error| Error::new(ErrorKind::InvalidOperation, "cannot be written as JSON").with_source(error))?;
    Ok(Value::from_safe_string(python_json::text(&value, indent)))
}

fn raise_exception(message: &str) -> Result<Value, Error> {
    Err(Error::new(ErrorKind::InvalidOperation, message.to_owned()))
}

fn strftime(now: &Now, format: &str) -> Result<String, Error> {
    let time = now().to_zoned(TimeZone::UTC);
    jiff::fmt::strtime::format(format, &time)
        .map_err(|error| Error::new(ErrorKind::InvalidOperation, "not a time format").with_source(error))
}
