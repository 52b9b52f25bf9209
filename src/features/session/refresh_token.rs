//! What renews a session.

use secrecy::{ExposeSecret, SecretString};

use crate::{auth::secret_hash, work::Ids};

/// What begins every refresh token.
pub const REFRESH_TOKEN_PREFIX: &str = "cgr_";

/// A refresh token: a part that all tokens of the session share, and a part of its own. By the first, a token that was
/// used before is recognized, however long ago, without keeping it.
#[derive(Clone, Debug)]
pub struct RefreshToken(SecretString);

impl RefreshToken {
    /// The first token of a session.
    #[must_use]
    pub fn first(ids: &Ids) -> Self {
        Self(format!("{REFRESH_TOKEN_PREFIX}{}.{}", ids.token(), ids.token()).into())
    }

    /// The token that comes after this one.
    #[must_use]
    pub fn next(&self, ids: &Ids) -> Self {
        Self(format!("{REFRESH_TOKEN_PREFIX}{}.{}", self.family(), ids.token()).into())
    }

    /// A token that somebody presents.
    #[must_use]
    pub fn presented(token: SecretString) -> Self {
        Self(token)
    }

    /// The token itself.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0
    }

    fn family(&self) -> &str {
        let token = self.0.expose_secret();
        let token = token.strip_prefix(REFRESH_TOKEN_PREFIX).unwrap_or(token);
        token.split_once('.').map_or(token, |(family, _)| family)
    }

    pub(super) fn hash(&self) -> String {
        secret_hash(self.0.expose_secret())
    }

    pub(super) fn family_hash(&self) -> String {
        secret_hash(self.family())
    }
}
