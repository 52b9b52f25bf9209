//! Requests to hooks and to the steps of workflows, signed as Standard Webhooks wants it.

use hyper::http::{Request, header};
use sea_orm::entity::prelude::Json;

use crate::{
    outbound::{Outbound, OutboundError, is_internet_url},
    standard_webhooks::signature,
};

/// Sends a message; answers the status and the JSON of the answer, null where there is none.
///
/// # Errors
/// When there is no answer, or too much of one.
pub async fn send(
    outbound: &Outbound,
    url: &str,
    secret: &[u8],
    id: &str,
    timestamp: i64,
    body: &Json,
) -> Result<(u16, Json), OutboundError> {
    // Written before this service knew better, or by hand.
    if !is_internet_url(url, outbound.allows_private()) {
        return Err(OutboundError::Forbidden);
    }
    let body = body.to_string();
    let request = Request::post(url)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature(secret, id, timestamp, &body))
        .body(body.into_bytes())
        .map_err(|_| OutboundError::Forbidden)?;
    let answer = outbound.send(request).await?;
    let json = serde_json::from_slice(answer.body()).unwrap_or_default();
    Ok((answer.status().as_u16(), json))
}
