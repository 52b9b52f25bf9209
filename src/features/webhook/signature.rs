//! Secrets of endpoints, and what is signed with them, as Standard Webhooks wants it.
//!
//! A secret is `whsec_` and the Base64 of 32 random bytes. What is signed are the id of the message, the time in seconds
//! and the body, with full stops between them; the signature is `v1,` and the Base64 of the HMAC-SHA256. While a secret
//! is replaced by another there are two, with a space between them.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How a secret begins.
const PREFIX: &str = "whsec_";

/// How much of a secret is kept in the clear, for people to recognize it by.
const HINT: usize = PREFIX.len() + 4;

/// How many random bytes a secret has.
pub(super) const BYTES: usize = 32;

/// A secret as people copy it.
pub(super) fn written(secret: &[u8; BYTES]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(secret))
}

/// The beginning of a secret.
pub(super) fn hint(written: &str) -> String {
    written.chars().take(HINT).collect()
}

/// The signatures of a message, one for each secret.
pub(super) fn signatures(secrets: &[Vec<u8>], id: &str, timestamp: i64, body: &str) -> String {
    let signed: Vec<String> = secrets
        .iter()
        .map(|secret| signature(secret, id, timestamp, body))
        .collect();
    signed.join(" ")
}

fn signature(secret: &[u8], id: &str, timestamp: i64, body: &str) -> String {
    let digest: [u8; 32] = match Hmac::<Sha256>::new_from_slice(secret) {
        Ok(mut mac) => {
            mac.update(format!("{id}.{timestamp}.").as_bytes());
            mac.update(body.as_bytes());
            mac.finalize().into_bytes().into()
        }
        Err(_) => unreachable!("HMAC takes keys of any length"),
    };
    format!("v1,{}", STANDARD.encode(digest))
}
