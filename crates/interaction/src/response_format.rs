use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_with::skip_serializing_none;

use crate::Json;

string_enum! {
    /// How a text answer is written.
    pub enum TextMimeType {
        /// Plain.
        "text/plain" => Plain,
        /// JSON.
        "application/json" => Json,
    }
}

/// A text answer, perhaps JSON under a schema.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TextFormat {
    /// Plain or JSON.
    pub mime_type: Option<TextMimeType>,
    /// The schema of the JSON.
    #[schemars(extend("type" = ["object", "null"]))]
    pub schema: Option<Json>,
}

string_enum! {
    /// How media is handed over.
    pub enum Delivery {
        /// In the answer.
        "inline" => Inline,
        /// By address.
        "uri" => Uri,
    }
}

/// An answer in sound.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AudioFormat {
    /// The kind of sound.
    pub mime_type: Option<String>,
    /// Samples per second.
    pub sample_rate: Option<u32>,
    /// Bits per second.
    pub bit_rate: Option<u32>,
    /// How it is handed over.
    pub delivery: Option<Delivery>,
}

/// An answer in images.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImageFormat {
    /// The kind of image.
    pub mime_type: Option<String>,
    /// Width to height.
    pub aspect_ratio: Option<String>,
    /// `512`, `1K`, `2K` or `4K`.
    pub image_size: Option<String>,
    /// How it is handed over.
    pub delivery: Option<Delivery>,
}

/// An answer in video.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VideoFormat {
    /// Width to height.
    pub aspect_ratio: Option<String>,
    /// `360p`, `720p`, `1080p` or `4k`.
    pub resolution: Option<String>,
    /// Such as `8s`.
    pub duration: Option<String>,
    /// How it is handed over.
    pub delivery: Option<Delivery>,
    /// A bucket to write to.
    pub gcs_uri: Option<String>,
}

tagged_union! {
    /// One form of the answer. An object with another `type` is a JSON Schema for a JSON answer.
    pub enum Format by "type" {
        /// Text.
        "text" => Text(TextFormat),
        /// Sound.
        "audio" => Audio(AudioFormat),
        /// Images.
        "image" => Image(ImageFormat),
        /// Video.
        "video" => Video(VideoFormat),
    }
}

/// The form of the answer: one, or several combined.
#[derive(Debug, Clone, PartialEq)]
pub enum ResponseFormat {
    /// One form.
    One(Format),
    /// Several forms, combined.
    Many(Vec<Format>),
}

impl ResponseFormat {
    /// The forms, in order.
    pub fn formats(&self) -> &[Format] {
        match self {
            Self::One(format) => std::slice::from_ref(format),
            Self::Many(formats) => formats,
        }
    }
}

impl Serialize for ResponseFormat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(format) => format.serialize(serializer),
            Self::Many(formats) => formats.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ResponseFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Json::deserialize(deserializer)?;
        if raw.is_object() {
            serde_json::from_str(raw.text())
                .map(Self::One)
                .map_err(serde::de::Error::custom)
        } else {
            serde_json::from_str(raw.text())
                .map(Self::Many)
                .map_err(serde::de::Error::custom)
        }
    }
}

impl JsonSchema for ResponseFormat {
    fn schema_name() -> Cow<'static, str> {
        "ResponseFormat".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        // The marker says that an object whose `type` is none of the listed ones is taken as it is.
        let mut format = Format::json_schema(generator);
        format.insert("x-open".to_owned(), true.into());
        schemars::json_schema!({ "anyOf": [format, { "type": "array", "items": format }] })
    }
}
