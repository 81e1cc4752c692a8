use std::time::Duration;

/// How pages are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlContextSettings {
    /// How many URLs one turn may read.
    pub max_urls: usize,
    /// How many pages are fetched at a time.
    pub parallel: usize,
    /// The largest HTML page or text, in bytes, decompressed.
    pub max_text_bytes: usize,
    /// The largest PDF, in bytes.
    pub max_pdf_bytes: usize,
    /// How many characters of all pages of a call the model reads.
    pub max_characters: usize,
    /// How long a call may take; a page that is not read by then has failed, the others have not.
    pub time_limit: Duration,
    /// The name by which robots.txt files address this reader, letters, `-` and `_` only; `None` asks no robots.txt.
    pub robots_agent: Option<String>,
}

impl Default for UrlContextSettings {
    fn default() -> Self {
        Self {
            max_urls: 20,
            parallel: 8,
            max_text_bytes: 5 << 20,
            max_pdf_bytes: 10 << 20,
            max_characters: 40_000,
            time_limit: Duration::from_secs(60),
            robots_agent: Some("antiphon".to_owned()),
        }
    }
}
