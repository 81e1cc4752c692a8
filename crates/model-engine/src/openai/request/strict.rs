use antiphon_interaction::Json;
use serde_json::Value;

/// Whether a schema is in `OpenAI`'s strict subset, as far as its objects go: the top is an object, and every object is closed and
/// requires all of its properties. Sending `strict: true` with another schema is an error there.
pub(super) fn allows(schema: &Json) -> bool {
    let schema = schema.value();
    is_object(&schema) && closed(&schema)
}

fn is_object(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::String(name)) => name == "object",
        Some(_) | None => false,
    }
}

fn closed(schema: &Value) -> bool {
    match schema {
        Value::Object(keywords) => {
            let here = match keywords.get("properties").and_then(Value::as_object) {
                Some(properties) => {
                    let required = keywords.get("required").and_then(Value::as_array);
                    let is_required = |name: &String| {
                        required.is_some_and(|names| names.iter().any(|known| known.as_str() == Some(name)))
                    };
                    keywords.get("additionalProperties") == Some(&Value::Bool(false))
                        && properties.keys().all(is_required)
                }
                None => !is_object(schema) || keywords.get("additionalProperties") == Some(&Value::Bool(false)),
            };
            here && keywords.iter().all(|(name, value)| match name.as_str() {
                // Values, not schemas.
                "enum" | "const" | "default" | "examples" | "required" => true,
                // A map from names to schemas.
                "properties" | "$defs" | "definitions" => {
                    value.as_object().is_some_and(|schemas| schemas.values().all(closed))
                }
                _ => closed(value),
            })
        }
        Value::Array(schemas) => schemas.iter().all(closed),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}
