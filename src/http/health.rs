//! Whether the process lives, and whether it can serve.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::HttpState;

/// How long the database may take to answer before the service counts as not ready.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /health/live`: the process runs; restart it when this does not answer.
pub(super) async fn live() -> Response {
    answer(StatusCode::OK, "live")
}

/// `GET /health/ready`: the database answers and the service is not stopping; send no requests otherwise.
pub(super) async fn ready(State(state): State<Arc<HttpState>>) -> Response {
    if state.stopping.is_told() {
        return answer(StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match tokio::time::timeout(PATIENCE, state.parts.database.ping()).await {
        Ok(Ok(())) => answer(StatusCode::OK, "ready"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the database does not answer");
            answer(StatusCode::SERVICE_UNAVAILABLE, "database not available")
        }
        Err(_) => {
            tracing::warn!("not ready: the database does not answer in time");
            answer(StatusCode::SERVICE_UNAVAILABLE, "database not available")
        }
    }
}

fn answer(status: StatusCode, text: &str) -> Response {
    (
        status,
        [(header::CACHE_CONTROL, "no-store")],
        Json(json!({ "status": text })),
    )
        .into_response()
}
