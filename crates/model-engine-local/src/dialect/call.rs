//! A call written as JSON, which most families do in one way or another.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Part;

/// Why a call cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable(pub String);

/// A call longer than this is not read.
pub(super) const MAX_CALL: usize = 1 << 20;

#[derive(Deserialize)]
struct Written {
    name: String,
    #[serde(default, alias = "parameters", alias = "args")]
    arguments: Option<Box<RawValue>>,
    #[serde(default, alias = "call_id")]
    id: Option<String>,
}

/// Appends text to a call's, within bounds.
pub(super) fn extend(call: &mut String, text: &str) -> Result<(), Unreadable> {
    if call.len() + text.len() > MAX_CALL {
        return Err(Unreadable(format!("it is longer than {MAX_CALL} bytes")));
    }
    call.push_str(text);
    Ok(())
}

/// Whether a call written as JSON ends inside of a string so far.
pub(super) fn ends_in_a_string(call: &str) -> bool {
    if !call.trim_start().starts_with(['{', '[']) {
        return false;
    }
    let (mut inside, mut escaped) = (false, false);
    for byte in call.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            _ => {}
        }
    }
    inside
}

/// Reads `{"name": …, "arguments" | "parameters": …}`; an inner `function` object is looked into.
pub(super) fn object(text: &str) -> Result<Part, Unreadable> {
    #[derive(Deserialize)]
    struct Wrapped<'a> {
        #[serde(borrow)]
        function: &'a RawValue,
    }
    let written = match serde_json::from_str::<Written>(text) {
        Ok(written) => written,
        Err(error) => match serde_json::from_str::<Wrapped<'_>>(text) {
            Ok(wrapped) if wrapped.function.get().starts_with('{') => {
                serde_json::from_str(wrapped.function.get()).map_err(|error| refuse(text, &error))?
            }
            Ok(_) | Err(_) => return Err(refuse(text, &error)),
        },
    };
    let arguments = arguments(&written.name, written.arguments.as_deref().map(RawValue::get))?;
    Ok(Part::Call {
        id: written.id,
        name: written.name,
        arguments,
    })
}

/// Reads several objects: a list, or one after another with `;`, `,` or spaces between.
pub(super) fn objects(text: &str) -> Result<Vec<Part>, Unreadable> {
    let text = text.trim();
    if text.starts_with('[') {
        let list: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| refuse(text, &error))?;
        return list.into_iter().map(|item| object(item.get())).collect();
    }
    let mut calls = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        match stream.next() {
            Some(Ok(item)) => calls.push(object(item.get())?),
            Some(Err(error)) => return Err(refuse(rest, &error)),
            None => break,
        }
        let read = stream.byte_offset();
        rest = rest[read..].trim_start_matches(|c: char| c == ';' || c == ',' || c.is_whitespace());
    }
    Ok(calls)
}

/// The arguments' text: an object, an object written as a string, or nothing.
pub(super) fn arguments(name: &str, text: Option<&str>) -> Result<String, Unreadable> {
    let text = text.map_or("", str::trim);
    if text.is_empty() || text == "null" {
        return Ok("{}".to_owned());
    }
    let wrong = |what: &str| Unreadable(format!("the arguments of `{name}` {what}"));
    let object = if text.starts_with('"') {
        serde_json::from_str::<String>(text).map_err(|error| wrong(&format!("are not JSON: {error}")))?
    } else {
        text.to_owned()
    };
    let object = object.trim();
    // Parsed in full, so that no one later meets what nests too deep.
    match serde_json::from_str::<serde_json::Value>(object) {
        Ok(_) if object.starts_with('{') => Ok(object.to_owned()),
        Ok(_) => Err(wrong("are not a JSON object")),
        Err(error) => Err(wrong(&format!("are not JSON: {error}"))),
    }
}

fn refuse(text: &str, error: &serde_json::Error) -> Unreadable {
    let shown: String = text.trim().chars().take(120).collect();
    Unreadable(format!("{error} in `{shown}`"))
}
