//! How a WebSocket is opened, and who opens it.
//!
//! A page of another origin can open a WebSocket with a browser's cookies, and no browser asks before: so the page is
//! looked at before anything else, more strictly than for a mutation, which comes in a form that browsers ask about. Who
//! asks is read when `connection_init` comes: from `authorization` in its payload (`{ "authorization": "Bearer …" }`), else
//! from the headers of the upgrade, else, for a page that may ask, from the browser's cookies, which no page could ask
//! for with `Session-Mode` here.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, ws::WebSocketUpgrade},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};

use super::{
    Listener,
    protocol::{self, Close},
    socket,
};
use crate::{
    auth::Viewer,
    http::{HttpState, asker, client, endpoint::refusal, negotiation::Answer, operation::Cause, origin},
};

/// Whether a request wants to become a WebSocket.
pub(in crate::http) fn is_asked_for(parts: &Parts) -> bool {
    let mut upgrades = parts.headers.get_all(header::UPGRADE).iter();
    upgrades.any(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Opens a WebSocket.
pub(in crate::http) async fn open(state: Arc<HttpState>, mut parts: Parts) -> Response {
    let request_id = asker::request_id(&state, &parts.headers);
    let refuse = |status, code, message: &str| refusal(Answer::Json, status, code, message, &request_id);
    let settings = &state.settings;
    if !origin::may_open_a_socket(&parts.headers, &settings.allowed_origins) {
        let message = "A page of another origin asks, which is not among those that may.";
        return refuse(StatusCode::FORBIDDEN, "FORBIDDEN", message);
    }
    if state.stopping.is_told() {
        let message = "The service stops. Try again in a moment.";
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "INTERNAL", message);
    }
    let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &()).await else {
        let message = "This is not the way to open a WebSocket (RFC 6455, version 13, over HTTP/1.1).";
        return refuse(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message);
    };
    let largest = state.parts.limits.body_bytes_store.min(state.parts.limits.body_bytes);
    let upgrade = upgrade
        .protocols([protocol::NAME])
        .max_message_size(largest)
        .max_frame_size(largest);
    if upgrade.selected_protocol().is_none() {
        let message = "Ask for the sub-protocol graphql-transport-ws.";
        return refuse(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message);
    }
    let Some(place) = state.places.take(&client::of(&parts, &settings.trusted_proxies)) else {
        let message = "Too many listen at once, or too many of yours do.";
        return refuse(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message);
    };
    upgrade.on_upgrade(|socket| socket::serve(socket, state, parts, request_id, place))
}

/// Finds out who listens, which has to be somebody whom we know.
pub(super) async fn introduce(
    state: &HttpState,
    mut head: Parts,
    said: serde_json::Map<String, serde_json::Value>,
    request_id: &str,
) -> Result<Arc<Listener>, Close> {
    let mut said = said
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    if let Some((_, value)) = said.next() {
        let value = value.as_str().ok_or(Close::Invalid)?;
        let value = HeaderValue::from_str(value).map_err(|_| Close::Forbidden)?;
        head.headers.insert(header::AUTHORIZATION, value);
    } else if head.headers.contains_key(header::ORIGIN) {
        // The page may ask, or it would not be here: so its cookies count.
        head.headers.insert("session-mode", HeaderValue::from_static("cookie"));
    }
    if said.next().is_some() {
        return Err(Close::Invalid);
    }
    let listener = match asker::of(state, &head, request_id).await {
        // There is nothing that somebody might hear whom we do not know, and places are few.
        Ok(asker) if matches!(asker.viewer, Viewer::Anonymous) => return Err(Close::Forbidden),
        Ok(asker) => Listener::of(state, &head, asker),
        Err(refused) => Err(refused),
    };
    listener.map(Arc::new).map_err(|refused| match refused.cause {
        // It may be better in a moment, and until then it does not help to log in again.
        Cause::Unavailable => Close::Stopping,
        _ => Close::Forbidden,
    })
}
