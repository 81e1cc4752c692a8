use serde_json::{Map, Value, json};

/// Prepares a schema for the grammar: white space as models write it, and objects closed where they say nothing,
/// so that a model does not invent properties.
pub(super) fn prepared(schema: &Value) -> Value {
    let mut schema = match schema {
        Value::Object(fields) => Value::Object(close_fields(fields)),
        Value::Bool(false) => json!({"not": {}}),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => json!({}),
    };
    // Free white space lets small models write nothing else.
    schema["x-guidance"] = json!({
        "whitespace_flexible": false,
        "item_separator": ", ",
        "key_separator": ": ",
    });
    schema
}

/// The schema of a call's object: the function's name, then its arguments under the key `arguments`.
pub(super) fn call(name: &str, arguments: &str, parameters: &Value) -> Value {
    let mut schema = json!({
        "type": "object",
        "properties": {"name": {"const": name}},
        "required": ["name", arguments],
    });
    let mut parameters = parameters.clone();
    if let Some(fields) = parameters.as_object_mut() {
        // References are resolved from the root.
        for key in ["$defs", "definitions"] {
            if let Some(definitions) = fields.shift_remove(key) {
                schema[key] = definitions;
            }
        }
    }
    schema["properties"][arguments] = parameters;
    prepared(&schema)
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
