//! Passwords: hashed with argon2id, off the threads that serve requests.
//!
//! A hash is slow and takes 19 MiB by design, so who can ask for many can stop the service. At most as many are
//! computed at once as there are cores, a bounded number waits, and the rest is told to come back. A log-in with an
//! unknown e-mail address computes one hash as well, so that the time tells nothing.

use std::{
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use argon2::PasswordHash;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use sea_orm::DbErr;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use super::{
    LegacyHash, PasswordPolicy,
    argon::{self, Memory},
    hash_threads::HashThreads,
};
use crate::work::WriteError;

/// How many wait for a core before others are told to come back.
const WAITING: usize = 64;

/// The longest password, in bytes: longer ones are refused before anything else is done with them.
pub const LONGEST_PASSWORD: usize = 256;

/// What the parameters of a hash are at least; a weaker one is replaced when its owner logs in.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// Whether a password fits.
#[derive(Debug)]
pub enum Verdict {
    /// It does not, or there is none to compare it with.
    Wrong,
    /// It does.
    Right,
    /// It does, and the stored hash is weaker than today's: store this one.
    RightButWeak(String),
}

/// Hashes passwords and compares them with hashes.
#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

struct Inner {
    policy: PasswordPolicy,
    places: Arc<Semaphore>,
    threads: HashThreads,
    nobodys: String,
    computed: AtomicU64,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Passwords").finish_non_exhaustive()
    }
}

impl Passwords {
    /// Ready to work.
    #[must_use]
    pub fn new(policy: PasswordPolicy) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        // Random bytes in the place of a hash: no password is known that fits, ours included, and comparing with them
        // takes as long as comparing with a true one.
        let salt = STANDARD_NO_PAD.encode(rand::random::<[u8; 16]>());
        let output = STANDARD_NO_PAD.encode(rand::random::<[u8; 32]>());
        Self(Arc::new(Inner {
            policy,
            places: Arc::new(Semaphore::new(cores + WAITING)),
            threads: HashThreads::start(cores),
            nobodys: format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1${salt}${output}"),
            computed: AtomicU64::new(0),
        }))
    }

    /// What new passwords must be like.
    #[must_use]
    pub fn policy(&self) -> &PasswordPolicy {
        &self.0.policy
    }

    /// How many hashes have been computed since the start.
    #[must_use]
    pub fn computed(&self) -> u64 {
        self.0.computed.load(Ordering::Relaxed)
    }

    /// The hash of a new password, as a PHC string.
    ///
    /// # Errors
    /// [`WriteError::Overloaded`] when too many wait already; `PASSWORD_TOO_WEAK` for one that is too long.
    pub async fn hash(&self, password: &SecretString) -> Result<String, WriteError> {
        if password.expose_secret().len() > LONGEST_PASSWORD {
            return Err(super::password_policy::too_long("password").into());
        }
        let password = composed(password);
        self.compute(move |memory| hash(&password, memory)).await?
    }

    /// Compares a password with a stored hash; without one, with nobody's. Exactly one hash is computed either way,
    /// and one more to replace a weak one.
    ///
    /// # Errors
    /// [`WriteError::Overloaded`] when too many wait already.
    pub async fn verify(&self, password: &SecretString, stored: Option<&str>) -> Result<Verdict, WriteError> {
        if password.expose_secret().len() > LONGEST_PASSWORD {
            return Ok(Verdict::Wrong);
        }
        let typed = password.clone();
        let password = composed(password);
        let comparison = stored.unwrap_or(&self.0.nobodys).to_owned();
        let right = {
            let password = password.clone();
            self.compute(move |memory| verify(&password, &typed, &comparison, memory))
                .await?
        };
        match stored {
            Some(stored) if right && is_weak(stored) => Ok(Verdict::RightButWeak(
                self.compute(move |memory| hash(&password, memory)).await??,
            )),
            Some(_) if right => Ok(Verdict::Right),
            _ => Ok(Verdict::Wrong),
        }
    }

    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, WriteError> {
        let place = Arc::clone(&self.0.places)
            .try_acquire_owned()
            .map_err(|_| WriteError::Overloaded)?;
        self.0.computed.fetch_add(1, Ordering::Relaxed);
        // The permit goes with the work: it goes on when the one who asked for it has gone away.
        self.0
            .threads
            .run(move |memory| {
                let _held = place;
                work(memory)
            })
            .await
            .ok_or_else(failed)
    }
}

