//! Encrypts the few secrets that must be read again, such as that of an app that makes codes.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use chacha20poly1305::{
    Key, XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use super::SigningKeys;

/// How long a nonce is, in bytes: long enough to be drawn at random.
const NONCE: usize = 24;

/// Encrypts and decrypts with one key.
pub struct Sealer(XChaCha20Poly1305);

impl std::fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Sealer").finish_non_exhaustive()
    }
}

impl Sealer {
    /// With a key made from the configured secret, or from the signing key where there is none.
    #[must_use]
    pub fn new(configured: Option<&SecretString>, keys: &SigningKeys) -> Self {
        let key: [u8; 32] =
            match configured.map(|secret| Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())) {
                Some(Ok(mut mac)) => {
                    mac.update(b"encryption");
                    mac.finalize().into_bytes().into()
                }
                Some(Err(_)) => unreachable!("HMAC takes keys of any length"),
                None => keys.derive("encryption"),
            };
        Self(XChaCha20Poly1305::new(&Key::from(key)))
    }

    /// Encrypts; what comes out opens only beside the same `owner`, such as the id of its row.
    ///
    /// # Errors
    /// [`Unsealable`] when it is too long, by gigabytes.
    pub fn seal(&self, owner: &str, secret: &[u8]) -> Result<String, Unsealable> {
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload {
            msg: secret,
            aad: owner.as_bytes(),
        };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload).map_err(|_| Unsealable)?;
        Ok(STANDARD_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Decrypts.
    ///
    /// # Errors
    /// [`Unsealable`] when it was encrypted with another key or beside another owner, or was changed.
    pub fn open(&self, owner: &str, sealed: &str) -> Result<Vec<u8>, Unsealable> {
        let bytes = STANDARD_NO_PAD.decode(sealed).map_err(|_| Unsealable)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or(Unsealable)?;
        let payload = Payload {
            msg: sealed,
            aad: owner.as_bytes(),
        };
        self.0.decrypt(&XNonce::from(*nonce), payload).map_err(|_| Unsealable)
    }
}

/// A secret cannot be encrypted or decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a kept secret cannot be read with CUSTOMER_GRAPH_AUTH_ENCRYPTION_KEY")]
pub struct Unsealable;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_beside_the_same_owner_alone() {
        let keys = SigningKeys::from_pem(&SigningKeys::generate().unwrap(), &[]).unwrap();
        let sealer = Sealer::new(None, &keys);
        let sealed = sealer.seal("one", b"hush").unwrap();
        assert_eq!(sealer.open("one", &sealed).unwrap(), b"hush");
        assert_ne!(sealed, sealer.seal("one", b"hush").unwrap());
        assert_eq!(sealer.open("two", &sealed), Err(Unsealable));
        assert_eq!(sealer.open("one", &sealed[1..]), Err(Unsealable));
        assert_eq!(sealer.open("one", ""), Err(Unsealable));
        let configured = Sealer::new(Some(&"a configured secret".to_owned().into()), &keys);
        assert_eq!(configured.open("one", &sealed), Err(Unsealable));
        let other = SigningKeys::from_pem(&SigningKeys::generate().unwrap(), &[]).unwrap();
        let sealed = configured.seal("one", b"hush").unwrap();
        let again = Sealer::new(Some(&"a configured secret".to_owned().into()), &other);
        assert_eq!(
            again.open("one", &sealed).unwrap(),
            b"hush",
            "the signing key may change"
        );
    }
}
