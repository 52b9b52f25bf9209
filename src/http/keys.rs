//! The public keys of our access tokens, for whoever wants to check them.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderName, header},
    response::IntoResponse,
};

use super::HttpState;

/// `/.well-known/jwks.json`.
pub(super) async fn jwks(State(state): State<Arc<HttpState>>) -> impl IntoResponse {
    let cacheable: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "public, max-age=300")];
    (cacheable, Json(state.parts.tokens.keys().jwks()))
}
