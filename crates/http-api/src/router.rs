use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{delete, get, post};

use crate::extract::no_parameters;
use crate::routes::{interactions, models, operations, webhooks};
use crate::state::ApiState;
use crate::{cors, error, method, observe};

/// The versions of the wire; they are the same.
pub(crate) const VERSIONS: [&str; 3] = ["v1", "v1beta", "v1alpha"];

/// Every path of the server.
pub fn router(state: ApiState) -> Router {
    let bare = from_fn(no_parameters);
    let api = Router::new()
        .route("/interactions", post(interactions::create).route_layer(bare.clone()))
        .route(
            "/interactions/{id}",
            delete(interactions::delete)
                .post(interactions::verb)
                .route_layer(bare.clone())
                .get(interactions::get),
        )
        .route(
            "/interactions/{id}/cancel",
            post(interactions::cancel).route_layer(bare.clone()),
        )
        .route(
            "/webhooks",
            post(webhooks::create).route_layer(bare.clone()).get(webhooks::list),
        )
        .route(
            "/webhooks/{id}",
            get(webhooks::get)
                .delete(webhooks::delete)
                .post(webhooks::verb)
                .route_layer(bare.clone())
                .patch(webhooks::update),
        )
        .route(
            "/webhooks/{id}/rotate_secret",
            post(webhooks::rotate).route_layer(bare.clone()),
        )
        .route("/webhooks/{id}/deliveries", get(webhooks::deliveries))
        .route("/models", get(models::list))
        .route(
            "/models/{*id}",
            get(models::get).route_layer(bare).post(models::other_api),
        );
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
    let router = router
        .fallback(async || error::Error::NoRoute)
        .method_not_allowed_fallback(async || error::Error::Method { allowed: String::new() })
        .layer(cors::layer(Arc::clone(&state.authority)))
        .layer(from_fn(observe::request))
        .with_state(state);
    Router::new()
        .fallback_service(router)
        .layer(from_fn(method::name_allowed))
}
