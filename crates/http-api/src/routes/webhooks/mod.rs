mod actions;
mod collection;
mod item;
mod keys;

pub(crate) use actions::{rotate, verb};
pub(crate) use collection::{create, list};
pub(crate) use item::{delete, deliveries, get, update};
pub(crate) use keys::jwks;

use antiphon_webhooks::Page;
use axum::body::Body;
use http::{HeaderMap, Uri};
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::extract::{Query, read_body};
use crate::strict::{Checker, Violation};

/// The most bytes of a body: a webhook is a few lines.
const BODY_BYTES: usize = 64 * 1024;

fn page(uri: &Uri) -> Result<Page, Error> {
    let query = Query::read(uri, &["page_size", "page_token"])?;
    Ok(Page {
        size: query.count("page_size")?,
        token: query.text("page_token").map(str::to_owned),
    })
}

/// Reads a body strictly; where one may be left out, none is the empty object.
async fn read<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Body,
    checker: &Checker,
    may_be_empty: bool,
) -> Result<T, Error> {
    let violation = |message: String| {
        Error::Violation(Violation {
            path: String::new(),
            message,
        })
    };
    let mut body = read_body(headers, body, BODY_BYTES).await?;
    if body.is_empty() && may_be_empty {
        body = "{}".into();
    }
    let value: serde_json::Value =
        serde_json::from_slice(&body).map_err(|error| violation(format!("the body is not valid JSON: {error}")))?;
    if !value.is_object() {
        return Err(violation("the body must be a JSON object".to_owned()));
    }
    checker.check(&value).map_err(Error::Violation)?;
    serde_json::from_value(value).map_err(|error| violation(format!("the body cannot be read: {error}")))
}
