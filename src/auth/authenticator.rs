//! From the credentials of a request to its viewer.

use std::{sync::Arc, time::Duration};

use entity::api_key;
use moka::future::Cache;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};

use super::{Permissions, Viewer};
use crate::work::{CallParts, Statements};

/// How long an answer about a credential is remembered: a revocation is felt after this time at the latest.
const REMEMBERED: Duration = Duration::from_secs(5);

/// What begins every secret API key.
pub const API_KEY_PREFIX: &str = "cgk_";

/// The credentials are not valid (any more).
#[derive(Clone, Debug, thiserror::Error)]
pub enum Unauthenticated {
    /// Unknown, expired, revoked or malformed.
    #[error("The token is not valid or has expired. Log in again.")]
    Invalid,
    /// We could not find out.
    #[error(transparent)]
    Fault(Arc<DbErr>),
}

/// Tells who a token belongs to, remembering the answer for a few seconds.
#[derive(Clone)]
pub struct Authenticator {
    parts: CallParts,
    known: Cache<[u8; 32], Viewer>,
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Authenticator").finish_non_exhaustive()
    }
}

/// The form in which secrets of 256 random bits are kept: their SHA-256, 64 hexadecimal digits.
#[must_use]
pub fn secret_hash(secret: &str) -> String {
    crate::text::hexadecimal(&Sha256::digest(secret.as_bytes()))
}

impl Authenticator {
    /// An authenticator that looks things up in this database.
    #[must_use]
    pub fn new(parts: CallParts) -> Self {
        Self {
            parts,
            known: Cache::builder().max_capacity(100_000).time_to_live(REMEMBERED).build(),
        }
    }

    /// Who presents this bearer token.
    ///
    /// # Errors
    /// [`Unauthenticated`] when the token is not valid, or when that could not be found out.
    pub async fn viewer(&self, token: &str) -> Result<Viewer, Unauthenticated> {
        if token.len() > 8 * 1_024 {
            return Err(Unauthenticated::Invalid);
        }
        let key: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        self.known
            .try_get_with(key, self.look_up(token))
            .await
            .map_err(|error: Arc<Unauthenticated>| (*error).clone())
    }

    async fn look_up(&self, token: &str) -> Result<Viewer, Unauthenticated> {
        if token.starts_with(API_KEY_PREFIX) {
            self.api_key(token).await
        } else {
            Err(Unauthenticated::Invalid)
        }
    }

    async fn api_key(&self, token: &str) -> Result<Viewer, Unauthenticated> {
        // What authentication looks up is not counted: the operation has not begun.
        let db = self.parts.database.reader(&Statements::default());
        let now = self.parts.clock.now();
        let key = api_key::Entity::find()
            .filter(api_key::Column::SecretHash.eq(secret_hash(token)))
            .filter(api_key::Column::RevokedAt.is_null())
            .one(&db)
            .await
            .map_err(|error| Unauthenticated::Fault(Arc::new(error)))?
            .filter(|key| key.expires_at.is_none_or(|expiry| expiry > now))
            .ok_or(Unauthenticated::Invalid)?;
        let permissions: Permissions = serde_json::from_value(key.permissions).map_err(|_| Unauthenticated::Invalid)?;
        Ok(Viewer::ApiKey {
            key: key.id,
            permissions,
        })
    }
}
