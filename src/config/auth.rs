//! Tokens and passwords.

use std::{path::PathBuf, time::Duration};

use secrecy::{ExposeSecret, SecretString};

use super::{reader::Reader, section, setting::Setting};
use crate::auth::{AccountPolicy, Verification};

section! {
    /// Tokens and passwords.
    AuthConfig in "auth" {
        /// The private key that signs access tokens: PEM, Ed25519. `customer-graph signing-key create` makes
        /// one. On SQLite the service makes one by itself and keeps it beside the database.
        signing_key: Option<SecretString> = None,
        /// A file with that key, readable by nobody else.
        signing_key_file: Option<PathBuf> = None,
        /// Who issues the tokens (`iss`).
        issuer: String = "customer-graph".to_owned(),
        /// For whom the tokens are (`aud`).
        audience: String = "customer-graph".to_owned(),
        /// How long an access token is valid.
        access_token_lifetime: Duration = Duration::from_secs(10 * 60),
        /// How long a session lasts, however often its refresh token is replaced.
        refresh_token_lifetime: Duration = Duration::from_secs(30 * 24 * 60 * 60),
        /// A file with public keys (PEM, one after the other) under which older access tokens are still accepted. To
        /// change the signing key, put the old public key here, restart every instance with the new key, and remove
        /// it after an hour.
        verification_keys_file: Option<PathBuf> = None,
        /// How many characters a password must have, at least 8.
        password_minimum_length: usize = 12,
        /// Whether an e-mail address must be proven before its owner may log in: required or optional.
        email_verification: Verification = Verification::Required,
        /// How many attempts to log in with one e-mail address there may be in 15 minutes; past that each further one
        /// waits 1, 2, 4 … at most 15 minutes.
        attempts_per_account: u32 = 10,
        /// How many attempts may come from one network (an IPv4 address, or 64 bits of IPv6) in a minute.
        attempts_per_network: u32 = 30,
        /// How long the answer takes that e-mail address and password do not fit together. Hashes imported from another
        /// system may be slower than ours, and the time would tell who has one: choose more than the slowest takes.
        wrong_password_time: Duration = Duration::from_millis(500),
        /// How many log-ins may fail in a minute in the whole deployment before a warning is logged and an event
        /// `auth.failure_rate_exceeded` is written; 0 for none.
        failures_per_minute: u32 = 300,
        /// How long every answer takes at least that must not tell whether an e-mail address is known: to registrations and
        /// to requests for mail.
        answer_time: Duration = Duration::from_millis(100),
        /// How long after a mail another of the same kind may be asked for.
        mail_cooldown: Duration = Duration::from_secs(60),
        /// How long the owner of an order may take to agree that it goes to another customer.
        transfer_lifetime: Duration = Duration::from_secs(7 * 24 * 60 * 60),
        /// How recently somebody must have logged in for a sensitive write, such as changing the e-mail address.
        step_up_age: Duration = Duration::from_secs(15 * 60),
        /// The secret with which the secrets of second factors, webhooks, hooks and workflows are encrypted: at least 32
        /// characters, the same for all instances, for example from `openssl rand -base64 32`. Without it they are encrypted with a key that is made
        /// from the signing key; then the signing key cannot be changed without everybody having to set up their
        /// second factor anew, and all of the others having to be given new secrets, so set this before the first.
        encryption_key: Option<SecretString> = None,
        /// What apps that make codes show as the name of the service.
        mfa_issuer: String = "customer-graph".to_owned(),
    }
}

impl Setting for Verification {
    fn read(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "required" => Ok(Self::Required),
            "optional" => Ok(Self::Optional),
            _ => Err("must be required or optional.".to_owned()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
        }
        .to_owned()
    }
}

impl AuthConfig {
    /// What accounts must be like.
    #[must_use]
    pub fn policy(&self) -> AccountPolicy {
        AccountPolicy {
            verification: self.email_verification,
            attempts_per_account: self.attempts_per_account,
            attempts_per_network: self.attempts_per_network,
            wrong_password_time: self.wrong_password_time,
            failures_per_minute: self.failures_per_minute,
            answer_time: self.answer_time,
            mail_cooldown: self.mail_cooldown,
            transfer_lifetime: self.transfer_lifetime,
            step_up_age: self.step_up_age,
            mfa_issuer: self.mfa_issuer.clone(),
            ..AccountPolicy::default()
        }
    }

    pub(super) fn check(&self, reader: &mut Reader) {
        let mut require = |holds, setting, message| reader.require(holds, "auth", setting, message);
        let both = self.signing_key.is_some() && self.signing_key_file.is_some();
        let message = "names a file, but CUSTOMER_GRAPH_AUTH_SIGNING_KEY holds a key, too; give one of them.";
        require(!both, "signing_key_file", message);
        require(!self.issuer.trim().is_empty(), "issuer", "must not be empty.");
        require(!self.audience.trim().is_empty(), "audience", "must not be empty.");
        let is_short = |key: &SecretString| key.expose_secret().chars().count() < 32;
        let message = "must have at least 32 characters.";
        require(
            !self.encryption_key.as_ref().is_some_and(is_short),
            "encryption_key",
            message,
        );
        let issuer = self.mfa_issuer.trim();
        let message = "must have 1 to 64 characters and no colon.";
        let holds = (1..=64).contains(&issuer.chars().count()) && !issuer.contains(':');
        require(holds, "mfa_issuer", message);
        let access = Duration::from_secs(60)..=Duration::from_secs(60 * 60);
        let message = "must be between 1m and 1h.";
        require(
            access.contains(&self.access_token_lifetime),
            "access_token_lifetime",
            message,
        );
        let refresh = self.access_token_lifetime..=Duration::from_secs(365 * 24 * 60 * 60);
        let message = "must be between the lifetime of an access token and 365d.";
        require(
            refresh.contains(&self.refresh_token_lifetime),
            "refresh_token_lifetime",
            message,
        );
        let transfer = Duration::from_secs(60 * 60)..=Duration::from_secs(90 * 24 * 60 * 60);
        let message = "must be between 1h and 90d.";
        require(transfer.contains(&self.transfer_lifetime), "transfer_lifetime", message);
        for (setting, value) in [
            ("wrong_password_time", self.wrong_password_time),
            ("answer_time", self.answer_time),
        ] {
            require(value <= Duration::from_secs(10), setting, "must be at most 10s.");
        }
        for (setting, value) in [
            ("attempts_per_account", self.attempts_per_account),
            ("attempts_per_network", self.attempts_per_network),
        ] {
            require(
                (1..=1_000_000).contains(&value),
                setting,
                "must be between 1 and 1000000.",
            );
        }
        let message = "must be between 8 and 128.";
        require(
            (8..=128).contains(&self.password_minimum_length),
            "password_minimum_length",
            message,
        );
    }
}
