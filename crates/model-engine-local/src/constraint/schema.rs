use serde_json::{Map, Value, json};

/// Objects closed where they say nothing, so that a model does not invent properties.
pub(super) fn closed(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => Value::Object(close_fields(fields)),
        Value::Bool(false) => json!({"not": {}}),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => json!({}),
    }
}

/// White space as models write it; where `lenient`, keywords that are not known hold nothing instead of being refused.
pub(super) fn guided(mut schema: Value, lenient: bool) -> Value {
    // Free white space lets small models write nothing else.
    schema["x-guidance"] = json!({
        "whitespace_flexible": false,
        "item_separator": ", ",
        "key_separator": ": ",
        // Else an escape that a model begins could only become a control character.
        "json_allow_general_unicode_escapes": true,
        "lenient": lenient,
    });
    schema
}

/// The closed parameters of a function that a model calls by itself. What it would have written unguarded must stay
/// possible: properties that may be left out come in any order.
pub(super) fn free(parameters: &Value) -> Value {
    let mut schema = closed(parameters);
    if let Some(fields) = schema.as_object_mut() {
        loosen(fields);
    }
    schema
}

/// Turns properties, whose order is enforced, into patterns, whose order is not, where all of them need not come.
fn loosen(fields: &mut Map<String, Value>) {
    let required = fields.get("required").and_then(Value::as_array).map_or(0, Vec::len);
    let Some(properties) = fields.get("properties").and_then(Value::as_object) else {
        return;
    };
    let plain = |name: &String| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let closed = fields.get("additionalProperties") == Some(&Value::Bool(false));
    if required >= properties.len() || !closed || !properties.keys().all(plain) {
        return;
    }
    let patterns: Map<String, Value> = properties
        .iter()
        .map(|(name, schema)| (format!("^{name}$"), schema.clone()))
        .collect();
    fields.shift_remove("properties");
    fields.shift_remove("required");
    fields.insert("patternProperties".to_owned(), Value::Object(patterns));
}

/// The schema of a call's object: the function's name, then its arguments under the key `arguments`, held to the closed
/// schema `parameters`.
pub(super) fn call(name: &str, arguments: &str, mut parameters: Value) -> Value {
    let mut schema = json!({
        "type": "object",
        "properties": {"name": {"const": name}},
        "required": ["name", arguments],
        "additionalProperties": false,
    });
    if let Some(fields) = parameters.as_object_mut() {
        // References are resolved from the root.
        for key in ["$defs", "definitions"] {
            if let Some(definitions) = fields.shift_remove(key) {
                schema[key] = definitions;
            }
        }
    }
    schema["properties"][arguments] = parameters;
    schema
}

/// Keywords whose presence gives an object properties from elsewhere.
const OPEN: [&str; 8] = [
    "additionalProperties",
    "patternProperties",
    "unevaluatedProperties",
    "allOf",
    "anyOf",
    "oneOf",
    "$ref",
    "if",
];

fn close(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => Value::Object(close_fields(fields)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => schema.clone(),
    }
}

fn close_fields(fields: &Map<String, Value>) -> Map<String, Value> {
    let mut closed: Map<String, Value> = fields
        .iter()
        .map(|(key, value)| {
            let value = match (key.as_str(), value) {
                ("properties" | "$defs" | "definitions" | "patternProperties", Value::Object(schemas)) => {
                    Value::Object(
                        schemas
                            .iter()
                            .map(|(name, schema)| (name.clone(), close(schema)))
                            .collect(),
                    )
                }
                ("anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => schemas.iter().map(close).collect(),
                ("items" | "additionalProperties", schema) => close(schema),
                (_, value) => value.clone(),
            };
            (key.clone(), value)
        })
        .collect();
    if fields.contains_key("properties") && !OPEN.iter().any(|key| fields.contains_key(*key)) {
        closed.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    closed
}
