use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Content, Json, Step};

/// What a request says: text, a content block, or a list of content blocks and steps.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A text of the user's.
    Text(String),
    /// One block or step.
    One(InputItem),
    /// Blocks and steps, in order.
    Many(Vec<InputItem>),
}

/// A content block or a step; their types do not overlap.
#[derive(Debug, Clone, PartialEq)]
pub enum InputItem {
    /// A block of the user's.
    Content(Content),
    /// A step.
    Step(Step),
}

impl From<&str> for Input {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Serialize for InputItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Content(content) => content.serialize(serializer),
            Self::Step(step) => step.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for InputItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Json::deserialize(deserializer)?;
        let tag = crate::union::tag_of(raw.text(), "type").map_err(serde::de::Error::custom)?;
        if Content::TYPES.contains(&tag.as_str()) {
            serde_json::from_str(raw.text())
                .map(Self::Content)
                .map_err(serde::de::Error::custom)
        } else {
            serde_json::from_str(raw.text())
                .map(Self::Step)
                .map_err(serde::de::Error::custom)
        }
    }
}

impl JsonSchema for InputItem {
    fn schema_name() -> Cow<'static, str> {
        "InputItem".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut variants = Vec::new();
        for union in [Content::json_schema(generator), Step::json_schema(generator)] {
            if let Some(some) = union.get("oneOf").and_then(serde_json::Value::as_array) {
                variants.extend(some.iter().cloned());
            }
        }
        crate::union::union_schema("type", &variants, &[])
    }
}

impl Serialize for Input {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => text.serialize(serializer),
            Self::One(item) => item.serialize(serializer),
            Self::Many(items) => items.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Json::deserialize(deserializer)?;
        let text = raw.text();
        if raw.is_string() {
            serde_json::from_str(text)
                .map(Self::Text)
                .map_err(serde::de::Error::custom)
        } else if raw.is_object() {
            serde_json::from_str(text)
                .map(Self::One)
                .map_err(serde::de::Error::custom)
        } else {
            serde_json::from_str(text)
                .map(Self::Many)
                .map_err(serde::de::Error::custom)
        }
    }
}

impl JsonSchema for Input {
    fn schema_name() -> Cow<'static, str> {
        "Input".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let item = generator.subschema_for::<InputItem>();
        schemars::json_schema!({
            "anyOf": [{ "type": "string" }, item, { "type": "array", "items": item }]
        })
    }
}
