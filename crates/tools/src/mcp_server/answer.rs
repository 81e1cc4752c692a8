//! What a server answers to a call, as content blocks.

use antiphon_interaction::{AudioContent, Content, ImageContent};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rmcp::model::{CallToolResult, ContentBlock, ResourceContents};
use serde_json::Value;

use super::settings::McpSettings;

/// The images that engines read.
const IMAGE_TYPES: &[&str] = &[
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/gif",
    "image/heic",
    "image/heif",
];
const MAX_MEDIA: usize = 16;

/// An answer as the conversation keeps it and as the model reads it.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) kept: Vec<Content>,
    pub(super) read: Vec<Content>,
    pub(super) is_error: bool,
}

impl Answer {
    pub(super) fn new(result: CallToolResult, settings: &McpSettings) -> Self {
        let mut blocks = Blocks {
            kept: Vec::new(),
            read: Vec::new(),
            text_left: settings.max_text,
            text_left_for_model: settings.max_text_for_model,
            media: 0,
        };
        let is_error = result.is_error == Some(true);
        if let Some(structured) = structured(&result) {
            blocks.text(&structured);
        }
        for block in result.content {
            blocks.add(block);
        }
        if blocks.read.is_empty() {
            blocks.read.push(Content::text("(no content)"));
        }
        Self {
            kept: blocks.kept,
            read: blocks.read,
            is_error,
        }
    }
}

/// The structured content as text, unless the text blocks say the same, as the protocol asks of servers.
fn structured(result: &CallToolResult) -> Option<String> {
    let value = result.structured_content.as_ref()?;
    let texts: Vec<&str> = result
        .content
        .iter()
        .filter_map(|block| block.as_text().map(|text| text.text.as_str()))
        .collect();
    // The Python SDK puts what is no object under `result`.
    let alone = value
        .as_object()
        .filter(|fields| fields.len() == 1)
        .and_then(|fields| fields.get("result"));
    let said = is_said(value, &texts) || alone.is_some_and(|value| is_said(value, &texts));
    (!said).then(|| value.to_string())
}

/// Whether a text is the value, or each item of a list has a text that is.
fn is_said(value: &Value, texts: &[&str]) -> bool {
    let is = |value: &Value, text: &str| {
        value.as_str() == Some(text) || serde_json::from_str::<Value>(text).is_ok_and(|said| said == *value)
    };
    let each =
        |items: &Vec<Value>| !items.is_empty() && items.iter().all(|item| texts.iter().any(|text| is(item, text)));
    texts.iter().any(|text| is(value, text)) || value.as_array().is_some_and(each)
}

struct Blocks {
    kept: Vec<Content>,
    read: Vec<Content>,
    text_left: usize,
    text_left_for_model: usize,
    media: usize,
}

impl Blocks {
    fn add(&mut self, block: ContentBlock) {
        match block {
            ContentBlock::Text(text) => self.text(&text.text),
            ContentBlock::Image(image) => self.media(&image.mime_type, image.data),
            ContentBlock::Audio(audio) => self.media(&audio.mime_type, audio.data),
            ContentBlock::Resource(embedded) => match embedded.resource {
                ResourceContents::TextResourceContents { uri, text, .. } => {
                    self.text(&format!("Resource {uri}:\n{text}"))
                }
                ResourceContents::BlobResourceContents {
                    uri, mime_type, blob, ..
                } => {
                    self.text(&format!("Resource {uri}:"));
                    self.media(mime_type.as_deref().unwrap_or("application/octet-stream"), blob);
                }
                // The library may learn new kinds.
                _ => self.text("[a resource of an unknown kind]"),
            },
            ContentBlock::ResourceLink(link) => {
                let description = link.description.map(|text| format!(": {text}")).unwrap_or_default();
                self.text(&format!("Resource link: {} <{}>{description}", link.name, link.uri));
            }
            // The library may learn new kinds.
            _ => self.text("[a block of an unknown kind]"),
        }
    }

    fn text(&mut self, text: &str) {
        let read = within(&mut self.text_left_for_model, text);
        self.read.extend(read.map(Content::text));
        let kept = within(&mut self.text_left, text);
        self.kept.extend(kept.map(Content::text));
    }

