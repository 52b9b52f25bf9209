//! Secrets and signatures as Standard Webhooks wants them, for all that we tell others: webhooks, hooks, workflows.
//!
//! A secret is `whsec_` and the Base64 of 32 random bytes. What is signed are the id of the message, the time in seconds
//! and the body, with full stops between them; the signature is `v1,` and the Base64 of the HMAC-SHA256.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;
use sha2::Sha256;

use crate::auth::{Sealer, Unsealable};

/// How a secret begins.
pub const PREFIX: &str = "whsec_";

/// How many random bytes a secret has.
pub const BYTES: usize = 32;

/// A new secret for this owner: as people copy it, and as it is kept, which [`Sealer::open`] turns into its bytes.
///
/// # Errors
/// As for [`Sealer::seal`].
pub fn new_secret(sealer: &Sealer, owner: &str) -> Result<(SecretString, String), Unsealable> {
    let secret: [u8; BYTES] = rand::random();
    Ok((written(&secret).into(), sealer.seal(owner, &secret)?))
}

/// A secret as people copy it.
#[must_use]
pub fn written(secret: &[u8; BYTES]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(secret))
}

/// The bytes of a secret as people copy it; none when it is not one.
#[must_use]
pub fn read(secret: &str) -> Vec<u8> {
    let encoded = secret.strip_prefix(PREFIX).unwrap_or(secret);
    STANDARD.decode(encoded).unwrap_or_default()
}

/// What signs a message.
#[must_use]
pub fn signature(secret: &[u8], id: &str, timestamp: i64, body: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_standard_says() {
        // The example of the specification's own libraries.
        let secret = read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let body = r#"{"test": 2432232314}"#;
        assert_eq!(
            signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_secret_is_read_as_it_is_written() {
        assert_eq!(read(&written(&[7; BYTES])), [7; BYTES]);
    }
}
