//! The parameters of a server's tool, as far as they can be passed on.
//!
//! The schema is the server's word. What of it is malformed, or is a keyword that engines do not know, is left out: that only
//! widens what the model may write, and the server checks the arguments itself. A schema that is none, or is too large,
//! becomes that of any object, so that the tool can still be called.

use antiphon_interaction::Json;
use serde_json::{Map, Value, json};

const MAX_BYTES: usize = 32 * 1024;
const MAX_DEPTH: usize = 32;
const TYPES: &[&str] = &["string", "number", "integer", "boolean", "object", "array", "null"];

/// What is passed on of `schema`; whether it is the schema of any object because of what was wrong.
pub(super) fn parameters(schema: Option<&Value>) -> Result<Json, (Json, &'static str)> {
    let any = |reason| Err((Json::from(json!({ "type": "object" })), reason));
    let Some(Value::Object(fields)) = schema else {
        return any("is no object");
    };
    if !matches!(fields.get("type"), None | Some(Value::String(_)))
        || fields.get("type").is_some_and(|name| name != "object")
    {
        return any("does not describe an object");
    }
    if schema.is_some_and(|schema| schema.to_string().len() > MAX_BYTES) {
        return any("is too large");
    }
    let Some(mut root) = kept(fields, 0) else {
        return any("is nested too deeply");
    };
    root.insert("type".to_owned(), "object".into());
    let mut root = Value::Object(root);
    let whole = root.clone();
    drop_dangling(&mut root, &whole);
    Ok(root.into())
}

/// The keywords of a schema that hold what they should; `None` when it is nested too deeply.
fn kept(fields: &Map<String, Value>, depth: usize) -> Option<Map<String, Value>> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut kept = Map::new();
    for (keyword, value) in fields {
        let value = match keyword.as_str() {
            "properties" | "$defs" | "definitions" => named(value, depth)?,
            "anyOf" | "oneOf" | "allOf" | "prefixItems" => listed(value, depth)?,
            "items" | "additionalProperties" => Some(subschema(value, depth)?),
            _ if plain(keyword, value) => Some(value.clone()),
            _ => None,
        };
        if let Some(value) = value {
            kept.insert(keyword.clone(), value);
        }
    }
    Some(kept)
}

fn named(value: &Value, depth: usize) -> Option<Option<Value>> {
    let Value::Object(schemas) = value else {
        return Some(None);
    };
    let mut kept = Map::new();
    for (name, schema) in schemas {
        kept.insert(name.clone(), subschema(schema, depth)?);
    }
    Some(Some(Value::Object(kept)))
}

fn listed(value: &Value, depth: usize) -> Option<Option<Value>> {
    match value.as_array() {
        Some(schemas) if !schemas.is_empty() => {
            let kept: Option<Vec<Value>> = schemas.iter().map(|schema| subschema(schema, depth)).collect();
            Some(Some(Value::Array(kept?)))
        }
        Some(_) | None => Some(None),
    }
}

fn subschema(value: &Value, depth: usize) -> Option<Value> {
    match value {
        Value::Object(fields) => kept(fields, depth + 1).map(Value::Object),
        Value::Bool(_) => Some(value.clone()),
        // What is no schema says nothing.
        Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => Some(json!({})),
    }
}

/// Whether a keyword that holds no schema is known and holds what it should.
fn plain(keyword: &str, value: &Value) -> bool {
    let is_type = |name: &Value| name.as_str().is_some_and(|name| TYPES.contains(&name));
    let is_list_of = |fits: fn(&Value) -> bool| value.as_array().is_some_and(|items| items.iter().all(fits));
    match keyword {
        "type" => {
            is_type(value)
                || value
                    .as_array()
                    .is_some_and(|names| !names.is_empty() && names.iter().all(is_type))
        }
        "required" => is_list_of(Value::is_string),
        "enum" => value.as_array().is_some_and(|options| !options.is_empty()),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => value.is_number(),
        "minItems" | "maxItems" => value.is_u64(),
        "$ref" | "title" | "description" | "format" | "pattern" => value.is_string(),
        "const" | "default" => true,
        "examples" => value.is_array(),
        _ => false,
    }
}

/// Takes out the references that lead out of the schema, nowhere or back to themselves.
fn drop_dangling(schema: &mut Value, root: &Value) {
    match schema {
        Value::Object(fields) => {
            if fields
                .get("$ref")
                .is_some_and(|reference| !leads_somewhere(reference, root))
            {
                fields.shift_remove("$ref");
            }
            fields.values_mut().for_each(|value| drop_dangling(value, root));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| drop_dangling(item, root)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a chain of references ends at a schema that is more than a reference.
fn leads_somewhere(reference: &Value, root: &Value) -> bool {
    let mut reference = reference;
    for _ in 0..MAX_DEPTH {
        let pointer = reference.as_str().and_then(|text| text.strip_prefix('#'));
        let Some(target) = pointer.and_then(|pointer| root.pointer(pointer)) else {
            return false;
        };
        match target.get("$ref") {
            Some(next) => reference = next,
            None => return true,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_engines_know_is_passed_on_and_the_rest_left_out() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "path": { "type": "string", "description": "where", "minLength": 1 },
                "how": { "$ref": "#/$defs/How", "x-mcp-header": "How" },
                "far": { "$ref": "https://example.com/far.json", "not": {} },
                "odd": 7,
            },
            "required": ["path"],
            "if": {},
            "$defs": { "How": { "enum": ["fast", "slow"], "type": "text" } },
        });
        let expected = json!({
            "type": "object",
            "properties": {
                "path": { "type": "string", "description": "where" },
                "how": { "$ref": "#/$defs/How" },
                "far": {},
                "odd": {},
            },
            "required": ["path"],
            "$defs": { "How": { "enum": ["fast", "slow"] } },
        });
        assert_eq!(parameters(Some(&schema)), Ok(expected.into()));
        assert_eq!(parameters(Some(&json!({}))), Ok(json!({ "type": "object" }).into()));
    }

    #[test]
    fn references_may_form_a_tree_but_no_circle() {
        let tree = json!({ "type": "object", "properties": { "child": { "$ref": "#" } } });
        assert_eq!(parameters(Some(&tree)), Ok(tree.into()));

        let circle = json!({
            "type": "object",
            "properties": { "a": { "$ref": "#/$defs/A" } },
            "$defs": { "A": { "$ref": "#/$defs/B" }, "B": { "$ref": "#/$defs/A" } },
        });
        let cut = json!({ "type": "object", "properties": { "a": {} }, "$defs": { "A": {}, "B": {} } });
        assert_eq!(parameters(Some(&circle)), Ok(cut.into()));
    }

    #[test]
    fn what_is_no_schema_of_an_object_lets_the_model_write_any() {
        let mut deep = json!({});
        for _ in 0..40 {
            deep = json!({ "type": "object", "properties": { "a": deep } });
        }
        let large = json!({ "type": "object", "description": "x".repeat(MAX_BYTES) });
        for schema in [
            json!("text"),
            json!({ "type": "array" }),
            json!({ "type": ["object"] }),
            deep,
            large,
        ] {
            let (any, _) = parameters(Some(&schema)).unwrap_err();
            assert_eq!(any, Json::from(json!({ "type": "object" })));
        }
    }
}
