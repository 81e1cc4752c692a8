use std::error::Error as _;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};

use crate::error::Error;

/// Reads a JSON body of at most `limit` bytes.
pub(crate) async fn read_body(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Error> {
    if let Some(found) = headers.get(header::CONTENT_TYPE) {
        let found = String::from_utf8_lossy(found.as_bytes());
        let essence = found.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if essence != "application/json" {
            return Err(Error::ContentType {
                found: found.chars().take(100).collect(),
            });
        }
    }
    if let Some(found) = headers
        .get(header::CONTENT_ENCODING)
        .filter(|found| *found != "identity")
    {
        return Err(Error::ContentEncoding {
            found: String::from_utf8_lossy(found.as_bytes()).chars().take(100).collect(),
        });
    }
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(Error::TooLarge { limit });
    }
    axum::body::to_bytes(body, limit).await.map_err(|error| {
        let too_large = error
            .source()
            .is_some_and(|cause| cause.to_string().contains("length limit exceeded"));
        if too_large {
            Error::TooLarge { limit }
        } else {
            Error::Body(error)
        }
    })
}
