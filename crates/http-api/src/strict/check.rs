use std::fmt::Write as _;

use antiphon_interaction::nearest;
use serde_json::{Map, Value};

use super::Violation;
use super::shape::{Definitions, ObjectShape, Shape};

const SHOWN_VALUE_LENGTH: usize = 60;

/// Walks a body beside its shape.
pub(super) struct Walk<'a> {
    pub(super) definitions: &'a Definitions,
    pub(super) path: String,
}

impl<'a> Walk<'a> {
    pub(super) fn value(&mut self, shape: &'a Shape, value: &Value) -> Result<(), Violation> {
        match (shape, value) {
            (Shape::Any, _) | (Shape::Boolean, Value::Bool(_)) | (Shape::Null, Value::Null) => Ok(()),
            (Shape::Reference(name), _) => self.value(self.definitions.get(name), value),
            (Shape::Kinds(kinds), _) => {
                if kinds.iter().any(|kind| kind == kind_of(value)) { Ok(()) } else { Err(self.wrong_kind(&kinds.join(" or "), value)) }
            }
            (Shape::Text { values, base64 }, Value::String(text)) => self.text(values.as_deref(), *base64, text),
            (Shape::Number { integer, minimum, maximum, largest }, Value::Number(number)) => {
                if *integer && !(number.is_u64() || number.is_i64()) {
                    return Err(self.wrong_kind("whole number", value));
                }
                if let (Some(largest), Some(number)) = (largest, number.as_u64())
                    && number > *largest
                {
                    return Err(self.violation(format!("{number} is above {largest}")));
                }
                let number = number.as_f64().unwrap_or_default();
                if minimum.is_some_and(|minimum| number < minimum) {
                    return Err(self.violation(format!("{value} is below {}", minimum.unwrap_or_default())));
                }
                if maximum.is_some_and(|maximum| number > maximum) {
                    return Err(self.violation(format!("{value} is above {}", maximum.unwrap_or_default())));
                }
                Ok(())
            }
            (Shape::List { items, most }, Value::Array(list)) => {
                if most.is_some_and(|most| list.len() as u64 > most) {
                    return Err(self.violation(format!("has {} entries, and at most {} are taken", list.len(), most.unwrap_or_default())));
                }
                for (index, item) in list.iter().enumerate() {
                    let length = self.path.len();
                    // Writing to a string cannot fail.
                    write!(self.path, "[{index}]").ok();
                    self.value(items, item)?;
                    self.path.truncate(length);
                }
                Ok(())
            }
            (Shape::Object(shape), Value::Object(object)) => self.object(shape, object, None),
            (Shape::Union { tag, variants, names, open }, Value::Object(object)) => {
                match object.get(tag) {
                    Some(Value::String(name)) => match variants.get(name) {
                        Some(shape) => self.object(shape, object, Some(tag)),
                        None if *open => Ok(()),
                        None => {
                            let length = self.path.len();
                            self.enter(tag);
                            let violation = self.violation(not_among(name, names));
                            self.path.truncate(length);
                            Err(violation)
                        }
                    },
                    _ if *open => Ok(()),
                    _ if object.contains_key("role") => Err(self.violation(
                        "turns of the form {role, content} belong to the withdrawn schema and are no longer supported; send steps such as {\"type\": \"user_input\", \"content\": […]}",
                    )),
                    _ => Err(self.violation(format!("`{tag}` is missing; it says what the object is, one of {}", names.join(", ")))),
                }
            }
            (Shape::AnyOf(options), _) => {
                let fitting = options.iter().find(|option| self.takes(option, value));
                match fitting {
                    Some(option) => self.value(option, value),
                    None => {
                        let mut kinds = Vec::new();
                        self.kinds(shape, &mut kinds);
                        Err(self.wrong_kind(&kinds.join(" or "), value))
                    }
                }
            }
            (
                Shape::Boolean
                | Shape::Null
                | Shape::Text { .. }
                | Shape::Number { .. }
                | Shape::List { .. }
                | Shape::Object(_)
                | Shape::Union { .. },
                _,
            ) => Err(self.wrong_kind(self.kind(shape), value)),
        }
    }

    fn text(&self, values: Option<&[String]>, base64: bool, text: &str) -> Result<(), Violation> {
        if let Some(values) = values
            && !values.iter().any(|value| value == text)
        {
            return Err(self.violation(not_among(text, values)));
        }
        if base64 && !is_base64(text) {
            return Err(self.violation("is not base64 (standard alphabet, `=` at the end)"));
        }
        Ok(())
    }

