//! Password hashes of other systems, which are accepted until their owners log in and then replaced.
//!
//! | system | form |
//! |---|---|
//! | many | bcrypt: `$2b$12$…` |
//! | Medusa | scrypt in the container of Colin Percival's tool, base64: `c2NyeXB0…` |
//! | Django, Saleor | `pbkdf2_sha256$600000$salt$…` |
//! | passlib | `$pbkdf2-sha256$29000$salt$…` |

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use pbkdf2::pbkdf2_hmac_array;
use sha2::{Digest, Sha256};

/// The most work that a hash may ask for; more would stop the service.
const BCRYPT_COST: u32 = 15;
const SCRYPT_LOG_N: u8 = 17;
const SCRYPT_BLOCKS: u32 = 16;
const SCRYPT_LANES: u32 = 4;
const PBKDF2_ITERATIONS: u32 = 2_000_000;

/// A hash of another system.
#[derive(Debug)]
pub enum LegacyHash<'a> {
    /// bcrypt.
    Bcrypt(&'a str),
    /// scrypt, in its container.
    Scrypt(Box<Container>),
    /// PBKDF2 with HMAC-SHA-256.
    Pbkdf2 {
        /// How often.
        iterations: u32,
        /// The salt.
        salt: Vec<u8>,
        /// What came out, 32 bytes.
        output: [u8; 32],
    },
}

/// Ninety-six bytes: the parameters, a check of them, and a proof of the password.
#[derive(Debug)]
pub struct Container {
    bytes: [u8; 96],
    params: scrypt::Params,
}

impl<'a> LegacyHash<'a> {
    /// Reads a hash; `None` when it has no known form or asks for too much work.
    #[must_use]
    pub fn read(text: &'a str) -> Option<Self> {
        if ["$2a$", "$2b$", "$2x$", "$2y$"]
            .iter()
            .any(|form| text.starts_with(form))
        {
            let cost: u32 = text.get(4..6)?.parse().ok()?;
            let is_whole = text.len() == 60 && text.is_ascii();
            return (is_whole && (4..=BCRYPT_COST).contains(&cost)).then_some(Self::Bcrypt(text));
        }
        if let Some(rest) = text.strip_prefix("pbkdf2_sha256$") {
            let mut parts = rest.split('$');
            let (iterations, salt, output) = (parts.next()?, parts.next()?, parts.next()?);
            return Self::pbkdf2(iterations, salt.as_bytes().to_vec(), STANDARD.decode(output).ok()?);
        }
        if let Some(rest) = text.strip_prefix("$pbkdf2-sha256$") {
            let mut parts = rest.split('$');
            let (iterations, salt, output) = (parts.next()?, parts.next()?, parts.next()?);
            // passlib writes a dot where base64 has a plus.
            let decode = |text: &str| STANDARD_NO_PAD.decode(text.replace('.', "+")).ok();
            return Self::pbkdf2(iterations.trim_start_matches("i="), decode(salt)?, decode(output)?);
        }
        let bytes: [u8; 96] = STANDARD.decode(text).ok()?.try_into().ok()?;
        Container::read(bytes).map(|container| Self::Scrypt(Box::new(container)))
    }

    fn pbkdf2(iterations: &str, salt: Vec<u8>, output: Vec<u8>) -> Option<Self> {
        let iterations = iterations.parse().ok()?;
        if !(1..=PBKDF2_ITERATIONS).contains(&iterations) || salt.len() > 1_024 {
            return None;
        }
        Some(Self::Pbkdf2 {
            iterations,
            salt,
            output: output.try_into().ok()?,
        })
    }

    /// Whether a password fits.
    #[must_use]
    pub fn fits(&self, password: &str) -> bool {
        match self {
            Self::Bcrypt(text) => bcrypt::verify(password, text).unwrap_or(false),
            Self::Scrypt(container) => container.fits(password),
            Self::Pbkdf2 {
                iterations,
                salt,
                output,
            } => {
                let computed: [u8; 32] = pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), salt, *iterations);
                is_same(&computed, output)
            }
        }
    }
}

impl Container {
    fn read(bytes: [u8; 96]) -> Option<Self> {
        let number = |from: usize| Some(u32::from_be_bytes(bytes.get(from..from + 4)?.try_into().ok()?));
        let (log_n, blocks, lanes) = (bytes[7], number(8)?, number(12)?);
        let is_bearable = log_n <= SCRYPT_LOG_N && blocks <= SCRYPT_BLOCKS && lanes <= SCRYPT_LANES;
        let checksum = Sha256::digest(&bytes[..48]);
        if &bytes[..6] != b"scrypt" || bytes[6] != 0 || !is_bearable || !is_same(&checksum[..16], &bytes[48..64]) {
            return None;
        }
        Some(Self {
            params: scrypt::Params::new(log_n, blocks, lanes).ok()?,
            bytes,
        })
    }

    fn fits(&self, password: &str) -> bool {
        let mut derived = [0_u8; 64];
        if scrypt::scrypt(password.as_bytes(), &self.bytes[16..48], &self.params, &mut derived).is_err() {
            return false;
        }
        Hmac::<Sha256>::new_from_slice(&derived[32..]).is_ok_and(|mut mac| {
            mac.update(&self.bytes[..64]);
            mac.verify_slice(&self.bytes[64..]).is_ok()
        })
    }
}

/// Compares without telling by the time where two texts differ.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |different, (a, b)| different | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(hash: &str, password: &str) -> Option<bool> {
        LegacyHash::read(hash).map(|hash| hash.fits(password))
    }

    /// Made with Python: `hashlib.pbkdf2_hmac`, `hashlib.scrypt`; bcrypt with the crate itself.
    #[test]
    fn hashes_of_other_systems_fit_their_passwords_alone() {
        let django = "pbkdf2_sha256$1000$seasalt$DrdiWD40lyBuydnjvZiDrdQMx1S1mOA9O0QYex0R6ww=";
        let passlib = "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$BVALGMmC/K/8ELErc5VgJxyPFApArIZRCQsqjEgZWJ4";
        let medusa = "c2NyeXB0AAoAAAAIAAAAAQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f2kbOtdVzi2/IZeE31Wq1idAk3t0o91T4RRhLwV8U0XQThHrljZMArDPHCx8CvLek";
        let bcrypt = bcrypt::hash("correct horse battery", 4).unwrap_or_default();
        for hash in [django, passlib, medusa, &bcrypt] {
            assert_eq!(fits(hash, "correct horse battery"), Some(true), "{hash}");
            assert_eq!(fits(hash, "correct horse batterz"), Some(false), "{hash}");
        }
    }

    #[test]
    fn a_hash_that_asks_for_too_much_work_is_none() {
        assert!(LegacyHash::read("pbkdf2_sha256$99999999$salt$AAAA").is_none());
        assert!(LegacyHash::read("$2b$31$abcdefghijklmnopqrstuuKJKJKJKJKJKJKJKJKJKJKJKJKJKJKJK").is_none());
        for nonsense in ["", "$2b$", "secret", "c2NyeXB0", "$argon2id$v=19$m=19456,t=2,p=1$x$y"] {
            assert!(LegacyHash::read(nonsense).is_none(), "{nonsense}");
        }
    }
}
