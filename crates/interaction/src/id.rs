use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const ID_PREFIX: &str = "v1_";
const TOKEN_LENGTH: usize = 23;

/// The id of an interaction: opaque, `v1_` first. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InteractionId(Arc<str>);

impl InteractionId {
    /// Makes an id in the hosted API's shape: base64 of a small protobuf that holds one 23-character token twice.
    pub fn from_random(bytes: [u8; 18]) -> Self {
        let mut token = URL_SAFE_NO_PAD.encode(bytes);
        token.truncate(TOKEN_LENGTH);
        let mut message = Vec::with_capacity(2 * TOKEN_LENGTH + 4);
        for tag in [0x0a, 0x12] {
            message.push(tag);
            message.push(TOKEN_LENGTH as u8);
            message.extend_from_slice(token.as_bytes());
        }
        Self(format!("{ID_PREFIX}{}", URL_SAFE_NO_PAD.encode(message)).into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for InteractionId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for InteractionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for InteractionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for InteractionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for InteractionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

impl JsonSchema for InteractionId {
    fn schema_name() -> Cow<'static, str> {
        "InteractionId".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_the_shape_of_the_hosted_api() {
        let id = InteractionId::from_random([7; 18]);
        assert!(id.as_str().starts_with("v1_Ch"), "{id}");
        let message = URL_SAFE_NO_PAD.decode(&id.as_str()[3..]).unwrap();
        assert_eq!(message[2..25], message[27..50]);
    }
}
