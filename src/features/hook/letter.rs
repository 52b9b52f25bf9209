//! Requests to hooks and to the steps of workflows, signed as Standard Webhooks wants it.
//!
//! A secret is `whsec_` and the Base64 of 32 random bytes. What is signed are the id of the message, the time in seconds
//! and the body, with full stops between them; the header `webhook-signature` is `v1,` and the Base64 of the HMAC-SHA256.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use hyper::http::{Request, header};
use sea_orm::entity::prelude::Json;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::{
    auth::Sealer,
    outbound::{Outbound, OutboundError},
};

/// How a secret begins.
const PREFIX: &str = "whsec_";

/// A new secret.
#[must_use]
pub fn new_secret() -> SecretString {
    format!("{PREFIX}{}", STANDARD.encode(rand::random::<[u8; 32]>())).into()
}

/// Reads a secret again that was kept for this owner; `None` when it was encrypted with another key.
#[must_use]
pub fn open(sealer: &Sealer, owner: &str, sealed: &str) -> Option<SecretString> {
    let bytes = sealer.open(owner, sealed).ok()?;
    String::from_utf8(bytes).ok().map(SecretString::from)
}

/// What signs a message.
#[must_use]
pub fn signature(secret: &SecretString, id: &str, timestamp: i64, body: &str) -> String {
    let encoded = secret.expose_secret().trim_start_matches(PREFIX);
    let key = STANDARD.decode(encoded).unwrap_or_default();
    let digest: [u8; 32] = match Hmac::<Sha256>::new_from_slice(&key) {
        Ok(mut mac) => {
            mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
            mac.finalize().into_bytes().into()
        }
        Err(_) => unreachable!("HMAC takes keys of any length"),
    };
    format!("v1,{}", STANDARD.encode(digest))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_standard_says() {
        // The example of the specification's own libraries.
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let body = r#"{"test": 2432232314}"#;
        assert_eq!(
            signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }
}
