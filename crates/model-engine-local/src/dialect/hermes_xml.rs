//! `<function=name><parameter=key>value</parameter></function>`: what newer Qwen models write between their tags.

use serde_json::{Map, Value};

use super::call::Unreadable;
use super::{Functions, Part};

/// Reads one call.
pub(super) fn read(body: &str, functions: &Functions) -> Result<Part, Unreadable> {
    let wrong = |what: &str| {
        Unreadable(format!(
            "{what} in `{}`",
            body.trim().chars().take(120).collect::<String>()
        ))
    };
    let rest = body
        .trim()
        .strip_prefix("<function=")
        .ok_or_else(|| wrong("no `<function=`"))?;
    let (name, mut rest) = rest.split_once('>').ok_or_else(|| wrong("an open `<function=`"))?;
    let name = name.trim().to_owned();
    let schema = functions.parameters(&name);
    let mut arguments = Map::new();
    loop {
        rest = rest.trim_start();
        let Some(parameter) = rest.strip_prefix("<parameter=") else {
            break;
        };
        let (key, value) = parameter
            .split_once('>')
            .ok_or_else(|| wrong("an open `<parameter=`"))?;
        let end = value
            .find("</parameter>")
            .ok_or_else(|| wrong("a parameter without its end"))?;
        let text = value[..end].strip_prefix('\n').unwrap_or(&value[..end]);
        let text = text.strip_suffix('\n').unwrap_or(text);
        let key = key.trim();
        arguments.insert(
            key.to_owned(),
            typed(text, schema.and_then(|schema| schema.get("properties")?.get(key))),
        );
        rest = &value[end + "</parameter>".len()..];
    }
    if !matches!(rest.trim(), "" | "</function>") {
        return Err(wrong("something after the parameters"));
    }
    Ok(Part::Call {
        id: None,
        name,
        arguments: Value::Object(arguments).to_string(),
    })
}

/// The tags carry no types: the schema tells a number from the text of one.
fn typed(text: &str, schema: Option<&Value>) -> Value {
    let is_text = match schema.and_then(|schema| schema.get("type")) {
        Some(Value::String(kind)) => kind == "string",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
        Some(_) | None => schema.is_some_and(|schema| schema.get("enum").is_some()),
    };
    let text_value = || Value::String(text.to_owned());
    if is_text {
        text_value()
    } else {
        serde_json::from_str(text.trim()).unwrap_or_else(|_| text_value())
    }
}
