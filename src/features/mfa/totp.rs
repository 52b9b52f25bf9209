//! Codes of an app (RFC 6238): SHA-1, six digits, a step of half a minute, since that is what every app understands.

use chrono::{DateTime, Utc};
use totp_rs::{Builder, Totp, TotpError};

/// A new shared secret: 160 bits, as long as the hash (RFC 4226, section 4).
pub(super) fn new_secret() -> [u8; 20] {
    rand::random()
}

/// The app as its owner sets it up.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    /// The secret in base32, for typing.
    pub(super) secret: String,
    /// The same as a URL, for a QR code.
    pub(super) url: String,
}

/// How an app is set up with a secret.
pub(super) fn setup(secret: &[u8], issuer: &str, account: &str) -> Result<Setup, TotpError> {
    // A colon parts the two in the URL.
    let without_colon = |text: &str| text.replace(':', " ");
    let totp = builder(secret)
        .with_issuer(Some(without_colon(issuer)))
        .with_account_name(without_colon(account))
        .build()?;
    Ok(Setup {
        secret: totp.secret().to_base32(),
        url: totp.to_url()?,
    })
}

/// The step that a code is of, if it is of the present one, the one before or the one after.
pub(super) fn step_of(secret: &[u8], code: &str, now: DateTime<Utc>) -> Option<i64> {
    let code: String = code
        .chars()
        .take(32)
        .filter(|character| !character.is_whitespace())
        .collect();
    let totp: Totp = builder(secret).build().ok()?;
    let step = totp.check(&code, u64::try_from(now.timestamp()).ok()?)?;
    i64::try_from(step).ok()
}

fn builder(secret: &[u8]) -> Builder {
    Builder::new().with_secret(secret.to_vec())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six digits.
        let secret = b"12345678901234567890";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            let now = DateTime::from_timestamp(seconds, 0).unwrap();
            assert_eq!(step_of(secret, code, now), Some(seconds / 30));
        }
    }

    #[test]
    fn a_clock_may_be_off_by_one_step_and_no_more() {
        let secret = b"12345678901234567890";
        let now = DateTime::from_timestamp(1_111_111_109, 0).unwrap();
        for (steps, good) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let then = now + TimeDelta::seconds(30 * steps);
            assert_eq!(step_of(secret, " 081 804", then).is_some(), good, "{steps}");
        }
        for nonsense in ["", "08180", "0818040", "aaaaaa", "\u{0}", "-81804"] {
            assert_eq!(step_of(secret, nonsense, now), None);
        }
    }

    #[test]
    fn the_url_names_service_and_account() {
        let setup = setup(b"12345678901234567890", "Shop: north", "ada@example.com").unwrap();
        assert_eq!(setup.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(
            setup
                .url
                .starts_with("otpauth://totp/Shop%20%20north:ada%40example.com?"),
            "{}",
            setup.url
        );
        assert!(
            setup.url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            "{}",
            setup.url
        );
    }
}
