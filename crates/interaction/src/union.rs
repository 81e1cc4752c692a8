//! The two shapes in which the wire grows: tagged unions and string enums.

/// Declares a union of objects told apart by their `type` (or another tag).
///
/// Generates the enum, `type_name`, `TYPES`, lenient `serde` (an unknown tag is kept in `Unknown`, byte for byte)
/// and a `oneOf` schema with a discriminator. A union that is `open` says so in its schema (`x-open`): what its other tags
/// mean is not the schema's to refuse.
macro_rules! tagged_union {
    (
        $(#[$meta:meta])*
        pub enum $name:ident by $tag:literal $($open:ident)? {
            $( $(#[$variant_meta:meta])* $wire:literal => $variant:ident($inner:ty) ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name {
            $( $(#[$variant_meta])* $variant($inner), )+
            /// A variant that this build does not know, kept as it came.
            Unknown($crate::Json),
        }

        impl $name {
            /// The tag values that this build knows.
            pub const TYPES: &'static [&'static str] = &[$($wire),+];

            /// The value of the tag; empty for an object that has none.
            pub fn type_name(&self) -> std::borrow::Cow<'_, str> {
                match self {
                    $( Self::$variant(_) => $wire.into(), )+
                    Self::Unknown(raw) => $crate::union::tag_of(raw.text(), $tag).unwrap_or_default().into(),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                #[derive(serde::Serialize)]
                struct Tagged<'a, T> {
                    #[serde(rename = $tag)]
                    tag: &'static str,
                    #[serde(flatten)]
                    value: &'a T,
                }
                match self {
                    $( Self::$variant(value) => Tagged { tag: $wire, value }.serialize(serializer), )+
                    Self::Unknown(raw) => raw.serialize(serializer),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = <$crate::Json as serde::Deserialize>::deserialize(deserializer)?;
                let tag = $crate::union::tag_of(raw.text(), $tag).map_err(serde::de::Error::custom)?;
                match tag.as_str() {
                    $( $wire => serde_json::from_str::<$inner>(raw.text())
                        .map(Self::$variant)
                        .map_err(serde::de::Error::custom), )+
                    _ => Ok(Self::Unknown(raw)),
                }
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let variants = vec![
                    $( $crate::union::variant_schema($tag, $wire, <$inner as schemars::JsonSchema>::json_schema(generator)), )+
                ];
                $crate::union::union_schema($tag, &variants, &[$(stringify!($open))?])
            }
        }
    };
}

/// Declares an enum of strings that keeps a value it does not know.
macro_rules! string_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $wire:literal => $variant:ident ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )+
            /// A value that this build does not know, kept as it came.
            Unknown(String),
        }

        impl $name {
            /// The wire form.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $wire, )+
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $wire => Self::$variant, )+
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer).map(|text| Self::from(text.as_str()))
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($wire),+] })
            }
        }
    };
}

/// The string under `tag` in a JSON object; empty when there is none.
pub(crate) fn tag_of(text: &str, tag: &str) -> Result<String, serde_json::Error> {
    use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};

    struct Find<'a>(&'a str);
    impl<'de> Visitor<'de> for Find<'_> {
        type Value = String;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "an object with a `{}`", self.0)
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
            let mut found = String::new();
            while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
                if key == self.0 {
                    // A tag that is no string (the `type` of a JSON Schema can be a list) names no variant.
                    let tag: crate::Json = map.next_value()?;
                    found = serde_json::from_str(tag.text()).unwrap_or_default();
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(found)
        }
    }
    serde_json::Deserializer::from_str(text).deserialize_map(Find(tag))
}

pub(crate) fn variant_schema(tag: &str, wire: &str, inner: schemars::Schema) -> serde_json::Value {
    let mut schema = inner.to_value();
    if let Some(object) = schema.as_object_mut() {
        object.entry("type").or_insert_with(|| "object".into());
        if let Some(properties) = object
            .entry("properties")
            .or_insert_with(|| serde_json::json!({}))
            .as_object_mut()
        {
            properties.insert(tag.to_owned(), serde_json::json!({ "const": wire }));
        }
        if let Some(required) = object
            .entry("required")
            .or_insert_with(|| serde_json::json!([]))
            .as_array_mut()
        {
            required.insert(0, tag.into());
        }
    }
    schema
}

pub(crate) fn union_schema(tag: &str, variants: &[serde_json::Value], marks: &[&str]) -> schemars::Schema {
    let mut schema = schemars::json_schema!({ "oneOf": variants, "discriminator": { "propertyName": tag } });
    for mark in marks {
        schema.insert(format!("x-{mark}"), true.into());
    }
    schema
}
