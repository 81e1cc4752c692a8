use std::path::Path;

use super::html;

/// A document as it is indexed.
pub(super) struct Document {
    pub(super) title: String,
    pub(super) text: String,
}

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Markdown,
    Html,
}

impl Format {
    /// By the file's name; `None` when it is not read.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "txt" => Some(Self::Text),
            "md" | "markdown" => Some(Self::Markdown),
            "html" | "htm" => Some(Self::Html),
            _ => None,
        }
    }
}

/// Reads a file's bytes; its title is its own, else its name.
pub(super) fn read(path: &Path, format: Format, bytes: &[u8]) -> Document {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{FEFF}');
    let (title, text) = match format {
        Format::Html => {
            let page = html::read(text);
            (page.title, page.text)
        }
        Format::Markdown => (heading(text).to_owned(), text.to_owned()),
        Format::Text => (String::new(), text.to_owned()),
    };
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let title = if title.is_empty() {
        path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    } else {
        title
    };
    Document { title, text }
}

/// The first heading of the first level.
fn heading(markdown: &str) -> &str {
    let mut lines = markdown.lines().take(200);
    lines
        .find_map(|line| line.strip_prefix("# "))
        .unwrap_or_default()
        .trim()
}
