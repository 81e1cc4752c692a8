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
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use http::HeaderMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::extract::read_body;
use crate::strict::{Checker, Violation};

/// The most bytes of a body: a webhook is a few lines.
const BODY_BYTES: usize = 64 * 1024;

#[derive(Deserialize)]
pub(crate) struct PageParameters {
    #[serde(alias = "pageSize")]
    page_size: Option<usize>,
    #[serde(alias = "pageToken")]
    page_token: Option<String>,
}

type PageQuery = Result<Query<PageParameters>, QueryRejection>;

fn page(parameters: PageQuery) -> Result<Page, Error> {
    let Query(PageParameters { page_size, page_token }) = query(parameters)?;
    Ok(Page {
        size: page_size,
        token: page_token,
    })
}

fn query<T>(parameters: Result<Query<T>, QueryRejection>) -> Result<Query<T>, Error> {
    parameters.map_err(|error| Error::Parameter {
        path: "query",
        message: error.body_text(),
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
