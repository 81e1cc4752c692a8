use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{Annotation, Json};

tagged_union! {
    /// A block of content.
    pub enum Content by "type" {
        /// Text.
        "text" => Text(TextContent),
        /// An image.
        "image" => Image(ImageContent),
        /// Sound.
        "audio" => Audio(AudioContent),
        /// A document.
        "document" => Document(DocumentContent),
        /// A video.
        "video" => Video(VideoContent),
    }
}

impl Content {
    /// A text block.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextContent {
            text: text.into(),
            annotations: None,
        })
    }

    /// The text of a text block.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(content) => Some(&content.text),
            Self::Image(_) | Self::Audio(_) | Self::Document(_) | Self::Video(_) | Self::Unknown(_) => None,
        }
    }
}

/// Text, with notes on its spans.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TextContent {
    /// The text.
    pub text: String,
    /// Notes on spans of it.
    pub annotations: Option<Vec<Annotation>>,
}

string_enum! {
    /// How closely the model looks at an image, document or video.
    pub enum MediaResolution {
        /// Fewest tokens.
        "low" => Low,
        /// A middle way.
        "medium" => Medium,
        /// Many tokens.
        "high" => High,
        /// Most tokens.
        "ultra_high" => UltraHigh,
    }
}

/// An image: bytes or an address.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImageContent {
    /// The bytes, base64.
    #[schemars(extend("contentEncoding" = "base64"))]
    pub data: Option<String>,
    /// The address.
    pub uri: Option<String>,
    /// The kind, such as `image/png`.
    pub mime_type: Option<String>,
    /// How closely to look.
    pub resolution: Option<MediaResolution>,
}

/// Sound: bytes or an address.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AudioContent {
    /// The bytes, base64.
    #[schemars(extend("contentEncoding" = "base64"))]
    pub data: Option<String>,
    /// The address.
    pub uri: Option<String>,
    /// The kind, such as `audio/wav`.
    pub mime_type: Option<String>,
    /// Samples per second.
    pub sample_rate: Option<u32>,
    /// How many channels.
    pub channels: Option<u32>,
    /// Which part, and how to read it.
    pub processing: Option<Json>,
}

/// A document: bytes or an address.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DocumentContent {
    /// The bytes, base64.
    #[schemars(extend("contentEncoding" = "base64"))]
    pub data: Option<String>,
    /// The address.
    pub uri: Option<String>,
    /// The kind, such as `application/pdf`.
    pub mime_type: Option<String>,
    /// How closely to look.
    pub resolution: Option<MediaResolution>,
    /// Which part, and how to read it.
    pub processing: Option<Json>,
}

/// A video: bytes or an address.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VideoContent {
    /// The bytes, base64.
    #[schemars(extend("contentEncoding" = "base64"))]
    pub data: Option<String>,
    /// The address.
    pub uri: Option<String>,
    /// The kind, such as `video/mp4`.
    pub mime_type: Option<String>,
    /// A name to refer to it.
    pub name: Option<String>,
    /// How closely to look.
    pub resolution: Option<MediaResolution>,
    /// `static`, `agentic`, or which part and how to read it.
    pub processing: Option<Json>,
}
