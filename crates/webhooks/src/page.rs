use antiphon_store::Document;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use crate::Error;

/// How many entries a page has when nothing is asked for.
pub const PAGE: usize = 50;

/// The most entries of a page; who asks for more gets this many.
pub const LARGEST_PAGE: usize = 1000;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// How many entries; [`PAGE`] when absent or 0, [`LARGEST_PAGE`] at most.
    pub size: Option<usize>,
    /// Where to go on; from the start when absent or empty.
    pub token: Option<String>,
}

impl Page {
    pub(crate) fn size(&self) -> usize {
        self.size.filter(|size| *size > 0).unwrap_or(PAGE).min(LARGEST_PAGE)
    }

    pub(crate) fn after(&self) -> Result<Option<(Timestamp, String)>, Error> {
        let Some(token) = self.token.as_deref().filter(|token| !token.is_empty()) else {
            return Ok(None);
        };
        URL_SAFE_NO_PAD
            .decode(token)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .map(Some)
            .ok_or_else(|| Error::invalid("page_token", "is not a token of this list; leave it out to start over"))
    }
}

/// The token behind `last`.
pub(crate) fn token(last: &Document) -> Result<String, Error> {
    serde_json::to_vec(&(last.created, &last.id))
        .map(|place| URL_SAFE_NO_PAD.encode(place))
        .map_err(|source| Error::Unwritable {
            what: "a page token",
            source,
        })
}

/// Cuts what was read with one entry more than the page has, and says where the next page begins.
pub(crate) fn cut(mut found: Vec<Document>, size: usize) -> Result<(Vec<Document>, Option<String>), Error> {
    let more = found.len() > size;
    found.truncate(size);
    let next = found.last().filter(|_| more).map(token).transpose()?;
    Ok((found, next))
}
