use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::{Model, ModelList};
use crate::error::Error;
use crate::extract::Caller;
use crate::state::ApiState;

const DEFAULT_PAGE: usize = 50;
const LARGEST_PAGE: usize = 1000;

#[derive(Deserialize)]
pub(crate) struct Parameters {
    #[serde(alias = "pageSize")]
    page_size: Option<usize>,
    #[serde(alias = "pageToken")]
    page_token: Option<String>,
}

/// `GET /{version}/models`
pub(crate) async fn list(
    State(state): State<ApiState>,
    _caller: Caller,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<ModelList>, Error> {
    let Query(Parameters { page_size, page_token }) = parameters.map_err(|error| Error::Parameter {
        path: "query",
        message: error.body_text(),
    })?;
    let size = page_size
        .filter(|size| *size > 0)
        .unwrap_or(DEFAULT_PAGE)
        .min(LARGEST_PAGE);
    let first = match page_token.filter(|token| !token.is_empty()) {
        None => 0,
        Some(token) => token.parse::<usize>().map_err(|_| Error::Parameter {
            path: "page_token",
            message: format!("`{token}` is not a token of this list; leave it out to start over"),
        })?,
    };
    let listing = state.engine.models().await;
    let total = listing.models.len();
    if total == 0
        && let Some(failure) = listing.failures.into_iter().next()
    {
        return Err(failure.into());
    }
    let models = listing
        .models
        .into_iter()
        .skip(first)
        .take(size)
        .map(Model::from)
        .collect();
    let next = first.saturating_add(size);
    Ok(Json(ModelList {
        models,
        next_page_token: (next < total).then(|| next.to_string()),
    }))
}
