//! What of secrets people see, and the signatures of endpoints that have two of them.
//!
//! While a secret is replaced by another a message has two signatures, with a space between them.

use crate::standard_webhooks::{PREFIX, signature};

/// How much of a secret is kept in the clear, for people to recognize it by.
const HINT: usize = PREFIX.len() + 4;

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
