//! Who asks: read from the head of a request.

use axum::http::{HeaderMap, header, request::Parts};
use entity::id::{ChannelId, OutboxEventId, PrefixedId};
use secrecy::{ExposeSecret, SecretString};

use super::{
    HttpState, client, cookies,
    operation::{Asker, Cause, Refused},
};
use crate::{
    auth::{Unauthenticated, Viewer},
    work::SessionCookies,
};

/// Reads who asks. Nothing of the body is needed for it.
pub(super) async fn of(state: &HttpState, parts: &Parts, request_id: &str) -> Result<Asker, Refused> {
    let headers = &parts.headers;
    let cookies = cookies::of(headers).map_err(|cookies::Planted| {
        let message = "There are two cookies of one name. Remove the cookies of this site and log in again.";
        Refused::new(Cause::Unreadable, message)
    })?;
    let viewer = viewer(state, headers, cookies.as_ref())
        .await
        .map_err(|error| match error {
            Unauthenticated::Invalid => Refused::new(Cause::Unauthenticated, error.to_string()),
            Unauthenticated::Fault(error) => {
                tracing::error!(request.id = request_id, %error, "could not find out who is asking");
                unavailable()
            }
        })?;
    let channel = channel(state, headers).await.map_err(|error| match error {
        Unauthenticated::Invalid => Refused::new(Cause::UnknownKey, "The publishable key is not valid (any more)."),
        Unauthenticated::Fault(error) => {
            tracing::error!(request.id = request_id, %error, "could not find out which channel asks");
            unavailable()
        }
    })?;
    Ok(Asker {
        viewer,
        client: client::of(parts, &state.settings.trusted_proxies),
        cookies,
        channel,
        is_gateway: is_gateway(state, headers),
        idempotency_key: headers
            .get("idempotency-key")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
        request_id: request_id.to_owned(),
        wants_cost: headers.contains_key("graphql-cost"),
    })
}

fn unavailable() -> Refused {
    let message = "The service is not available. Try again in a moment.";
    Refused::new(Cause::Unavailable, message)
}

async fn viewer(
    state: &HttpState,
    headers: &HeaderMap,
    cookies: Option<&SessionCookies>,
) -> Result<Viewer, Unauthenticated> {
    match token(headers, cookies)? {
        Some(token) => state.authenticator.viewer(token.expose_secret()).await,
        None => Ok(Viewer::Anonymous),
    }
}

/// The token that tells who asks: from the header, else from a cookie.
pub(super) fn token(
    headers: &HeaderMap,
    cookies: Option<&SessionCookies>,
) -> Result<Option<SecretString>, Unauthenticated> {
    let Some(header) = headers.get(header::AUTHORIZATION) else {
        return Ok(cookies.and_then(SessionCookies::access).cloned());
    };
    let header = header.to_str().map_err(|_| Unauthenticated::Invalid)?;
    match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim().to_owned().into())),
        _ => Err(Unauthenticated::Invalid),
    }
}

/// The channel of the publishable key, where one is sent.
async fn channel(state: &HttpState, headers: &HeaderMap) -> Result<Option<ChannelId>, Unauthenticated> {
    let Some(key) = headers.get("x-publishable-api-key") else {
        return Ok(None);
    };
    let key = key.to_str().map_err(|_| Unauthenticated::Invalid)?;
    state.authenticator.channel(key.trim()).await.map(Some)
}

fn is_gateway(state: &HttpState, headers: &HeaderMap) -> bool {
    let Some(secret) = &state.settings.gateway_secret else {
        return state.settings.open_to_gateways;
    };
    let given = headers
        .get("gateway-authorization")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    // Digests are compared, so that the time tells nothing about the secret.
    given.is_some_and(|given| crate::auth::secret_hash(given) == crate::auth::secret_hash(secret.expose_secret()))
}

/// The client's `X-Request-Id` when it is harmless, else a new one.
pub(super) fn request_id(state: &HttpState, headers: &HeaderMap) -> String {
    headers
        .get("x-request-id")
        .and_then(|value| value.to_str().ok())
        .filter(|id| (1..=64).contains(&id.len()))
        .filter(|id| {
            id.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        })
        .map_or_else(
            || {
                entity::id::format(
                    "req",
                    state.parts.ids.next::<OutboxEventId>(state.parts.clock.now()).uuid(),
                )
            },
            str::to_owned,
        )
}