/// One form for characters that keyboards compose differently (RFC 8265).
fn composed(password: &SecretString) -> SecretString {
    password.expose_secret().nfc().collect::<String>().into()
}

fn hash(password: &SecretString, memory: &mut Memory) -> Result<String, WriteError> {
    argon::hash(password.expose_secret().as_bytes(), memory).map_err(|_| failed())
}

/// Other systems did not compose characters, so their hashes are compared with what was typed.
fn verify(password: &SecretString, typed: &SecretString, stored: &str, memory: &mut Memory) -> bool {
    if let Some(legacy) = LegacyHash::read(stored) {
        return legacy.fits(typed.expose_secret());
    }
    PasswordHash::new(stored)
        .is_ok_and(|stored| argon::fits(password.expose_secret().as_bytes(), &stored, memory).unwrap_or(false))
}

fn is_weak(stored: &str) -> bool {
    LegacyHash::read(stored).is_some()
        || PasswordHash::new(stored).is_ok_and(|stored| {
            let at_least = |name: &str, floor: u32| stored.params.get_decimal(name).is_some_and(|value| value >= floor);
            stored.algorithm != argon2::ARGON2ID_IDENT || !at_least("m", MEMORY_KIB) || !at_least("t", PASSES)
        })
}

fn failed() -> WriteError {
    WriteError::Fault(DbErr::Custom("a password hash could not be computed".to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use argon2::{Argon2, PasswordHasher};

    use super::*;

    fn passwords() -> Passwords {
        Passwords::new(PasswordPolicy::default())
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_alone() {
        let passwords = passwords();
        let hash = passwords.hash(&"jose\u{301} likes tea".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(matches!(
            passwords.verify(&"jos\u{e9} likes tea".into(), Some(&hash)).await,
            Ok(Verdict::Right)
        ));
        assert!(matches!(
            passwords.verify(&"jose likes tea".into(), Some(&hash)).await,
            Ok(Verdict::Wrong)
        ));
    }

    #[tokio::test]
    async fn an_attempt_computes_one_hash_whether_or_not_there_is_one_to_compare_with() {
        let passwords = passwords();
        let hash = passwords.hash(&"correct horse battery".into()).await.unwrap();
        for stored in [Some(hash.as_str()), None, Some("not a hash")] {
            let before = passwords.computed();
            let _ = passwords.verify(&"something else".into(), stored).await.unwrap();
            assert_eq!(passwords.computed() - before, 1, "{stored:?}");
        }
    }

    #[tokio::test]
    async fn a_weak_hash_is_replaced() {
        let passwords = passwords();
        let params = argon2::Params::new(8_192, 1, 1, None).unwrap();
        let weak = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let hash: PasswordHash = weak.hash_password(b"correct horse battery").unwrap();
        let verdict = passwords
            .verify(&"correct horse battery".into(), Some(&hash.to_string()))
            .await
            .unwrap();
        let Verdict::RightButWeak(new) = verdict else {
            panic!("{verdict:?}");
        };
        assert!(!is_weak(&new));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_comes_when_too_many_wait_is_told_to_come_back() {
        let passwords = passwords();
        let attempts = (0..400).map(|_| {
            let passwords = passwords.clone();
            tokio::spawn(async move { passwords.verify(&"something else".into(), None).await })
        });
        let mut refused = 0;
        for attempt in attempts.collect::<Vec<_>>() {
            refused += usize::from(attempt.await.unwrap().is_err());
        }
        assert!(refused > 0);
    }

    #[tokio::test]
    async fn a_long_password_costs_nothing() {
        let passwords = passwords();
        let long: SecretString = "a".repeat(1_000_000).into();
        assert!(matches!(passwords.verify(&long, None).await, Ok(Verdict::Wrong)));
        assert!(passwords.hash(&long).await.is_err());
        assert_eq!(passwords.computed(), 0);
    }
}
