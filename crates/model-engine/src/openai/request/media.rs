use antiphon_interaction::{AudioContent, Content, ImageContent, MediaResolution};
use serde::Serialize;

use crate::Error;

/// What the model takes beside text.
pub(super) struct Media<'a> {
    pub(super) model: &'a str,
    pub(super) images: bool,
    pub(super) audio: bool,
}

/// A part of a message.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Part<'a> {
    Text { text: &'a str },
    ImageUrl { image_url: ImageUrl },
    InputAudio { input_audio: InputAudio<'a> },
}

#[derive(Serialize)]
pub(super) struct ImageUrl {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
}

#[derive(Serialize)]
pub(super) struct InputAudio<'a> {
    data: &'a str,
    format: &'static str,
}

impl Media<'_> {
    /// The part for a block, or why this model cannot be shown it.
    pub(super) fn part<'a>(&self, block: &'a Content) -> Result<Part<'a>, Error> {
        match block {
            Content::Text(text) => Ok(Part::Text { text: &text.text }),
            Content::Image(image) if self.images => self.image(image),
            Content::Audio(audio) if self.audio => self.audio(audio),
            Content::Image(_) => Err(self.refuse("images: declare it to take images, or choose a model that does")),
            Content::Audio(_) => Err(self.refuse("audio: declare it to take audio, or choose a model that does")),
            Content::Document(_) => Err(self.refuse("documents: send their text")),
            Content::Video(_) => Err(self.refuse("video: send single images")),
            Content::Unknown(_) => Err(self.refuse(&format!("content of the type `{}`", block.type_name()))),
        }
    }

    fn image<'a>(&self, image: &ImageContent) -> Result<Part<'a>, Error> {
        let ImageContent {
            data,
            uri: _,
            mime_type,
            resolution,
        } = image;
        let Some(data) = data else {
            return Err(self.refuse("images by address: send the bytes in `data`"));
        };
        let Some(mime_type) = mime_type.as_deref().or_else(|| sniff(data)) else {
            return Err(Error::Unsupported {
                message: "the kind of an image is unknown: give its `mime_type`".to_owned(),
            });
        };
        let detail = match resolution {
            Some(MediaResolution::Low) => Some("low"),
            Some(MediaResolution::High | MediaResolution::UltraHigh) => Some("high"),
            Some(MediaResolution::Medium | MediaResolution::Unknown(_)) | None => None,
        };
        Ok(Part::ImageUrl {
            image_url: ImageUrl {
                url: format!("data:{mime_type};base64,{data}"),
                detail,
            },
        })
    }

    fn audio<'a>(&self, audio: &'a AudioContent) -> Result<Part<'a>, Error> {
        let Some(data) = &audio.data else {
            return Err(self.refuse("audio by address: send the bytes in `data`"));
        };
        let format = match audio.mime_type.as_deref() {
            Some("audio/wav" | "audio/x-wav" | "audio/wave") => "wav",
            Some("audio/mp3" | "audio/mpeg") => "mp3",
            Some("audio/flac" | "audio/x-flac") => "flac",
            Some("audio/ogg" | "audio/ogg_opus") => "ogg",
            Some(other) => {
                return Err(self.refuse(&format!("audio of the type `{other}`: send `audio/wav` or `audio/mp3`")));
            }
            None => {
                return Err(Error::Unsupported {
                    message: "the kind of an audio block is unknown: give its `mime_type`".to_owned(),
                });
            }
        };
        Ok(Part::InputAudio {
            input_audio: InputAudio { data, format },
        })
    }

    fn refuse(&self, what: &str) -> Error {
        Error::Unsupported {
            message: format!("the model `{}` does not take {what}", self.model),
        }
    }
}

/// The kind of an image by its first bytes.
fn sniff(base64: &str) -> Option<&'static str> {
    let kinds = [
        ("iVBORw0KGgo", "image/png"),
        ("/9j/", "image/jpeg"),
        ("R0lGOD", "image/gif"),
        ("UklGR", "image/webp"),
    ];
    kinds
        .iter()
        .find(|(start, _)| base64.starts_with(start))
        .map(|(_, kind)| *kind)
}