    fn object(
        &mut self,
        shape: &'a ObjectShape,
        object: &Map<String, Value>,
        tag: Option<&str>,
    ) -> Result<(), Violation> {
        for (name, value) in object {
            if tag == Some(name.as_str()) {
                continue;
            }
            let length = self.path.len();
            self.enter(name);
            match (shape.fields.get(name), &shape.others) {
                (Some(field), _) => self.value(field, value)?,
                (None, Some(others)) => self.value(others, value)?,
                (None, None) => return Err(self.violation(unknown_parameter(name, &shape.names))),
            }
            self.path.truncate(length);
        }
        match shape.required.iter().find(|name| !object.contains_key(*name)) {
            None => Ok(()),
            Some(missing) => {
                self.enter(missing);
                Err(self.violation("is missing"))
            }
        }
    }

    fn enter(&mut self, name: &str) {
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(&shortened(name));
    }

    /// Whether the value has the JSON type of the shape.
    fn takes(&self, shape: &Shape, value: &Value) -> bool {
        match shape {
            Shape::Any => true,
            Shape::Reference(name) => self.takes(self.definitions.get(name), value),
            Shape::AnyOf(options) => options.iter().any(|option| self.takes(option, value)),
            Shape::Kinds(kinds) => kinds.iter().any(|kind| kind == kind_of(value)),
            Shape::Text { .. }
            | Shape::Number { .. }
            | Shape::Boolean
            | Shape::List { .. }
            | Shape::Object(_)
            | Shape::Union { .. }
            | Shape::Null => {
                let kind = self.kind(shape);
                kind == kind_of(value) || (kind == "number" && kind_of(value) == "integer")
            }
        }
    }

    /// The JSON types that the shape takes, `null` aside.
    fn kinds(&self, shape: &Shape, kinds: &mut Vec<&'static str>) {
        match shape {
            Shape::AnyOf(options) => options.iter().for_each(|option| self.kinds(option, kinds)),
            Shape::Reference(name) => self.kinds(self.definitions.get(name), kinds),
            Shape::Null => {}
            Shape::Any
            | Shape::Kinds(_)
            | Shape::Text { .. }
            | Shape::Number { .. }
            | Shape::Boolean
            | Shape::List { .. }
            | Shape::Object(_)
            | Shape::Union { .. } => {
                let kind = self.kind(shape);
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            }
        }
    }

    fn kind(&self, shape: &Shape) -> &'static str {
        match shape {
            Shape::Any | Shape::Kinds(_) | Shape::AnyOf(_) => "value",
            Shape::Text { .. } => "string",
            Shape::Number { integer: true, .. } => "integer",
            Shape::Number { integer: false, .. } => "number",
            Shape::Boolean => "boolean",
            Shape::List { .. } => "array",
            Shape::Object(_) | Shape::Union { .. } => "object",
            Shape::Reference(name) => self.kind(self.definitions.get(name)),
            Shape::Null => "null",
        }
    }

    fn wrong_kind(&self, expected: &str, value: &Value) -> Violation {
        let got = match value {
            Value::Null => "null".to_owned(),
            Value::Array(_) | Value::Object(_) => format!("an {}", kind_of(value)),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                format!("the {} {}", kind_of(value), shortened(&value.to_string()))
            }
        };
        self.violation(format!("expected {expected}, got {got}"))
    }

    fn violation(&self, message: impl Into<String>) -> Violation {
        Violation {
            path: self.path.clone(),
            message: message.into(),
        }
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() || number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn not_among(value: &str, names: &[String]) -> String {
    let supported = names.join(", ");
    let value = shortened(value);
    match nearest(&value, names.iter().map(String::as_str)) {
        Some(near) => format!("`{value}` is not supported, did you mean `{near}`? Supported: {supported}"),
        None => format!("`{value}` is not supported. Supported: {supported}"),
    }
}

/// What is said of a parameter that is none of `names`.
pub(crate) fn unknown_parameter<S: AsRef<str>>(name: &str, names: &[S]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    let shown = shortened(name);
    match nearest(&snake_case(name), names.iter().copied()) {
        Some(near) => format!("unknown parameter `{shown}`, did you mean `{near}`?"),
        None if names.is_empty() => format!("unknown parameter `{shown}`; there is none here"),
        None => format!("unknown parameter `{shown}`; known here: {}", names.join(", ")),
    }
}

/// A name as this API writes it.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in shortened(name).chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// So that no message quotes a novel.
pub(crate) fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_VALUE_LENGTH).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    text.len() - digits.len() <= 2
        && text.len().is_multiple_of(4)
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}
