use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::routes::{interactions, models, operations, webhooks};
use crate::state::ApiState;
use crate::{cors, error, observe};

/// The versions of the wire; they are the same.
pub(crate) const VERSIONS: [&str; 3] = ["v1", "v1beta", "v1alpha"];

/// Every path of the server.
pub fn router(state: ApiState) -> Router {
    let api = Router::new()
        .route("/interactions", post(interactions::create))
        .route(
            "/interactions/{id}",
            get(interactions::get)
                .delete(interactions::delete)
                .post(interactions::verb),
        )
        .route("/interactions/{id}/cancel", post(interactions::cancel))
        .route("/webhooks", post(webhooks::create).get(webhooks::list))
        .route(
            "/webhooks/{id}",
            get(webhooks::get)
                .patch(webhooks::update)
                .delete(webhooks::delete)
                .post(webhooks::verb),
        )
        .route("/webhooks/{id}/rotate_secret", post(webhooks::rotate))
        .route("/webhooks/{id}/deliveries", get(webhooks::deliveries))
        .route("/models", get(models::list))
        .route("/models/{*id}", get(models::get).post(models::other_api));
    let mut router = Router::new()
        .route("/", get(operations::index))
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz))
        .route("/metrics", get(operations::metrics))
        .route("/openapi.json", get(operations::openapi))
        .route("/.well-known/jwks.json", get(webhooks::jwks));
    for version in VERSIONS {
        router = router.nest(&format!("/{version}"), api.clone());
    }
    router
        .fallback(async || error::Error::NoRoute)
        .method_not_allowed_fallback(async || error::Error::Method)
        .layer(cors::layer(Arc::clone(&state.authority)))
        .layer(from_fn(observe::request))
        .with_state(state)
}