    fn media(&mut self, mime_type: &str, data: String) {
        let essence = mime_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        // What cannot be read as it says would fail the model's next call, and with it the turn.
        let bytes = STANDARD.decode(&data).ok().filter(|bytes| !bytes.is_empty());
        let Some(bytes) = bytes else {
            return self.text(&format!("[{essence}: left out, it is not base64]"));
        };
        if self.media >= MAX_MEDIA {
            return self.text(&format!(
                "[{essence}, {} bytes: left out, more than {MAX_MEDIA} files]",
                bytes.len()
            ));
        }
        if IMAGE_TYPES.contains(&essence.as_str()) {
            self.media += 1;
            let image = Content::Image(ImageContent {
                data: Some(data),
                mime_type: Some(essence),
                ..ImageContent::default()
            });
            self.read.push(image.clone());
            self.kept.push(image);
        } else if essence.starts_with("audio/") {
            self.media += 1;
            self.read
                .push(Content::text(format!("[{essence}, {} bytes]", bytes.len())));
            self.kept.push(Content::Audio(AudioContent {
                data: Some(data),
                mime_type: Some(essence),
                ..AudioContent::default()
            }));
        } else {
            self.text(&format!("[{essence}, {} bytes: left out]", bytes.len()));
        }
    }
}

/// What of `text` is within the limit, and a note where it was cut; `None` once nothing was left.
fn within(left: &mut usize, text: &str) -> Option<String> {
    if *left == 0 {
        return None;
    }
    if text.len() <= *left {
        *left -= text.len();
        return Some(text.to_owned());
    }
    let end = text.floor_char_boundary(*left);
    *left = 0;
    Some(format!("{}\n[cut: {} bytes more]", &text[..end], text.len() - end))
}

#[cfg(test)]
mod tests {
    use rmcp::model::Resource;
    use serde_json::json;

    use super::*;

    fn answer(content: Vec<ContentBlock>, structured: Option<Value>) -> Answer {
        let mut result = CallToolResult::success(content);
        result.structured_content = structured;
        let settings = McpSettings {
            max_text: 20,
            max_text_for_model: 10,
            ..McpSettings::default()
        };
        Answer::new(result, &settings)
    }

    #[test]
    fn long_text_is_cut_between_characters_and_says_so() {
        let answer = answer(
            vec![ContentBlock::text("äöüäöü"), ContentBlock::text("12345678901")],
            None,
        );
        assert_eq!(answer.read, [Content::text("äöüäö\n[cut: 2 bytes more]")]);
        assert_eq!(
            answer.kept,
            [Content::text("äöüäöü"), Content::text("12345678\n[cut: 3 bytes more]")]
        );
    }

    #[test]
    fn structured_content_is_told_once() {
        let value = json!({ "a": 1 });
        let once = [Content::text(r#"{"a":1}"#)];
        assert_eq!(answer(Vec::new(), Some(value.clone())).read, once);
        let same = [
            (json!({ "a": 1 }), vec![r#"{ "a":1 }"#]),
            (json!({ "result": "x" }), vec!["x"]),
            (json!({ "result": [1, "x"] }), vec!["1", "x"]),
        ];
        for (value, texts) in same {
            let blocks = texts.iter().map(|text| ContentBlock::text(*text)).collect();
            let expected: Vec<_> = texts.iter().map(|text| Content::text(*text)).collect();
            assert_eq!(answer(blocks, Some(value)).read, expected);
        }
        let other = answer(vec![ContentBlock::text("y")], Some(value));
        assert_eq!(other.read, [Content::text(r#"{"a":1}"#), Content::text("y")]);
    }

    #[test]
    fn only_media_that_can_be_read_are_media() {
        let one = |block| answer(vec![block], None).read;
        assert!(matches!(
            one(ContentBlock::image("aGVq", "IMAGE/png; q=1"))[..],
            [Content::Image(_)]
        ));
        assert!(matches!(
            one(ContentBlock::image("not base64", "image/png"))[..],
            [Content::Text(_)]
        ));
        assert!(matches!(
            one(ContentBlock::image("aGVq", "image/svg+xml"))[..],
            [Content::Text(_)]
        ));
        let link = ContentBlock::ResourceLink(Resource::new("f:/a", "a"));
        assert_eq!(one(link)[0], Content::text("Resource l\n[cut: 13 bytes more]"));
        assert_eq!(answer(Vec::new(), None).read, [Content::text("(no content)")]);
    }
}
