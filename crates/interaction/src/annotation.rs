use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Json;

tagged_union! {
    /// A note on a span of text. Offsets are UTF-8 bytes, the end exclusive.
    pub enum Annotation by "type" {
        /// A source on the web.
        "url_citation" => UrlCitation(UrlCitation),
        /// A source in a file.
        "file_citation" => FileCitation(FileCitation),
        /// A place on a map.
        "place_citation" => PlaceCitation(PlaceCitation),
        /// When a transcribed word was said, and by whom.
        "word_info" => WordInfo(WordInfo),
        /// Who is to speak, and how.
        "speech_metadata" => SpeechMetadata(SpeechMetadata),
    }
}

/// A source on the web.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UrlCitation {
    /// First byte of the span.
    pub start_index: Option<u64>,
    /// The byte after the span.
    pub end_index: Option<u64>,
    /// Where it is.
    pub url: Option<String>,
    /// What it is called.
    pub title: Option<String>,
}

/// A source in a file.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FileCitation {
    /// First byte of the span.
    pub start_index: Option<u64>,
    /// The byte after the span.
    pub end_index: Option<u64>,
    /// The file's name.
    pub file_name: Option<String>,
    /// The passage.
    pub source: Option<String>,
    /// The document's address.
    pub document_uri: Option<String>,
    /// The page, from 1.
    pub page_number: Option<u64>,
    /// The id of an image or sound in the store.
    pub media_id: Option<String>,
    /// The document's own metadata.
    pub custom_metadata: Option<Json>,
}

/// A place on a map.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlaceCitation {
    /// First byte of the span.
    pub start_index: Option<u64>,
    /// The byte after the span.
    pub end_index: Option<u64>,
    /// `places/…`.
    pub place_id: Option<String>,
    /// The place's name.
    pub name: Option<String>,
    /// The place's address.
    pub url: Option<String>,
    /// Passages of reviews.
    pub review_snippets: Option<Json>,
}

/// When a transcribed word was said, and by whom.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WordInfo {
    /// First byte of the span.
    pub start_index: Option<u64>,
    /// The byte after the span.
    pub end_index: Option<u64>,
    /// The word.
    pub text: Option<String>,
    /// When it begins.
    pub start_offset: Option<String>,
    /// When it ends.
    pub end_offset: Option<String>,
    /// Who said it.
    pub speaker: Option<String>,
}

/// Who is to speak, and how.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpeechMetadata {
    /// First byte of the span.
    pub start_index: Option<u64>,
    /// The byte after the span.
    pub end_index: Option<u64>,
    /// Who.
    pub speaker: Option<String>,
    /// How.
    pub style: Option<String>,
}
