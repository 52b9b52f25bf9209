//! Requests to hooks and to the steps of workflows, signed as Standard Webhooks wants it.

use hyper::http::{Request, header};
use sea_orm::entity::prelude::Json;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    auth::Sealer,
    outbound::{Outbound, OutboundError},
    standard_webhooks::{read, signature, written},
};

/// A new secret.
#[must_use]
pub fn new_secret() -> SecretString {
    written(&rand::random()).into()
}

/// Reads a secret again that was kept for this owner; `None` when it was encrypted with another key.
#[must_use]
pub fn open(sealer: &Sealer, owner: &str, sealed: &str) -> Option<SecretString> {
    let bytes = sealer.open(owner, sealed).ok()?;
    String::from_utf8(bytes).ok().map(SecretString::from)
}

/// Sends a message; answers the status and the JSON of the answer, null where there is none.
///
/// # Errors
/// When there is no answer, or too much of one.
pub async fn send(
    outbound: &Outbound,
    url: &str,
    secret: &SecretString,
    id: &str,
    timestamp: i64,
    body: &Json,
) -> Result<(u16, Json), OutboundError> {
    let body = body.to_string();
    let key = read(secret.expose_secret());
    let request = Request::post(url)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature(&key, id, timestamp, &body))
        .body(body.into_bytes())
        .map_err(|_| OutboundError::Forbidden)?;
    let answer = outbound.send(request).await?;
    let json = serde_json::from_slice(answer.body()).unwrap_or_default();
    Ok((answer.status().as_u16(), json))
}
