use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// How long the server asks to wait: `retry-after-ms`, else `Retry-After` in seconds or as a date, which is measured
/// against the reply's own `Date`.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    if let Some(milliseconds) = text(headers, &RETRY_AFTER_MS).and_then(|text| text.parse().ok()) {
        return Some(Duration::from_millis(milliseconds));
    }
    let wanted = text(headers, &RETRY_AFTER)?;
    if let Ok(seconds) = wanted.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = httpdate::parse_http_date(wanted).ok()?;
    let now = httpdate::parse_http_date(text(headers, &DATE)?).ok()?;
    Some(at.duration_since(now).unwrap_or_default())
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}
