use std::time::Instant;

use dom_query::Document;
use dom_smoothie::{Config, Readability, TextMode};
use url::Url;

use super::page::{Failure, Page};
use super::paywall::is_paywalled;
use super::sink::parse_bounded;

/// What is no part of a page's text when the whole of it is read.
const FURNITURE: &[&str] = &[
    "script", "style", "meta", "head", "nav", "footer", "aside", "template", "svg", "iframe", "button", "select",
    "noscript",
];

/// Reads an HTML page as Markdown: of an article its text, of anything else the whole without navigation.
///
/// # Errors
/// It says that it is not free to read.
pub(super) fn read(html: &str, url: &Url, end: Instant) -> Result<Page, Failure> {
    let (document, cut) = parse_bounded(html, end);
    if is_paywalled(&document) {
        return Err(Failure::paywall());
    }
    let whole = || (title(&document), document.md(Some(FURNITURE)).to_string());
    let (title, text) = article(&document, url).unwrap_or_else(whole);
    Ok(Page { title, text, cut })
}

fn article(document: &Document, url: &Url) -> Option<(String, String)> {
    let config = Config {
        text_mode: TextMode::Markdown,
        // What a page's metadata claims about itself is not needed.
        disable_json_ld: true,
        ..Config::default()
    };
    let mut readability = Readability::with_document(document.clone(), Some(url.as_str()), Some(config)).ok()?;
    if !readability.is_probably_readable() {
        return None;
    }
    let article = readability.parse().ok()?;
    Some((article.title, article.text_content.to_string()))
}

fn title(document: &Document) -> String {
    document
        .select("title")
        .nodes()
        .first()
        .map(|node| node.text().to_string())
        .unwrap_or_default()
}
