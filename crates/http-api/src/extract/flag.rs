use serde::{Deserialize, Deserializer};

/// A boolean of a query: `true`, `True`, `1`; `false`, `False`, `0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Flag(pub(crate) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(Self(true)),
            "false" | "0" | "" => Ok(Self(false)),
            _ => Err(serde::de::Error::custom(format!("`{text}` is neither true nor false"))),
        }
    }
}
