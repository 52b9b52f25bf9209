//! The tokens of a browser that keeps them as cookies.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;

/// What becomes of the cookies of the session.
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

/// What becomes of the cookie with the ticket of a registration.
#[derive(Clone, Debug)]
pub enum RegistrationTicket {
    /// There is a new one.
    Given {
        /// The ticket.
        ticket: SecretString,
        /// For how long it is good, in seconds.
        seconds: i64,
    },
    /// It was used.
    Gone,
}

/// What becomes of the cookies; `None` for those that stay as they are.
#[derive(Clone, Debug, Default)]
pub struct CookieOutcome {
    /// The tokens of the session.
    pub session: Option<SessionTokens>,
    /// The ticket of a registration.
    pub ticket: Option<RegistrationTicket>,
}

/// The cookies of a request in cookie mode, and what the operation does with them.
#[derive(Clone, Debug, Default)]
pub struct SessionCookies {
    access: Option<SecretString>,
    refresh: Option<SecretString>,
    ticket: Option<SecretString>,
    outcome: Arc<Mutex<CookieOutcome>>,
}

impl SessionCookies {
    /// What a browser sent.
    #[must_use]
    pub fn new(access: Option<SecretString>, refresh: Option<SecretString>, ticket: Option<SecretString>) -> Self {
        Self {
            access,
            refresh,
            ticket,
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

    /// The ticket of a registration whose e-mail address waits for its proof.
    #[must_use]
    pub fn ticket(&self) -> Option<&SecretString> {
        self.ticket.as_ref()
    }

    /// Notes what shall become of the session's cookies.
    pub fn put(&self, tokens: SessionTokens) {
        self.noted().session = Some(tokens);
    }

    /// Notes what shall become of the ticket's cookie.
    pub fn put_ticket(&self, ticket: RegistrationTicket) {
        self.noted().ticket = Some(ticket);
    }

    /// What shall become of the cookies.
    #[must_use]
    pub fn outcome(&self) -> CookieOutcome {
        self.noted().clone()
    }

    fn noted(&self) -> MutexGuard<'_, CookieOutcome> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
