use url::Url;

use crate::Source;

/// The most characters of a title.
const MAX_TITLE: usize = 200;
/// The most characters of a snippet.
const MAX_SNIPPET: usize = 2_000;
/// The most bytes of an address.
const MAX_URL: usize = 2_048;

/// Something that a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Where it is.
    pub url: Url,
    /// What it is called.
    pub title: String,
    /// The passage that matches best.
    pub snippet: String,
    /// The image itself, when images were searched for.
    pub image: Option<Url>,
}

impl Hit {
    /// A hit on the web, brought into bounds; `None` when its address is none of the web's.
    pub fn web(url: &str, title: &str, snippet: &str) -> Option<Self> {
        let url = web_address(url)?;
        Some(Self::new(url, title, snippet))
    }

    /// A hit at an address that is known to be fine.
    pub(super) fn new(url: Url, title: &str, snippet: &str) -> Self {
        let title = clean(title, MAX_TITLE);
        Self {
            title: if title.is_empty() { url.to_string() } else { title },
            url,
            snippet: clean(snippet, MAX_SNIPPET),
            image: None,
        }
    }

    /// Adds the address of the image.
    #[must_use]
    pub fn with_image(mut self, image: &str) -> Self {
        self.image = web_address(image);
        self
    }

    pub(super) fn into_source(self) -> Source {
        let mut passage = self.snippet;
        if let Some(image) = self.image {
            if !passage.is_empty() {
                passage.push('\n');
            }
            passage.push_str("Image: ");
            passage.push_str(image.as_str());
        }
        Source {
            url: self.url.into(),
            title: self.title,
            passage,
        }
    }
}

fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let fits = matches!(url.scheme(), "http" | "https") && url.as_str().len() <= MAX_URL && url.has_host();
    fits.then_some(url)
}

/// One line without control characters, cut at `limit` characters.
pub(super) fn clean(text: &str, limit: usize) -> String {
    let mut line = String::new();
    for word in text.split(|character: char| character.is_whitespace() || character.is_control()) {
        if !word.is_empty() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    if let Some((cut, _)) = line.char_indices().nth(limit) {
        line.truncate(cut);
        line.push('…');
    }
    line
}
