//! One-time codes: eight digits that somebody reads in a mail and types.
//!
//! Eight digits can be tried out by whoever has their hash, so the hash is keyed with a secret of the service and bound
//! to the token that the code belongs to. Over the network there are five tries.

use entity::id::AccountTokenId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::SigningKeys;

/// The purpose of the tokens whose secret is such a code.
pub const ONE_TIME_CODE: &str = "ONE_TIME_CODE";

/// How many digits a code has.
const DIGITS: usize = 8;

/// A new code.
#[must_use]
pub fn new_code() -> String {
    format!("{:0DIGITS$}", rand::random_range(0..10_u32.pow(DIGITS as u32)))
}

/// What is kept of a code.
#[must_use]
pub fn code_hash(keys: &SigningKeys, token: AccountTokenId, code: &str) -> String {
    // People type codes in groups.
    let digits: String = code
        .chars()
        .take(64)
        .filter(|character| !character.is_whitespace() && *character != '-')
        .collect();
    match Hmac::<Sha256>::new_from_slice(&keys.derive("one-time-code")) {
        Ok(mut mac) => {
            mac.update(token.to_string().as_bytes());
            mac.update(b" ");
            mac.update(digits.as_bytes());
            crate::text::hexadecimal(&mac.finalize().into_bytes())
        }
        Err(_) => unreachable!("HMAC takes keys of any length"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use sea_orm::entity::prelude::Uuid;

    use super::*;

    #[test]
    fn a_code_has_eight_digits_and_its_hash_is_bound_to_key_and_token() {
        let code = new_code();
        assert!(
            code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit()),
            "{code}"
        );
        let keys = || SigningKeys::from_pem(&SigningKeys::generate().unwrap(), &[]).unwrap();
        let (one, other) = (keys(), keys());
        let token = AccountTokenId(Uuid::from_u128(1));
        let hash = code_hash(&one, token, "12345678");
        assert_eq!(hash, code_hash(&one, token, " 1234-5678 "));
        assert_ne!(hash, code_hash(&other, token, "12345678"));
        assert_ne!(hash, code_hash(&one, AccountTokenId(Uuid::from_u128(2)), "12345678"));
        assert_ne!(hash, code_hash(&one, token, "12345679"));
    }
}
