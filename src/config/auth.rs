//! Tokens and passwords.

use std::{path::PathBuf, time::Duration};

use secrecy::SecretString;

use super::{reader::Reader, section};

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
        /// How many characters a password must have, at least 8.
        password_minimum_length: usize = 12,
    }
}

impl AuthConfig {
    pub(super) fn check(&self, reader: &mut Reader) {
        let mut require = |holds, setting, message| reader.require(holds, "auth", setting, message);
        let both = self.signing_key.is_some() && self.signing_key_file.is_some();
        let message = "names a file, but CUSTOMER_GRAPH_AUTH_SIGNING_KEY holds a key, too; give one of them.";
        require(!both, "signing_key_file", message);
        require(!self.issuer.trim().is_empty(), "issuer", "must not be empty.");
        require(!self.audience.trim().is_empty(), "audience", "must not be empty.");
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
        let message = "must be between 8 and 128.";
        require(
            (8..=128).contains(&self.password_minimum_length),
            "password_minimum_length",
            message,
        );
    }
}
