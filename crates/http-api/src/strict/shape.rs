use std::collections::HashMap;

use serde_json::{Map, Value};

/// A schema, compiled for checking.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    Any,
    /// One of the JSON types named.
    Kinds(Vec<String>),
    Text {
        values: Option<Vec<String>>,
        base64: bool,
    },
    Number {
        integer: bool,
        minimum: Option<f64>,
        maximum: Option<f64>,
        largest: Option<u64>,
    },
    Boolean,
    List {
        items: Box<Shape>,
        most: Option<u64>,
    },
    Object(ObjectShape),
    Union {
        tag: String,
        variants: HashMap<String, ObjectShape>,
        names: Vec<String>,
        open: bool,
    },
    /// The first alternative of the value's JSON type.
    AnyOf(Vec<Shape>),
    Reference(String),
    Null,
}

/// An object: its fields, and what others may be there.
#[derive(Debug, Clone, Default)]
pub(crate) struct ObjectShape {
    pub(crate) fields: HashMap<String, Shape>,
    pub(crate) names: Vec<String>,
    pub(crate) required: Vec<String>,
    pub(crate) others: Option<Box<Shape>>,
}

/// The named parts of a schema.
#[derive(Debug, Default)]
pub(crate) struct Definitions(HashMap<String, Shape>);

impl Definitions {
    pub(crate) fn compile(root: &Value) -> Self {
        let named = root.get("$defs").and_then(Value::as_object);
        Self(
            named
                .into_iter()
                .flatten()
                .map(|(name, schema)| (name.clone(), Shape::compile(schema)))
                .collect(),
        )
    }

    pub(crate) fn get(&self, name: &str) -> &Shape {
        self.0.get(name).unwrap_or(&Shape::Any)
    }
}

impl Shape {
    pub(crate) fn compile(schema: &Value) -> Self {
        let Some(schema) = schema.as_object() else {
            return Self::Any;
        };
        if let Some(Value::String(reference)) = schema.get("$ref") {
            return Self::Reference(reference.rsplit('/').next().unwrap_or_default().to_owned());
        }
        if let Some(Value::Array(options)) = schema.get("anyOf") {
            return Self::AnyOf(options.iter().map(Self::compile).collect());
        }
        if let (Some(Value::Array(variants)), Some(tag)) = (schema.get("oneOf"), tag(schema)) {
            return Self::union(variants, tag, schema.get("x-open") == Some(&Value::Bool(true)));
        }
        match schema.get("type") {
            Some(Value::String(kind)) => Self::of_kind(kind, schema),
            Some(Value::Array(kinds)) => {
                let kinds: Vec<&str> = kinds
                    .iter()
                    .filter_map(Value::as_str)
                    .filter(|kind| *kind != "null")
                    .collect();
                match kinds.as_slice() {
                    [kind] => Self::AnyOf(vec![Self::of_kind(kind, schema), Self::Null]),
                    kinds => Self::Kinds(
                        kinds
                            .iter()
                            .map(|kind| (*kind).to_owned())
                            .chain(["null".to_owned()])
                            .collect(),
                    ),
                }
            }
            _ => Self::Any,
        }
    }

    fn of_kind(kind: &str, schema: &Map<String, Value>) -> Self {
        let number = |name: &str| schema.get(name).and_then(Value::as_f64);
        match kind {
            "string" => Self::Text {
                values: schema.get("enum").and_then(Value::as_array).map(|values| texts(values)),
                base64: schema
                    .get("contentEncoding")
                    .is_some_and(|encoding| encoding == "base64"),
            },
            "integer" | "number" => Self::Number {
                integer: kind == "integer",
                minimum: number("minimum"),
                maximum: number("maximum"),
                largest: schema.get("format").and_then(Value::as_str).and_then(largest),
            },
            "boolean" => Self::Boolean,
            "array" => Self::List {
                items: Box::new(schema.get("items").map_or(Self::Any, Self::compile)),
                most: schema.get("maxItems").and_then(Value::as_u64),
            },
            "object" => Self::Object(ObjectShape::compile(schema)),
            "null" => Self::Null,
            _ => Self::Any,
        }
    }

    fn union(schemas: &[Value], tag: &str, open: bool) -> Self {
        let mut names = Vec::new();
        let mut variants = HashMap::new();
        for schema in schemas.iter().filter_map(Value::as_object) {
            let name = schema
                .get("properties")
                .and_then(|properties| properties.get(tag)?.get("const")?.as_str());
            if let Some(name) = name {
                names.push(name.to_owned());
                variants.insert(name.to_owned(), ObjectShape::compile(schema));
            }
        }
        Self::Union {
            tag: tag.to_owned(),
            variants,
            names,
            open,
        }
    }
}

fn tag(schema: &Map<String, Value>) -> Option<&str> {
    schema.get("discriminator")?.get("propertyName")?.as_str()
}

/// The largest whole number of a format; `f64`, in which bounds are kept, is not exact there.
fn largest(format: &str) -> Option<u64> {
    match format {
        "int32" => Some(i32::MAX as u64),
        "uint32" => Some(u32::MAX.into()),
        "int64" => Some(i64::MAX as u64),
        _ => None,
    }
}

fn texts(values: &[Value]) -> Vec<String> {
    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

impl ObjectShape {
    fn compile(schema: &Map<String, Value>) -> Self {
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = match (schema.get("additionalProperties"), properties) {
            (Some(Value::Bool(true)), _) | (None, None) => Some(Shape::Any),
            (Some(Value::Object(other)), _) => Some(Shape::compile(&Value::Object(other.clone()))),
            (Some(_), _) | (None, Some(_)) => None,
        };
        Self {
            names: properties.into_iter().flatten().map(|(name, _)| name.clone()).collect(),
            fields: properties
                .into_iter()
                .flatten()
                .map(|(name, schema)| (name.clone(), Shape::compile(schema)))
                .collect(),
            required: schema
                .get("required")
                .and_then(Value::as_array)
                .map(|names| texts(names))
                .unwrap_or_default(),
            others: others.map(Box::new),
        }
    }
}
