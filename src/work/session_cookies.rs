//! The tokens of a browser that keeps them as cookies.

use std::sync::{Arc, Mutex, PoisonError};

use secrecy::SecretString;

/// What becomes of the cookies.
#[derive(Clone, Debug)]
pub enum SessionTokens {
    /// There are new tokens.
    Given {
        /// The access token.
        access: SecretString,
        /// For how long it is good, in seconds.
        access_seconds: i64,
        /// The refresh token.
        refresh: SecretString,
        /// For how long the session lasts, in seconds.
        refresh_seconds: i64,
    },
    /// The session has ended.
    Gone,
}

/// The cookies of a request in cookie mode, and what the operation does with them.
#[derive(Clone, Debug)]
pub struct SessionCookies {
    access: Option<SecretString>,
    refresh: Option<SecretString>,
    outcome: Arc<Mutex<Option<SessionTokens>>>,
}

impl SessionCookies {
    /// What a browser sent.
    #[must_use]
    pub fn new(access: Option<SecretString>, refresh: Option<SecretString>) -> Self {
        Self {
            access,
            refresh,
            outcome: Arc::default(),
        }
    }

    /// The access token.
    #[must_use]
    pub fn access(&self) -> Option<&SecretString> {
        self.access.as_ref()
    }

    /// The refresh token.
    #[must_use]
    pub fn refresh(&self) -> Option<&SecretString> {
        self.refresh.as_ref()
    }

    /// Notes what shall become of the cookies.
    pub fn put(&self, tokens: SessionTokens) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(tokens);
    }

    /// What shall become of the cookies; `None` when they stay as they are.
    #[must_use]
    pub fn outcome(&self) -> Option<SessionTokens> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
