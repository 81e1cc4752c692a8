use axum::Json;
use axum::extract::State;
use http::Uri;

use super::{Model, ModelList};
use crate::error::Error;
use crate::extract::{Caller, Query};
use crate::state::ApiState;

const DEFAULT_PAGE: usize = 50;
const LARGEST_PAGE: usize = 1000;

/// `GET /{version}/models`
pub(crate) async fn list(State(state): State<ApiState>, _caller: Caller, uri: Uri) -> Result<Json<ModelList>, Error> {
    let query = Query::read(&uri, &["page_size", "page_token"])?;
    let size = query
        .count("page_size")?
        .filter(|size| *size > 0)
        .unwrap_or(DEFAULT_PAGE)
        .min(LARGEST_PAGE);
    let first = match query.text("page_token").filter(|token| !token.is_empty()) {
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
