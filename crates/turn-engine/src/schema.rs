//! The part of JSON Schema that function parameters and structured answers may use.
//!
//! Three kinds of keywords: those that are enforced, those that only describe, and those that the API documents as
//! ignored (they are taken out, so that every engine treats them alike). Any other keyword is refused: it could not be
//! kept, and a program that relies on it should learn so.

use antiphon_interaction::Json;
use serde_json::{Map, Value};

use crate::Error;

const MAX_DEPTH: usize = 32;
const MAX_NODES: usize = 5_000;

const ENFORCED: &[&str] = &[
    "type",
    "properties",
    "required",
    "additionalProperties",
    "enum",
    "const",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "anyOf",
    "oneOf",
    "allOf",
    "$ref",
    "$defs",
    "definitions",
    "pattern",
];
const DESCRIBING: &[&str] = &[
    "title",
    "description",
    "default",
    "example",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$schema",
    "$id",
    "$comment",
    "propertyOrdering",
    "nullable",
    "discriminator",
];
const IGNORED: &[&str] = &[
    "minLength",
    "maxLength",
    "minProperties",
    "maxProperties",
    "uniqueItems",
    "contains",
    "minContains",
    "maxContains",
    "multipleOf",
];
const TYPES: &[&str] = &["string", "number", "integer", "boolean", "object", "array", "null"];

/// Checks the schema of a function's parameters: an object schema.
pub(crate) fn parameters(path: &str, schema: &Json) -> Result<Json, Error> {
    let mut root = read(path, schema)?;
    let object = root.as_object_mut().filter(|object| match object.get("type") {
        None => true,
        Some(Value::String(name)) => name.eq_ignore_ascii_case("object"),
        Some(_) => false,
    });
    let Some(object) = object else {
        return Err(Error::invalid(
            format!("{path}.type"),
            "the parameters of a function are an `object`",
        ));
    };
    object.entry("type").or_insert_with(|| "object".into());
    Check::new(root.clone()).schema(path, &mut root, 0)?;
    Ok(root.into())
}

/// Checks the schema of a structured answer.
pub(crate) fn output(path: &str, schema: &Json) -> Result<Json, Error> {
    let mut root = read(path, schema)?;
    Check::new(root.clone()).schema(path, &mut root, 0)?;
    Ok(root.into())
}

fn read(path: &str, schema: &Json) -> Result<Value, Error> {
    let value = schema.value();
    if value.is_object() {
        Ok(value)
    } else {
        Err(Error::invalid(path, "a schema is an object"))
    }
}

struct Check {
    root: Value,
    nodes: usize,
}

impl Check {
    fn new(root: Value) -> Self {
        Self { root, nodes: 0 }
    }

    fn schema(&mut self, path: &str, schema: &mut Value, depth: usize) -> Result<(), Error> {
        self.nodes += 1;
        if depth > MAX_DEPTH || self.nodes > MAX_NODES {
            let message = format!("the schema is too complex: at most {MAX_DEPTH} levels and {MAX_NODES} subschemas");
            return Err(Error::invalid(path, message));
        }
        if schema.is_boolean() {
            return Ok(());
        }
        let Some(object) = schema.as_object_mut() else {
            return Err(Error::invalid(path, "a schema is an object"));
        };
        object.retain(|keyword, _| !IGNORED.contains(&keyword.as_str()));
        for keyword in object.keys() {
            let known = ENFORCED.contains(&keyword.as_str())
                || DESCRIBING.contains(&keyword.as_str())
                || keyword.starts_with("x-");
            if !known {
                let message = format!(
                    "the keyword `{keyword}` cannot be enforced; leave it out or say it with {}",
                    ENFORCED.join(", ")
                );
                return Err(Error::invalid(format!("{path}.{keyword}"), message));
            }
        }
        types(path, object)?;
        self.bounds(path, object)?;
        self.subschemas(path, object, depth)
    }

    fn bounds(&self, path: &str, object: &Map<String, Value>) -> Result<(), Error> {
        let at = |keyword: &str| format!("{path}.{keyword}");
        if let Some(required) = object.get("required") {
            let names = required.as_array().filter(|names| names.iter().all(Value::is_string));
            if names.is_none() {
                return Err(Error::invalid(at("required"), "a list of property names"));
            }
        }
        if let Some(options) = object.get("enum")
            && options.as_array().is_none_or(Vec::is_empty)
        {
            return Err(Error::invalid(at("enum"), "a list of at least one value"));
        }
        for keyword in ["minItems", "maxItems"] {
            if object.get(keyword).is_some_and(|value| value.as_u64().is_none()) {
                return Err(Error::invalid(at(keyword), "a whole number, not negative"));
            }
        }
        for keyword in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] {
            if object.get(keyword).is_some_and(|value| !value.is_number()) {
                return Err(Error::invalid(at(keyword), "a number"));
            }
        }
        for (low, high) in [("minItems", "maxItems"), ("minimum", "maximum")] {
            let number = |keyword: &str| object.get(keyword).and_then(Value::as_f64);
            if let (Some(least), Some(most)) = (number(low), number(high))
                && least > most
            {
                return Err(Error::invalid(
                    at(high),
                    format!("is smaller than `{low}`, so nothing fits"),
                ));
            }
        }
        if let Some(reference) = object.get("$ref") {
            let found = reference.as_str().is_some_and(|text| {
                text.strip_prefix('#')
                    .is_some_and(|pointer| self.root.pointer(pointer).is_some())
            });
            if !found {
                return Err(Error::invalid(
                    at("$ref"),
                    format!("{reference} does not point into this schema; use `#` or `#/$defs/NAME`"),
                ));
            }
        }
        Ok(())
    }

    fn subschemas(&mut self, path: &str, object: &mut Map<String, Value>, depth: usize) -> Result<(), Error> {
        for (keyword, value) in object.iter_mut() {
            let path = format!("{path}.{keyword}");
            match keyword.as_str() {
                "properties" | "$defs" | "definitions" => {
                    let Some(named) = value.as_object_mut() else {
                        return Err(Error::invalid(path, "an object of schemas"));
                    };
                    for (name, schema) in named {
                        self.schema(&format!("{path}.{name}"), schema, depth + 1)?;
                    }
                }
                "anyOf" | "oneOf" | "allOf" | "prefixItems" => {
                    let Some(schemas) = value.as_array_mut().filter(|schemas| !schemas.is_empty()) else {
                        return Err(Error::invalid(path, "a list of at least one schema"));
                    };
                    for (index, schema) in schemas.iter_mut().enumerate() {
                        self.schema(&format!("{path}[{index}]"), schema, depth + 1)?;
                    }
                }
                "items" | "additionalProperties" => self.schema(&path, value, depth + 1)?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// Checks `type`; the upper-case names of Google's older schemas are written in lower case.
fn types(path: &str, object: &mut Map<String, Value>) -> Result<(), Error> {
    let Some(value) = object.get_mut("type") else {
        return Ok(());
    };
    let names = match value {
        Value::Array(names) => names.iter_mut().collect(),
        single => vec![single],
    };
    for name in names {
        let lower = name
            .as_str()
            .map(str::to_ascii_lowercase)
            .filter(|lower| TYPES.contains(&lower.as_str()));
        match lower {
            Some(lower) => *name = lower.into(),
            None => {
                return Err(Error::invalid(
                    format!("{path}.type"),
                    format!("{name} is none of {}", TYPES.join(", ")),
                ));
            }
        }
    }
    Ok(())
}
