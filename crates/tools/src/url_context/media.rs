use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// How a body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    Html,
    Pdf,
    Text,
    /// The server does not say: the body does.
    Unknown,
}

impl Media {
    /// By the `Content-Type`; `None` cannot be read.
    pub(super) fn of(content_type: &str) -> Option<Self> {
        let essence = content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let (kind, subtype) = essence.split_once('/').unwrap_or((&essence, ""));
        match (kind, subtype) {
            ("text", "html") | ("application", "xhtml+xml") => Some(Self::Html),
            ("application", "pdf" | "x-pdf") => Some(Self::Pdf),
            ("text", _) => Some(Self::Text),
            (
                "application",
                "json" | "xml" | "javascript" | "ecmascript" | "x-ndjson" | "jsonl" | "yaml" | "x-yaml" | "toml"
                | "sql" | "x-sh" | "markdown",
            ) => Some(Self::Text),
            ("application", subtype) if subtype.ends_with("+json") || subtype.ends_with("+xml") => Some(Self::Text),
            ("" | "binary", _) | ("application", "octet-stream") => Some(Self::Unknown),
            _ => None,
        }
    }

    /// By the first bytes; `None` is not text.
    pub(super) fn sniff(body: &[u8]) -> Option<Self> {
        let start = &body[..body.len().min(1024)];
        if start.starts_with(b"%PDF-") {
            return Some(Self::Pdf);
        }
        if start.contains(&0) {
            return None;
        }
        let start = start.trim_ascii_start().to_ascii_lowercase();
        let html = [b"<!doctype html".as_slice(), b"<html", b"<head", b"<body"]
            .iter()
            .any(|mark| start.starts_with(mark));
        Some(if html { Self::Html } else { Self::Text })
    }
}

/// The body as text: by its byte order mark, the `charset` of the `Content-Type`, that of an HTML page's beginning, as UTF-8,
/// else as Windows-1252.
pub(super) fn decode(body: &[u8], content_type: &str, is_html: bool) -> String {
    let declared = || charset(content_type.as_bytes());
    let inside = || is_html.then(|| charset(&body[..body.len().min(1024)])).flatten();
    let encoding = match Encoding::for_bom(body) {
        Some((encoding, _)) => encoding,
        None => declared()
            .or_else(inside)
            .unwrap_or_else(|| match std::str::from_utf8(body) {
                Ok(_) => UTF_8,
                // Only the last character is incomplete.
                Err(error) if error.error_len().is_none() => UTF_8,
                Err(_) => WINDOWS_1252,
            }),
    };
    encoding.decode(body).0.into_owned()
}

/// The value of the first `charset=`.
fn charset(text: &[u8]) -> Option<&'static Encoding> {
    const KEY: &[u8] = b"charset=";
    let at = text
        .windows(KEY.len())
        .position(|part| part.eq_ignore_ascii_case(KEY))?;
    let value = text[at + KEY.len()..].trim_ascii_start();
    let value = value
        .strip_prefix(b"\"")
        .or_else(|| value.strip_prefix(b"'"))
        .unwrap_or(value);
    let end = value
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_' | b':' | b'.'))
        .unwrap_or(value.len());
    Encoding::for_label(&value[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_in_the_encoding_that_it_has() {
        assert_eq!(decode("Grüße".as_bytes(), "", false), "Grüße");
        assert_eq!(decode(b"Gr\xfc\xdfe", "text/plain", false), "Grüße");
        assert_eq!(
            decode(b"\x83\x65\x83\x58\x83\x67", "text/plain; charset=Shift_JIS", false),
            "テスト"
        );
        assert_eq!(
            decode(b"<meta charset='koi8-r'>\xd4\xc5\xd3\xd4", "text/html", true),
            "<meta charset='koi8-r'>тест"
        );
        assert_eq!(decode(b"\xff\xfeh\0i\0", "text/plain; charset=utf-8", false), "hi");
        assert_eq!(decode(b"plain", "text/plain; charset=nonsense", false), "plain");
    }
}
